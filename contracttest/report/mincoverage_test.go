package report_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// What is compared is what is printed: no report says that a share is less than the same share.
func TestMinCoverageIsComparedAsItIsPrinted(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(testkit.Exchanges(t, "images_get")[0])
	percent := r.Coverage().Percent
	require.Positive(t, percent)
	for name, test := range map[string]struct {
		least  float64
		passes bool
	}{
		"a tenth less":                   {least: percent - .1, passes: true},
		"as much":                        {least: percent, passes: true},
		"more, and printed as the same":  {least: percent + .04, passes: true},
		"more, and rounded down as well": {least: percent + .09, passes: true},
		"a tenth more":                   {least: percent + .1},
		"all":                            {least: 100},
	} {
		t.Run(name, func(t *testing.T) {
			r.MinCoverage = test.least
			verdict := r.Verdict()
			assert.Equal(t, test.passes, !verdict.Failed, verdict.Reasons)
			same := fmt.Sprintf("%.1f %% of the contract was seen, less than the %.1[1]f %%", percent)
			assert.NotContains(t, write(t, r, "text"), same)
		})
	}
}

// Every share of tenths is met by itself, whatever it is in binary.
func TestEveryTenthIsItsOwnMinimum(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Operations = []string{"none"} // of which 0 % was seen
	r.Add(testkit.Exchanges(t, "images_get")[0])
	for tenths := 1; tenths <= 1000; tenths++ {
		r.MinCoverage = float64(tenths) / 10
		require.Len(t, r.Verdict().Reasons, 1)
		assert.Contains(t, r.Verdict().Reasons[0], fmt.Sprintf("less than the %d.%d %%", tenths/10, tenths%10))
	}
}
