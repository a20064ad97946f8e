package contracttest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/openapi"
)

// mixedReport has a finding of every severity, with texts that are awkward in every format.
func mixedReport(t *testing.T) *contracttest.Report {
	t.Helper()
	baseline, err := contracttest.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	report := contracttest.NewReport(testkit.Contract(t), baseline)
	exchanges, err := contracttest.ReadCassette("recordings/images_get.cassette.yaml")
	require.NoError(t, err)
	report.NewSession("documentation")
	for i, exchange := range exchanges {
		exchange.File = "recordings/images,get.cassette.yaml"
		if i == 0 {
			exchange.RequestHeader.Del("Authorization")
			testkit.ReplaceBody(`"id": 6918990`, `"<script>alert('|%0A')</script>": 1, "id": null`)(&exchange)
			testkit.ReplaceBody(`"available"`, `"]]>\u0001 & <b>"`)(&exchange)
		}
		report.Add(exchange)
	}
	report.Skipped = 3
	return report
}

func write(t *testing.T, report *contracttest.Report, format string) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, report.Write(&text, format))
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
	for _, report := range []*contracttest.Report{mixedReport(t), contracttest.NewReport(testkit.Contract(t))} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(write(t, report, "json")))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(value))
	}

	var report struct {
		Exchanges, Skipped int
		Findings           []struct{ Check, Severity, Operation, Pointer, Source string }
		Coverage           struct{ Percent float64 }
	}
	require.NoError(t, json.Unmarshal([]byte(write(t, mixedReport(t), "json")), &report))
	assert.Equal(t, 7, report.Exchanges)
	assert.Equal(t, 3, report.Skipped)
	severities := map[string]int{}
	for _, f := range report.Findings {
		severities[f.Severity]++
		assert.Equal(t, "images_get", f.Operation)
	}
	assert.Equal(t, map[string]int{"breaking": 1, "drift": 2, "note": 1, "accepted": 1}, severities)
	assert.Positive(t, report.Coverage.Percent)
}

func TestJUnitReport(t *testing.T) {
	text := write(t, mixedReport(t), "junit")
	var suite struct {
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
	require.NoError(t, xml.Unmarshal([]byte(text), &suite), text)
	assert.Equal(t, testkit.Responses, suite.Tests)
	assert.Equal(t, 1, suite.Failures)
	assert.Equal(t, testkit.Responses-6, suite.Skipped)
	for _, c := range suite.Cases {
		assert.Equal(t, c.Name == "images_get 200", c.Failure != nil, c.Name)
		assert.Equal(t, !strings.HasPrefix(c.Name, "images_get "), c.Skipped != nil, c.Name)
		if c.Name == "images_get 200" {
			assert.Contains(t, c.Output, "drift: ")
		}
	}
}

// A run that fails has a report that says so in each form.
func TestReportsFailOnWhatTheRunFailsOn(t *testing.T) {
	report := contracttest.NewReport(testkit.Contract(t))
	exchange := testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+strings.Replace(testkit.Image(1), `"name"`, `"new":1,"name"`, 1)+`}`, 10, 100)
	report.Add(exchange)
	for format, want := range map[string]string{"junit": `failures="0"`, "html": "<title>nothing breaking:", "github": "::warning "} {
		assert.Contains(t, write(t, report, format), want)
	}
	report.FailOn = contracttest.Drift
	for format, want := range map[string]string{"junit": `failures="1"`, "html": "<title>1 drift:", "github": "::error "} {
		assert.Contains(t, write(t, report, format), want)
	}
	assert.Contains(t, write(t, report, "junit"), `<failure message="drift: `)
}

// Whoever reads a finding, in whatever form, can write the entry of a baseline that accepts it.
func TestReportsNameTheCheck(t *testing.T) {
	report := mixedReport(t)
	for _, finding := range report.Findings {
		assert.Contains(t, finding.String(), "["+finding.Check+"]")
	}
	for _, format := range contracttest.Formats {
		assert.Contains(t, write(t, report, format), "undocumented-field", format)
	}
}

func TestGitHubReport(t *testing.T) {
	text := write(t, mixedReport(t), "github")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Len(t, lines, 6, text)
	for _, line := range lines[:5] {
		assert.Regexp(t, `^::(error|warning|notice) file=recordings/images%2Cget\.cassette\.yaml,title=[a-z-]+::images_get\.cassette\.yaml#\d: `, line)
	}
	assert.Contains(t, text, "::error file=")
	assert.Contains(t, text, "%250A", "a percent sign of the data is no escape")

	var summary bytes.Buffer
	require.NoError(t, mixedReport(t).WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "**1 breaking**, 3 other findings, 1 accepted")
	assert.NotContains(t, summary.String(), "<script>")
	assert.Equal(t, 4+2, strings.Count(summary.String(), "\n|"), summary.String())
}

func TestHTMLReport(t *testing.T) {
	text := write(t, mixedReport(t), "html")
	assert.NotContains(t, text, "<script>alert")
	assert.Equal(t, 5, strings.Count(text, "<tr data-severity="))
	for _, elsewhere := range []string{"http://", "https://", "src=", "@import", "<link"} {
		assert.NotContains(t, text, elsewhere, "the page needs nothing beside it")
	}
}

func TestUnknownFormat(t *testing.T) {
	assert.ErrorContains(t, contracttest.NewReport(testkit.Contract(t)).Write(&bytes.Buffer{}, "pdf"), "text, json, junit, github, html")
}

func TestReportHoldsABoundedNumberOfFindings(t *testing.T) {
	exchanges, err := contracttest.ReadCassette("recordings/images_list.cassette.yaml")
	require.NoError(t, err)
	exchange := exchanges[5]
	testkit.ReplaceBody(`"Ubuntu"`, `1`)(&exchange)
	report := contracttest.NewReport(testkit.Contract(t))
	for range 2500 {
		assert.NotEmpty(t, report.Add(exchange), "what was found is returned, whether it is held or not")
	}
	assert.Len(t, report.Findings, 10_000)
	assert.Greater(t, report.CountAtLeast(contracttest.Breaking), 10_000)
	assert.Contains(t, write(t, report, "text"), fmt.Sprintf("and %d more findings", report.CountAtLeast(contracttest.Accepted)-10_000))
}

// What comes from the other side can hold what a terminal obeys, or ends a line.
func TestReportsHoldNoControlCharacters(t *testing.T) {
	const nasty = "red\x1b[31m\r\n\x07\u009b2J\x7f"
	text, err := json.Marshal(nasty)
	require.NoError(t, err)
	report := contracttest.NewReport(testkit.Contract(t))
	get := func(kind, created string) contracttest.Exchange {
		return testkit.Exchange(t, "GET /v2/images/1?"+url.QueryEscape(nasty)+"=1", 200, fmt.Sprintf(
			`{"image":{"id":1,"name":1,"distribution":"Ubuntu","created_at":%s,"regions":[],"status":"available","tags":[],"description":"","error_message":"","type":%s,%s:1}}`, created, kind, text), 10, 100)
	}
	first := get(string(text), string(text))
	first.Header.Set("Content-Length", nasty)
	first.Header[nasty] = []string{nasty}
	found := append(report.Add(first), report.Add(get(`"custom"`, `"2020-01-01T00:00:00Z"`))...)
	assert.Greater(t, len(found), 8)
	for _, finding := range found {
		assert.NotRegexp(t, `[\x00-\x1f\x7f-\x{9f}]`, finding.String())
	}
	for _, format := range []string{"text", "junit", "github"} {
		assert.NotRegexp(t, `[\x00-\x09\x0b-\x1f\x7f-\x{9f}]`, write(t, report, format), format)
	}
}

// A cell fails by what was counted, not by what is held of it.
func TestJUnitReportOfMoreThanIsHeld(t *testing.T) {
	lists, err := contracttest.ReadCassette("recordings/images_list.cassette.yaml")
	require.NoError(t, err)
	list := lists[5]
	testkit.ReplaceBody(`"Ubuntu"`, `1`)(&list)
	report := contracttest.NewReport(testkit.Contract(t))
	for len(report.Findings) < 10_000 {
		report.Add(list)
	}
	get := testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+strings.Replace(testkit.Image(1), `"name":"a"`, `"name":1`, 1)+`}`, 10, 100)
	report.Add(get)
	report.Add(get)
	nowhere := get
	testkit.SetURL("https://api.digitalocean.com/v2/imagos/1")(&nowhere)
	report.Add(nowhere)
	var suite struct {
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal([]byte(write(t, report, "junit")), &suite))
	assert.Equal(t, 3, suite.Failures)
	failures := map[string]string{}
	for _, c := range suite.Cases {
		if c.Failure != nil {
			failures[c.Name] = c.Failure.Message
			assert.Nil(t, c.Skipped, c.Name)
		}
	}
	assert.Contains(t, failures["images_list 200"], "images_list 200: body /images/", "what is held is shown")
	assert.Equal(t, "more findings, which were counted and not held: 2", failures["images_get 200"])
	assert.Equal(t, "more findings, which were counted and not held: 1", failures["no operation default"])
}
