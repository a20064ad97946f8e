package contracttest_test

import (
	"slices"
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
		assert.Zero(t, report.Worst(contracttest.Breaking), "%v", report.Findings)
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

// An image whose creation was never answered is removed all the same.
func TestSuiteRemovesWhatItWasNotToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, effect := range []fakeapi.Effect{fakeapi.LoseAnswer(), fakeapi.Truncate(), fakeapi.Malformed()} {
			fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: effect}))
			before := len(fake.Images())
			target := fakeTarget()
			target.Transport = fake
			results, _, err := contracttest.RunCases(t.Context(), target)
			require.NoError(t, err)
			for _, result := range results {
				if slices.Contains([]string{"lifecycle", "failed-import", "account-transfer"}, result.Case.Name) {
					assert.Error(t, result.Err, result.Case.Name)
				}
			}
			assert.Len(t, fake.Images(), before)
		}
	})
}
