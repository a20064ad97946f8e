package contracttest_test

import (
	"testing"
	"time"

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
	addRecordings(t, r)
	assert.Zero(t, r.CountAtLeast(check.Note), "%v", r.Findings)
	assert.Empty(t, baseline.Warnings(time.Time{}), "entries of the baseline that nothing needs")

	// 403 was reported of a list. For the other operations it is an inference, of which there is nothing to record.
	var inferred []string
	for _, operation := range testkit.Contract(t).Operations() {
		if operation != "images_list" {
			inferred = append(inferred, operation+" 403")
		}
	}
	assert.Equal(t, inferred, r.Unchecked(), "documented responses without a recording")
}

// addRecordings adds what verify checks of the project's own recordings.
func addRecordings(t *testing.T, r *report.Report) {
	t.Helper()
	for _, file := range testkit.Cassettes(t) {
		r.NewSession(testkit.Kind(t, file))
		for _, exchange := range testkit.ReadAll(t, file) {
			r.Add(exchange)
		}
	}
}
