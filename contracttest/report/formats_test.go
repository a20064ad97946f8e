package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// mixedReport has a finding of every severity, with texts that are awkward in every format.
func mixedReport(t *testing.T) *report.Report {
	t.Helper()
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	r := report.New(testkit.Contract(t), baseline)
	exchanges := testkit.Exchanges(t, "images_get")
	r.NewSession("documentation")
	for i, exchange := range exchanges {
		exchange.File = "recordings/images,get.cassette.yaml"
		if i == 0 {
			exchange.RequestHeader.Del("Authorization")
			testkit.ReplaceBody(`"id": 6918990`, `"<script>alert('|%0A')</script>": 1, "id": null`)(&exchange)
			testkit.ReplaceBody(`"available"`, `"]]>\u0001 & <b>"`)(&exchange)
		}
		if i == 1 {
			testkit.ReplaceBody(`"available"`, `"new"`)(&exchange) // which the baseline knows
		}
		r.Add(exchange)
	}
	for range 3 {
		r.AddSkipped("", report.SkipOtherHost)
	}
	return r
}

func write(t *testing.T, r *report.Report, format string) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, r.Write(&text, format))
	return text.String()
}

func TestJSONReportIsAsItsSchemaSays(t *testing.T) {
	file, err := os.Open("report.schema.json")
	require.NoError(t, err)
	defer file.Close()
	schemaJSON, err := jsonschema.UnmarshalJSON(file)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("report.schema.json", schemaJSON))
	schema, err := compiler.Compile("report.schema.json")
	require.NoError(t, err)
	for _, r := range []*report.Report{mixedReport(t), report.New(testkit.Contract(t)), fullReport(t)} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(write(t, r, "json")))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(value))
	}

	var r struct {
		Exchanges, Skipped int
		BySeverity         map[string]int `json:"findings_by_severity"`
		Findings           []struct{ Check, Severity, Operation, Pointer, Source string }
		Coverage           struct {
			Percent float64
			Origins map[string]struct{ Percent float64 }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(write(t, mixedReport(t), "json")), &r))
	assert.Equal(t, 7, r.Exchanges)
	assert.Equal(t, 3, r.Skipped)
	severities := map[string]int{}
	for _, f := range r.Findings {
		severities[f.Severity]++
		assert.Equal(t, "images_get", f.Operation)
	}
	assert.Equal(t, map[string]int{"breaking": 1, "drift": 2, "note": 1, "accepted": 1}, severities)
	assert.Equal(t, severities, r.BySeverity)
	assert.Positive(t, r.Coverage.Percent)
	assert.Equal(t, r.Coverage.Percent, r.Coverage.Origins["documentation"].Percent)
}

// A response that nothing shows is a skipped test only if that is asked for: a merge request looks broken with 92 of
// them.
func TestJUnitReport(t *testing.T) {
	type junitSuite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
			Output  string    `xml:"system-out"`
		} `xml:"testcase"`
	}
	for _, listsMissing := range []bool{false, true} {
		r := mixedReport(t)
		r.ListMissing = listsMissing
		text := write(t, r, "junit")
		var suites struct {
			List []junitSuite `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(text), &suites), text)
		require.Len(t, suites.List, 1)
		suite := suites.List[0]
		unchecked := r.Unchecked()
		if listsMissing {
			assert.Equal(t, testkit.Responses(t), suite.Tests)
			assert.Len(t, unchecked, suite.Skipped)
		} else {
			assert.Equal(t, testkit.Responses(t)-len(unchecked), suite.Tests)
			assert.Zero(t, suite.Skipped)
		}
		assert.Equal(t, 1, suite.Failures)
		for _, c := range suite.Cases {
			assert.Equal(t, c.Name == "images_get 200", c.Failure != nil, c.Name)
			assert.Equal(t, slices.Contains(unchecked, c.Name), c.Skipped != nil, c.Name)
			if c.Name == "images_get 200" {
				assert.Contains(t, c.Output, "drift: ")
			}
		}
	}
}

// A run that fails has a report that says so in each form.
func TestReportsFailOnWhatTheRunFailsOn(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(driftingGet(t))
	for format, want := range map[string]string{
		"junit":  `failures="0"`,
		"html":   "<title>passed: nothing breaking:",
		"github": "::warning ",
	} {
		assert.Contains(t, write(t, r, format), want)
	}
	r.FailOn = check.Drift
	for format, want := range map[string]string{
		"junit":  `failures="1"`,
		"html":   "<title>failed: 1 drift:",
		"github": "::error ",
	} {
		assert.Contains(t, write(t, r, format), want)
	}
	assert.Contains(t, write(t, r, "junit"), `<failure message="drift: `)
}

// Whoever reads a finding, in whatever form, can write the entry of a baseline that accepts it.
func TestReportsNameTheCheck(t *testing.T) {
	r := mixedReport(t)
	for _, finding := range r.Findings {
		assert.Contains(t, finding.String(), "["+finding.Check+"]")
	}
	for _, format := range report.Formats {
		assert.Contains(t, write(t, r, format), "undocumented-field", format)
	}
}

func TestGitHubReport(t *testing.T) {
	text := write(t, mixedReport(t), "github")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, 8, text)
	for _, line := range lines[:4] {
		assert.Regexp(t, `^::(error|warning|notice) file=recordings/images%2Cget\.cassette\.yaml,title=[a-z-]+::images_get\.cassette\.yaml#\d: `, line)
	}
	assert.Contains(t, text, "::error file=")
	assert.Contains(t, text, "%250A", "a percent sign of the data is not an escape")

	var summary bytes.Buffer
	require.NoError(t, mixedReport(t).WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "**1 breaking**, 3 other findings, 1 accepted")
	assert.NotContains(t, summary.String(), "<script>")
	assert.Contains(t, text, "\naccepted 1 time: ")
	assert.Contains(t, text, "\nverdict: failed: 1 breaking")
	assert.Equal(t, 4+2, strings.Count(summary.String(), "\n|"), summary.String())
}

func TestHTMLReport(t *testing.T) {
	text := write(t, mixedReport(t), "html")
	assert.NotContains(t, text, "<script>alert")
	assert.Equal(t, 5, strings.Count(text, "<tr data-severity="))
	for _, elsewhere := range []string{"http://", "https://", "src=", "@import", "<link"} {
		assert.NotContains(t, text, elsewhere, "the page needs nothing beside it")
	}
	_, script, _ := strings.Cut(text, "<script>")
	script, _, _ = strings.Cut(script, "</script>")
	assert.Contains(t, script, "addEventListener")
	hash := sha256.Sum256([]byte(script))
	assert.Contains(t, html.UnescapeString(text), "script-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"';",
		"the browser runs this script and no other")
	assert.Contains(t, text, "--breaking: #b3261e;", "the style is as its file has it")
}

func TestUnknownFormat(t *testing.T) {
	err := report.New(testkit.Contract(t)).Write(&bytes.Buffer{}, "pdf")
	assert.ErrorContains(t, err, "text, json, junit, sarif, github, html")
}

// brokenList returns a list of which each of 250 images breaks the contract.
func brokenList(t *testing.T) traffic.Exchange {
	t.Helper()
	image := strings.Replace(testkit.Image(1), `"name":"a"`, `"name":1`, 1)
	images := strings.TrimSuffix(strings.Repeat(image+",", 250), ",")
	return testkit.Exchange(t, "GET /v2/images", 200, `{"images":[`+images+`],"links":{},"meta":{"total":250}}`, 10, 100)
}

// brokenGet returns an image that breaks the contract in one way.
func brokenGet(t *testing.T) traffic.Exchange {
	t.Helper()
	image := strings.Replace(testkit.Image(1), `"name":"a"`, `"name":1`, 1)
	return testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+image+`}`, 10, 100)
}

// driftingGet returns an image with one field that the contract does not have.
func driftingGet(t *testing.T) traffic.Exchange {
	t.Helper()
	image := strings.Replace(testkit.Image(1), `"name"`, `"new":1,"name"`, 1)
	return testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+image+`}`, 10, 100)
}

// One of anything is written as one.
func TestReportsOfOne(t *testing.T) {
	baseline, err := check.LoadBaseline([]byte("findings: [{check: undocumented-field, reason: Seen., source: A test.}]"))
	require.NoError(t, err)
	r := report.New(testkit.Contract(t), baseline)
	get := brokenGet(t)
	testkit.ReplaceBody(`"name"`, `"new":1,"name"`)(&get)
	r.Add(get)
	for _, format := range []string{"text", "github"} {
		text := write(t, r, format)
		assert.Contains(t, text, "\naccepted 1 time: images_get /image/new [undocumented-field]: Seen.\n", format)
		assert.Contains(t, text, "\n1 exchange checked, 0 skipped, 1 finding (1 breaking) and 1 accepted, "+
			fmt.Sprint(testkit.Responses(t)-1)+" documented responses not seen, ", format)
	}
	assert.Contains(t, write(t, r, "html"), `title="1 checked, 1 finding"`)
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "\n1 exchange checked, 0 skipped, **1 breaking**, 0 other findings, 1 accepted, ")

	r = report.New(testkit.Contract(t))
	r.Add(driftingGet(t))
	summary.Reset()
	require.NoError(t, r.WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "**0 breaking**, 1 other finding, 0 accepted, ")

	r = report.New(testkit.Contract(t))
	r.Add(brokenFields(t, 0, 500))
	r.Add(brokenFields(t, 1, 501))
	require.Equal(t, 1, r.Omitted())
	assert.Contains(t, write(t, r, "text"), "\nand 1 more finding, counted and not held\n")
	assert.Contains(t, write(t, r, "html"), "<p>1 more finding is counted and not shown.</p>")
}

// What comes from the other side can hold what a terminal obeys, or ends a line.
func TestReportsHoldNoControlCharacters(t *testing.T) {
	const nasty = "red\x1b[31m\r\n\x07\u009b2J\x7f"
	text, err := json.Marshal(nasty)
	require.NoError(t, err)
	r := report.New(testkit.Contract(t))
	get := func(kind, created string) traffic.Exchange {
		body := fmt.Sprintf(`{"image":{"id":1,"name":1,"distribution":"Ubuntu","created_at":%s,"regions":[],
			"status":"available","tags":[],"description":"","error_message":"","type":%s,%s:1}}`, created, kind, text)
		return testkit.Exchange(t, "GET /v2/images/1?"+url.QueryEscape(nasty)+"=1", 200, body, 10, 100)
	}
	first := get(string(text), string(text))
	first.Header.Set("Content-Length", nasty)
	first.Header[nasty] = []string{nasty}
	found := append(r.Add(first), r.Add(get(`"custom"`, `"2020-01-01T00:00:00Z"`))...)
	assert.Greater(t, len(found), 8)
	for _, finding := range found {
		assert.NotRegexp(t, `[\x00-\x1f\x7f-\x{9f}]`, finding.String())
	}
	for _, format := range []string{"text", "junit", "github"} {
		assert.NotRegexp(t, `[\x00-\x09\x0b-\x1f\x7f-\x{9f}]`, write(t, r, format), format)
	}
}
