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

// acceptedReport has nothing but what the baseline accepts.
func acceptedReport(t *testing.T) *report.Report {
	t.Helper()
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	exchanges := testkit.Exchanges(t, "images_get")
	testkit.ReplaceBody(`"available"`, `"new"`)(&exchanges[0]) // which the baseline knows
	r := report.New(testkit.Contract(t), baseline)
	r.NewSession("documentation")
	for _, exchange := range exchanges {
		r.Add(exchange)
	}
	require.NotEmpty(t, r.Findings)
	require.Zero(t, r.CountAtLeast(check.Note))
	return r
}

// The heading says what the findings come to, and where there are none a sentence does instead of an empty table.
func TestHTMLReportSaysItAtOnce(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_get")
	one := report.New(testkit.Contract(t))
	one.Add(exchanges[0])
	require.Empty(t, one.Findings)
	drift := report.New(testkit.Contract(t))
	unknown := exchanges[0]
	testkit.ReplaceBody(`"available"`, `"resting"`)(&unknown)
	drift.Add(unknown)
	require.Len(t, drift.Findings, 1)

	for name, c := range map[string]struct {
		report         *report.Report
		class, verdict string
		says           string
	}{
		"breaking": {
			report:  mixedReport(t),
			class:   "breaking",
			verdict: "failed: 1 breaking",
			says:    "7 exchanges checked, 3 skipped.",
		},
		"drift": {
			report:  drift,
			class:   "drift",
			verdict: "passed: nothing breaking",
			says:    "1 exchange checked, 0 skipped.",
		},
		"accepted": {
			report:  acceptedReport(t),
			class:   "clean",
			verdict: "passed: clean",
			says:    `value="accepted" checked`,
		},
		"clean": {
			report:  one,
			class:   "clean",
			verdict: "passed: clean",
			says:    "None: every exchange that was checked is as the contract has it.",
		},
		"nothing": {
			report:  report.New(testkit.Contract(t)),
			class:   "breaking",
			verdict: "failed: nothing checked",
			says:    "None, because no exchange was checked.",
		},
	} {
		text := write(t, c.report, "html")
		assert.Contains(t, text, "<title>"+c.verdict+": contract of /v2/images</title>", name)
		assert.Contains(t, text, `<h1>Contract of /v2/images: <span class="`+c.class+`">`+c.verdict+`</span></h1>`, name)
		assert.Contains(t, text, c.says, name)
		if len(c.report.Findings) == 0 {
			assert.NotContains(t, text, "<form", name)
			assert.NotContains(t, text, `<table class="findings">`, name)
		} else {
			assert.Contains(t, text, "<form", name)
			assert.NotContains(t, text, "<p>None", name)
		}
	}
}
