package contracttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

func TestRecordingsKeepTheContractAndCoverIt(t *testing.T) {
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	r := report.New(testkit.Contract(t), baseline)
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		r.NewSession("documentation")
		for _, exchange := range exchanges {
			r.Add(exchange)
		}
	}
	assert.Zero(t, r.CountAtLeast(check.Note), "%v", r.Findings)
	assert.Empty(t, r.Unchecked(), "documented responses without a recording")
}
