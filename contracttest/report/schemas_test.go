package report_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// junitElement is what a schema allows of an element.
type junitElement struct {
	required []string // attributes
	allowed  []string // other attributes
	children []string
	text     bool
}

// junitElements is, in few words, what is common to the schema of Jenkins' xUnit plugin (junit-10.xsd) and what GitLab
// reads of a test report: attributes, and elements in any order.
var junitElements = map[string]junitElement{
	"testsuites": {allowed: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"}},
	"testsuite": {
		required: []string{"name", "tests", "failures", "errors"},
		allowed:  []string{"time", "skipped", "timestamp", "file"},
		children: []string{"properties", "testcase", "system-out"},
	},
	"properties": {children: []string{"property"}},
	"property":   {required: []string{"name", "value"}},
	"testcase": {
		required: []string{"name"},
		allowed:  []string{"classname", "time"},
		children: []string{"skipped", "error", "failure", "system-out"},
	},
	"skipped":    {allowed: []string{"message"}, text: true},
	"error":      {allowed: []string{"message"}, text: true},
	"failure":    {allowed: []string{"message"}, text: true},
	"system-out": {text: true},
}

var surefireTime = regexp.MustCompile(`^\d+\.\d{3}$`)

// checkJUnit holds a report to the schema.
func checkJUnit(t *testing.T, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	var open []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			of, known := junitElements[name]
			require.True(t, known, name)
			if len(open) > 0 {
				assert.Contains(t, junitElements[open[len(open)-1]].children, name)
			}
			var attributes []string
			for _, a := range token.Attr {
				attributes = append(attributes, a.Name.Local)
				assert.Contains(t, slices.Concat(of.required, of.allowed), a.Name.Local, name)
				if a.Name.Local == "time" {
					assert.Regexp(t, surefireTime, a.Value)
				}
			}
			assert.Subset(t, attributes, of.required, name)
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && !junitElements[open[len(open)-1]].text {
				assert.Empty(t, strings.TrimSpace(string(token)))
			}
		}
	}
}

// fullReport has something of everything that a report can have.
func fullReport(t *testing.T) *report.Report {
	t.Helper()
	r := mixedReport(t)
	r.MinCoverage, r.FailOnSkip = 99, true
	r.AddSkipped("a.har#1\x01", "the body was not recorded")
	r.AddProblem("recording", "b\ufffe.har: not an HTTP Archive")
	r.Advise("left out: \x07a.txt")
	r.AddFailure("stale baseline entry", "entry 1 matches nothing")
	for _, outcome := range []string{report.CasePassed, report.CaseFailed, report.CaseSkipped, report.CaseNotRun} {
		r.AddCase(report.Case{Name: "case " + outcome, Outcome: outcome, Reason: "because\nof \x1b"})
	}
	return r
}

func TestJUnitFitsItsSchemas(t *testing.T) {
	for _, r := range []*report.Report{mixedReport(t), report.New(testkit.Contract(t)), fullReport(t)} {
		text := write(t, r, "junit")
		checkJUnit(t, text)
		type suite struct {
			Tests    int        `xml:"tests,attr"`
			Failures int        `xml:"failures,attr"`
			Errors   int        `xml:"errors,attr"`
			Cases    []struct{} `xml:"testcase"`
		}
		var all struct {
			suite
			Suites []suite `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(text), &all))
		var sum suite
		for _, s := range all.Suites {
			assert.Len(t, s.Cases, s.Tests)
			sum.Tests, sum.Failures, sum.Errors = sum.Tests+s.Tests, sum.Failures+s.Failures, sum.Errors+s.Errors
		}
		assert.Equal(t, sum, suite{Tests: all.Tests, Failures: all.Failures, Errors: all.Errors})
	}
}

// SARIF has what its schema requires, and what code scanning reads.
func TestSARIFFitsItsSchema(t *testing.T) {
	type text struct {
		Text string `json:"text"`
	}
	levels := []string{"error", "warning", "note"}
	for _, r := range []*report.Report{mixedReport(t), report.New(testkit.Contract(t)), fullReport(t)} {
		var log struct {
			Version string
			Runs    []struct {
				Tool struct {
					Driver struct {
						Name  string
						Rules []struct {
							ID                   string
							ShortDescription     text
							DefaultConfiguration struct{ Level string }
						}
					}
				}
				AutomationDetails struct{ ID string }
				Invocations       []struct {
					ExecutionSuccessful        *bool
					ToolExecutionNotifications []struct{ Message text }
				}
				Results []struct {
					RuleID              string
					RuleIndex           int
					Level               string
					Message             text
					OccurrenceCount     int
					PartialFingerprints map[string]string
					Suppressions        []struct{ Kind, Justification string }
					Locations           []struct {
						PhysicalLocation *struct {
							ArtifactLocation struct{ URI string }
							Region           struct{ StartLine int }
						}
					}
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(write(t, r, "sarif")), &log))
		assert.Equal(t, "2.1.0", log.Version)
		require.Len(t, log.Runs, 1)
		run := log.Runs[0]
		assert.NotEmpty(t, run.Tool.Driver.Name)
		assert.Equal(t, "contract/", run.AutomationDetails.ID, "so that another tool's results stay when these are uploaded")
		require.Len(t, run.Tool.Driver.Rules, len(check.Checks()))
		for _, rule := range run.Tool.Driver.Rules {
			assert.NotEmpty(t, rule.ShortDescription.Text, rule.ID)
			assert.Contains(t, levels, rule.DefaultConfiguration.Level, rule.ID)
		}
		require.Len(t, run.Invocations, 1)
		require.NotNil(t, run.Invocations[0].ExecutionSuccessful)
		assert.Equal(t, !r.Verdict().Unusable, *run.Invocations[0].ExecutionSuccessful)
		assert.GreaterOrEqual(t, len(run.Invocations[0].ToolExecutionNotifications), len(r.Verdict().Reasons))
		require.Len(t, run.Results, len(r.Findings))
		prints := map[string]bool{}
		for _, result := range run.Results {
			assert.Equal(t, result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
			assert.Contains(t, levels, result.Level)
			assert.NotEmpty(t, result.Message.Text)
			assert.Positive(t, result.OccurrenceCount)
			require.NotEmpty(t, result.Locations)
			for _, location := range result.Locations {
				require.NotNil(t, location.PhysicalLocation)
				assert.Equal(t, "recordings/images,get.cassette.yaml", location.PhysicalLocation.ArtifactLocation.URI)
				assert.Positive(t, location.PhysicalLocation.Region.StartLine)
			}
			require.Len(t, result.PartialFingerprints, 1)
			prints[result.PartialFingerprints["contract/v1"]] = true
			for _, suppression := range result.Suppressions {
				assert.Equal(t, "external", suppression.Kind)
				assert.NotEmpty(t, suppression.Justification)
			}
			isAccepted := len(result.Suppressions) > 0
			assert.Equal(t, isAccepted, strings.Contains(result.Message.Text, "(accepted: "))
		}
		assert.Len(t, prints, len(run.Results), "findings that are not alike have fingerprints of their own")
	}
}

// Every report of one page can be shown without anything from elsewhere, and its texts give no command.
func TestFullReportIsHarmless(t *testing.T) {
	for _, format := range report.Formats {
		text := write(t, fullReport(t), format)
		assert.NotRegexp(t, `[\x00-\x08\x0b-\x1f\x{fffe}]`, text, format)
		if format == "html" {
			assert.Contains(t, text, `<p class="breaking">entry 1 matches nothing</p>`)
			assert.Contains(t, text, "<dt>Host</dt><dd>api.digitalocean.com</dd>")
			assert.Contains(t, text, "<dt>Files</dt><dd>recordings/images,get.cassette.yaml</dd>")
			assert.Contains(t, text, "<dt>Origin</dt><dd>documentation</dd>")
			assert.Contains(t, text, "1: the body was not recorded (a.har#1")
			assert.Contains(t, text, "4 cases: 1 passed, 1 failed, 1 skipped, 1 not run.")
		}
	}
}
