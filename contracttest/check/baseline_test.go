package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

const entry = `
findings:
  - check: unknown-enum-value
    operation: images_*
    status: 200
    in: body
    pointer: /images/*/status
    got: thawing
    reason: It is winter.
    source: a weather report
    review: "2027-01-01"
`

func TestBaselineAcceptsWhatItKnows(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_list")
	for name, test := range map[string]struct {
		baseline string
		accepted bool
	}{
		"the entry":         {entry, true},
		"any operation":     {strings.Replace(entry, "    operation: images_*\n", "", 1), true},
		"another operation": {strings.Replace(entry, "images_*", "imageActions_*", 1), false},
		"another status":    {strings.Replace(entry, "200", "404", 1), false},
		"another pointer":   {strings.Replace(entry, "/images/*/status", "/image/status", 1), false},
		"another value":     {strings.Replace(entry, "thawing", "frozen", 1), false},
		"another check":     {strings.Replace(entry, "unknown-enum-value", "wrong-type", 1), false},
		"another origin":    {strings.Replace(entry, "    in: body\n", "    origin: documentation\n", 1), false},
		"no entries":        {"findings:\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, err := check.LoadBaseline([]byte(test.baseline))
			require.NoError(t, err)
			r := report.New(testkit.Contract(t), baseline)
			exchange := exchanges[0]
			testkit.ReplaceBody(`"available"`, `"thawing"`)(&exchange)
			r.Add(exchange)
			require.Len(t, r.Findings, 1)
			assert.Equal(t, test.accepted, r.Findings[0].Severity == check.Accepted)
			if test.accepted {
				assert.Equal(t, "It is winter.", r.Findings[0].Reason)
				assert.Zero(t, r.CountAtLeast(check.Note))
				assert.Empty(t, baseline.Warnings(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)))
				late := baseline.Warnings(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC))
				require.Len(t, late, 1)
				assert.Contains(t, late[0], "was to be reviewed by 2027-01-01")
			} else if name != "no entries" && name != "another origin" {
				unused := baseline.Warnings(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC))
				require.Len(t, unused, 1)
				assert.Contains(t, unused[0], "matches nothing here")
			}
		})
	}
}

func TestLoadBaselineRejects(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"no YAML":             {"findings: [", "load the baseline"},
		"no list":             {"findings: 5", "findings"},
		"another list":        {strings.Replace(entry, "findings", "finding", 1), "field finding not found"},
		"nothing":             {"", "it has no findings"},
		"an unknown field":    {strings.Replace(entry, "pointer:", "pointr:", 1), "line 7: field pointr not found"},
		"no number":           {strings.Replace(entry, "200", "all", 1), "line 5: "},
		"an unknown check":    {strings.Replace(entry, "unknown-enum-value", "unknown", 1), `there is no check "unknown"`},
		"no reason":           {strings.Replace(entry, "    reason: It is winter.\n", "", 1), "check, reason and source are required"},
		"no source":           {strings.Replace(entry, "    source: a weather report\n", "", 1), "check, reason and source are required"},
		"a broken pattern":    {strings.Replace(entry, "/images/*/status", "/images/[", 1), "syntax error in pattern"},
		"a date that is none": {strings.Replace(entry, "2027-01-01", "2027-02-31", 1), "review"},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, err := check.LoadBaseline([]byte(test.text))
			assert.ErrorContains(t, err, test.want)
			assert.Nil(t, baseline)
		})
	}
}

func TestBaselineOfTheProjectLoads(t *testing.T) {
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	assert.NotEmpty(t, baseline.Warnings(time.Now()), "it has entries, and none was used")
}
