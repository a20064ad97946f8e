package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
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
	without := func(text string) string { return strings.Replace(entry, text, "", 1) }
	with := func(old, new string) string { return strings.Replace(entry, old, new, 1) }
	early, late := time.Date(2027, 1, 1, 23, 0, 0, 0, time.UTC), time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		baseline string
		accepted bool
		unused   bool // whether a warning says so
	}{
		"the entry":         {baseline: entry, accepted: true},
		"any operation":     {baseline: without("    operation: images_*\n"), accepted: true},
		"its kind":          {baseline: with("    in: body\n", "    kind: recording of the API\n"), accepted: true},
		"another operation": {baseline: with("images_*", "imageActions_*"), unused: true},
		"another status":    {baseline: with("200", "404"), unused: true},
		"another pointer":   {baseline: with("/images/*/status", "/image/status"), unused: true},
		"another value":     {baseline: with("thawing", "frozen"), unused: true},
		"another check":     {baseline: with("unknown-enum-value", "wrong-type"), unused: true},
		"another kind":      {baseline: with("    in: body\n", "    kind: documentation\n")}, // of which nothing was seen
		"no entries":        {baseline: "findings:\n"},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, err := check.LoadBaseline([]byte(test.baseline))
			require.NoError(t, err)
			exchange := testkit.Exchanges(t, "images_list")[0]
			testkit.ReplaceBody(`"available"`, `"thawing"`)(&exchange)
			findings := testkit.Contract(t).Check(exchange)
			require.Len(t, findings, 1)
			baseline.Accept(findings, string(recording.KindAPI))
			assert.Equal(t, test.accepted, findings[0].Severity == check.Accepted)

			warnings := strings.Join(baseline.Warnings(early), "\n")
			assert.Equal(t, test.unused, strings.Contains(warnings, "accepts nothing here"), warnings)
			if test.accepted {
				assert.Equal(t, "It is winter.", findings[0].Reason)
				assert.Empty(t, warnings)
				assert.Empty(t, baseline.Overdue(early), "on the day itself")
				overdue := baseline.Overdue(late)
				require.Len(t, overdue, 1)
				assert.Contains(t, overdue[0], "was to be reviewed by 2027-01-01")
				assert.Equal(t, overdue, baseline.Warnings(late))
			}
		})
	}
}

// Whoever wants no entry without a use is told of each, and of one whose operation does not exist.
func TestUnusedEntries(t *testing.T) {
	const kind = "    kind: documentation\n"
	with := func(old, new string) string { return strings.Replace(entry, old, new, 1) }
	for name, test := range map[string]struct{ baseline, want string }{
		"one that is used":         {baseline: entry},
		"one that matches nothing": {baseline: with("thawing", "frozen"), want: " frozen) accepts nothing here"},
		"one after another like it": {
			baseline: entry + strings.TrimPrefix(entry, "\nfindings:\n"),
			want:     " thawing) accepts nothing here",
		},
		"of a kind that was not seen":  {baseline: with("    in: body\n", kind)},
		"of an unknown operation":      {baseline: with("images_*", "image_*"), want: "names no operation of the contract"},
		"of that, and a kind not seen": {baseline: with("images_*", "image_*\n"+kind), want: "names no operation of the contract"},
		"of any operation":             {baseline: with("    operation: images_*\n", "")},
	} {
		t.Run(name, func(t *testing.T) {
			baseline, err := check.LoadBaseline([]byte(test.baseline))
			require.NoError(t, err)
			exchange := testkit.Exchanges(t, "images_list")[0]
			testkit.ReplaceBody(`"available"`, `"thawing"`)(&exchange)
			baseline.Accept(testkit.Contract(t).Check(exchange), string(recording.KindAPI))
			unused := baseline.Unused(testkit.Contract(t))
			if test.want == "" {
				assert.Empty(t, unused)
				return
			}
			require.Len(t, unused, 1)
			assert.Contains(t, unused[0], " of the baseline (unknown-enum-value ")
			assert.Contains(t, unused[0], test.want)
		})
	}
	var none *check.Baseline
	assert.Empty(t, none.Unused(testkit.Contract(t)))
}

// Of two baselines the first that knows a finding gives the reason, and one that is nil knows none.
func TestBaselinesInARow(t *testing.T) {
	first, err := check.LoadBaseline([]byte(entry))
	require.NoError(t, err)
	second, err := check.LoadBaseline([]byte(strings.Replace(entry, "It is winter.", "It is cold.", 1)))
	require.NoError(t, err)
	exchange := testkit.Exchanges(t, "images_list")[0]
	testkit.ReplaceBody(`"available"`, `"thawing"`)(&exchange)
	findings := testkit.Contract(t).Check(exchange)
	var none *check.Baseline
	for _, baseline := range []*check.Baseline{none, first, second} {
		baseline.Accept(findings, "")
	}
	assert.Equal(t, "It is winter.", findings[0].Reason)
	assert.Empty(t, none.Warnings(time.Now()))
	assert.Len(t, second.Warnings(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), 1)
}

// What is added counts together with what was there, and is named in sentences.
func TestBaselineAdds(t *testing.T) {
	var baseline check.Baseline
	require.NoError(t, baseline.Add("ours.yaml", []byte(strings.Replace(entry, "thawing", "frozen", 1))))
	require.NoError(t, baseline.Add("", []byte(strings.Replace(entry, "images_*", "image_*", 1))))
	require.NoError(t, baseline.Add("theirs.yaml", []byte(entry)))
	assert.ErrorContains(t, baseline.Add("broken.yaml", []byte("findings: 5")), "load the baseline")
	exchange := testkit.Exchanges(t, "images_list")[0]
	testkit.ReplaceBody(`"available"`, `"thawing"`)(&exchange)
	findings := testkit.Contract(t).Check(exchange)
	baseline.Accept(findings, "")
	assert.Equal(t, check.Accepted, findings[0].Severity)
	assert.Equal(t, []string{
		"entry 1 of ours.yaml (unknown-enum-value images_* /images/*/status frozen) accepts nothing here",
		"entry 1 of the baseline (unknown-enum-value image_* /images/*/status thawing) names no operation of the contract",
	}, baseline.Unused(testkit.Contract(t)))
	late := baseline.Overdue(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC))
	require.Len(t, late, 3)
	assert.Contains(t, late[2], "entry 1 of theirs.yaml (")
}

func TestLoadBaselineRejects(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"not YAML":         {"findings: [", "load the baseline"},
		"no list":          {"findings: 5", "findings"},
		"another list":     {strings.Replace(entry, "findings", "finding", 1), "field finding not found"},
		"nothing":          {"", "it has no findings"},
		"an unknown field": {strings.Replace(entry, "pointer:", "pointr:", 1), "line 7: field pointr not found"},
		"not a number":     {strings.Replace(entry, "200", "all", 1), "line 5: "},
		"an unknown check": {strings.Replace(entry, "unknown-enum-value", "unknown", 1), `there is no check "unknown"`},
		"an unknown kind":  {strings.Replace(entry, "    in: body\n", "    kind: documentaton\n", 1), `entry 1: there is no kind "documentaton" of recordings, only documentation, `},
		"an old name":      {strings.Replace(entry, "    in: body\n", "    origin: documentation\n", 1), "line 6: field origin not found"},
		"no reason":        {strings.Replace(entry, "    reason: It is winter.\n", "", 1), "entry 1: it has no reason"},
		"no source":        {strings.Replace(entry, "    source: a weather report\n", "", 1), "entry 1: it has no source"},
		"hardly anything":  {"findings: [{pointer: /image}]", "entry 1: it has no check, no reason and no source"},
		"one to fill in":   {strings.Replace(entry, "It is winter.", check.FillIn, 1), `say why it is accepted: it still has "FILL IN"`},
		"a broken pattern": {strings.Replace(entry, "/images/*/status", "/images/[", 1), "syntax error in pattern"},
		"an invalid date":  {strings.Replace(entry, "2027-01-01", "2027-02-31", 1), `entry 1: review "2027-02-31": write a date such as 2027-06-01`},
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

// An entry can name every kind that a recording may have.
func TestBaselineKnowsTheKindsOfRecordings(t *testing.T) {
	for _, kind := range []string{
		string(recording.KindDocumentation),
		string(recording.KindReported),
		string(recording.KindAPI),
		string(recording.KindOtherServer),
		report.UnknownOrigin,
	} {
		_, err := check.LoadBaseline([]byte(strings.Replace(entry, "    in: body\n", "    kind: "+kind+"\n", 1)))
		assert.NoError(t, err)
	}
}
