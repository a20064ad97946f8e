package contracttest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
)

func fakeTarget() contracttest.Target {
	return contracttest.Target{Token: fakeapi.Token, Transport: fakeapi.New(), Write: true, Recipient: "alice@example.com"}
}

func TestSuitePassesOnTheFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		results, report, err := contracttest.RunCases(t.Context(), fakeTarget())
		require.NoError(t, err)
		var text strings.Builder
		require.NoError(t, contracttest.WriteResults(&text, results))
		t.Log("\n" + text.String())
		for _, result := range results {
			assert.NoError(t, result.Err, result.Case.Name)
			assert.Empty(t, result.Skipped, result.Case.Name)
		}
		assert.Empty(t, report.Findings)
	})
}

// The way in which a service's own tests run the suite.
func TestRun(t *testing.T) {
	contracttest.Run(t, func(*testing.T) contracttest.Target {
		return contracttest.Target{
			Token:     fakeapi.Token,
			Transport: fakeapi.New(fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1)),
			Write:     true,
			Recipient: "alice@example.com",
		}
	})
}
