package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// A report that is loaded accepts what either baseline accepts, and fails on what New fails on.
func TestLoad(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_list")[0]
	testkit.ReplaceBody(`"images"`, `"new":1,"images"`)(&exchange)
	own, err := check.LoadBaseline([]byte("findings: [{check: undocumented-field, reason: a, source: b}]"))
	require.NoError(t, err)
	for _, test := range []struct {
		baseline *check.Baseline
		accepted int
	}{
		{baseline: nil, accepted: 0},
		{baseline: own, accepted: 1},
	} {
		r, err := report.Load(openapi.Document(), test.baseline)
		require.NoError(t, err)
		assert.Equal(t, check.Breaking, r.FailOn)
		found := r.Add(exchange)
		require.NotEmpty(t, found)
		assert.Equal(t, test.accepted, r.Accepted(), "%v", found)
	}
	_, err = report.Load([]byte("no document"), nil)
	assert.Error(t, err)
}
