package report_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// Whatever fails a run is in every format: in the heading, in what is counted, and with its reason.
func TestEveryFormatHasTheVerdict(t *testing.T) {
	for name, test := range map[string]struct {
		change           func(*report.Report)
		empty            bool // whether no exchange is checked
		result, heading  string
		reason           string // printed in every format; none if empty
		failures, errors int    // of JUnit
	}{
		"clean": {
			change:  func(*report.Report) {},
			result:  "passed",
			heading: "clean",
		},
		"nothing checked": {
			change:   func(*report.Report) {},
			empty:    true,
			result:   "failed",
			heading:  "nothing checked",
			reason:   "nothing was checked",
			failures: 1,
		},
		"a failed case": {
			change: func(r *report.Report) {
				r.AddCase(report.Case{Name: "walk", Outcome: report.CaseFailed, Reason: "an image is lost"})
				r.AddCase(report.Case{Name: "get", Outcome: report.CasePassed})
			},
			result:   "failed",
			heading:  "1 case failed",
			reason:   "an image is lost",
			failures: 1,
		},
		"a case that was not run": {
			change: func(r *report.Report) {
				r.AddCase(report.Case{Name: "walk", Outcome: report.CaseNotRun, Reason: "the budget is used up"})
			},
			result:   "failed",
			heading:  "1 case not run",
			reason:   "1 case not run",
			failures: 1,
			errors:   1,
		},
		"missed coverage": {
			change:   func(r *report.Report) { r.MinCoverage = 99 },
			result:   "failed",
			heading:  "% of 99.0 % covered",
			reason:   "less than the 99.0 % of --min-coverage",
			failures: 1,
		},
		"a file that cannot be used": {
			change:  func(r *report.Report) { r.AddProblem("recording", "b.har: not an HTTP Archive") },
			result:  "unusable",
			heading: "1 recording could not be used",
			reason:  "b.har: not an HTTP Archive",
			errors:  1,
		},
		"files and entries that cannot be used": {
			change: func(r *report.Report) {
				r.AddProblem("recording", "b.har: not an HTTP Archive")
				r.AddProblem("recorded exchange", "a.har#1: the URL is empty")
				r.AddProblem("recording", "c.har: not an HTTP Archive")
			},
			result:  "unusable",
			heading: "2 recordings could not be used, 1 recorded exchange could not be used",
			reason:  "a.har#1: the URL is empty",
			errors:  3,
		},
		"an end before all was checked": {
			change:  func(r *report.Report) { r.AddProblem("", "interrupted, so that not all was checked") },
			result:  "unusable",
			heading: "1 problem",
			reason:  "interrupted, so that not all was checked",
			errors:  1,
		},
		"a skipped exchange": {
			change: func(r *report.Report) {
				r.FailOnSkip = true
				r.AddSkipped("a.har#1", report.SkipOtherHost+" other.example")
				r.AddSkipped("a.har#2", "the body was not recorded")
			},
			result:   "failed",
			heading:  "1 not checkable",
			reason:   "1 exchange of the API could not be checked",
			failures: 1,
		},
		"an input with nothing to check": {
			change: func(r *report.Report) {
				r.FailOnSkip = true
				r.AddSkipped("a.har", report.SkipNothing)
				r.AddSkipped("recorded", report.SkipNothing)
			},
			result:   "failed",
			heading:  "nothing to check in 2 inputs",
			reason:   "nothing to check in 2 inputs",
			failures: 1,
		},
		"a body that cannot be decompressed": {
			change: func(r *report.Report) {
				r.FailOnSkip = true
				garbled := testkit.Exchanges(t, "images_get")[0]
				garbled.Header = garbled.Header.Clone()
				garbled.Header.Set("Content-Encoding", "br")
				garbled.Body, garbled.File = []byte{0x1b, 0x03, 0xff}, "a.har"
				r.Add(garbled)
			},
			result:   "failed",
			heading:  "1 not checkable",
			reason:   "1 exchange of the API could not be checked",
			failures: 1,
		},
		"an entry of a baseline": {
			change: func(r *report.Report) {
				r.AddFailure("stale baseline entry", "entry 1 of the baseline matches nothing")
			},
			result:   "failed",
			heading:  "1 stale baseline entry",
			reason:   "entry 1 of the baseline matches nothing",
			failures: 1,
		},
		"what else the caller demands": {
			change: func(r *report.Report) {
				r.AddFailure("stale baseline entry", "entry 1 of the baseline matches nothing")
				r.AddFailure("stale baseline entry", "entry 2 of the baseline matches nothing")
				r.AddFailure("overdue review", "entry 3 of the baseline was to be reviewed by 2026-01-01")
			},
			result:   "failed",
			heading:  "2 stale baseline entries, 1 overdue review",
			reason:   "entry 3 of the baseline was to be reviewed by 2026-01-01",
			failures: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(testkit.Contract(t))
			if !test.empty {
				r.Add(testkit.Exchanges(t, "images_get")[0])
			}
			test.change(r)
			verdict := r.Verdict()
			assert.Equal(t, test.result == "failed" || test.result == "unusable", verdict.Failed)
			assert.Equal(t, test.result == "unusable", verdict.Unusable)
			assert.Contains(t, verdict.Heading, test.heading)
			for _, format := range report.Formats {
				text := strings.ReplaceAll(html.UnescapeString(write(t, r, format)), "%25", "%")
				assert.Contains(t, text, test.heading, format)
				if format == "text" && test.failures > 0 && test.heading == "1 case failed" {
					continue // contract live prints the cases before it
				}
				assert.Contains(t, text, test.reason, format)
			}
			var summary bytes.Buffer
			require.NoError(t, r.WriteMarkdown(&summary))
			assert.Contains(t, summary.String(), "### Contract of /v2/images: "+test.result)

			var junit struct {
				Failures int `xml:"failures,attr"`
				Errors   int `xml:"errors,attr"`
			}
			require.NoError(t, xml.Unmarshal([]byte(write(t, r, "junit")), &junit))
			assert.Equal(t, test.failures, junit.Failures)
			assert.Equal(t, test.errors, junit.Errors)
			var asJSON struct{ Verdict struct{ Result string } }
			require.NoError(t, json.Unmarshal([]byte(write(t, r, "json")), &asJSON))
			assert.Equal(t, test.result, asJSON.Verdict.Result)
		})
	}
}

// Skipped exchanges are counted by reason, and every format for people names the reasons.
func TestSkippedExchangesHaveReasons(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for i := range 7 {
		r.AddSkipped(fmt.Sprint("a.har#", i), "the body was not recorded")
	}
	for i := range 200 {
		r.AddSkipped("a.har#2", report.SkipCached+fmt.Sprint(" of browser ", i))
	}
	r.FailOnSkip = true
	assert.Equal(t, 207, r.Skipped)
	assert.Contains(t, r.Verdict().Reasons, "7 exchanges of the API could not be checked")
	for _, format := range []string{"text", "html", "junit", "github", "sarif"} {
		text := html.UnescapeString(write(t, r, format))
		assert.Contains(t, text, "7: the body was not recorded (a.har#0, a.har#1, a.har#2, a.har#3, a.har#4, …)", format)
		assert.Contains(t, text, "151: cached (a.har#2)", "%s: reasons beyond 50 count together", format)
	}
}

// The coverage of a service that uses few operations is that of these.
func TestCoverageOfSomeOperations(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for _, exchange := range testkit.Exchanges(t, "images_get") {
		r.Add(exchange)
	}
	all := r.Coverage()
	r.Operations = []string{report.Seen}
	some := r.Coverage()
	assert.Len(t, some.Operations, 1)
	assert.Greater(t, some.Percent, 2*all.Percent)
	of := some.Operations["images_get"]
	assert.InDelta(t, 100*float64(of.Covered)/float64(of.Total), some.Percent, .1)
	for _, unchecked := range r.Unchecked() {
		assert.Contains(t, unchecked, "images_get ")
	}
	r.Operations = []string{"images_get", "images_delete"}
	assert.Len(t, r.Coverage().Operations, 2)
	assert.Contains(t, r.Unchecked(), "images_delete 204")
	r.ListMissing = true
	assert.Regexp(t, `(?m)^not seen of images_delete: path image_id, response 204, response 401, response 403, `, write(t, r, "text"))
	assert.NotContains(t, write(t, r, "text"), "images_list")
}

// With ShowBodies, and only with it, a report shows what the first exchange of a group held around the place.
func TestShowBodies(t *testing.T) {
	const secret = "dop_v1_canary0123456789"
	get := brokenGet(t)
	get.RequestHeader.Set("Authorization", "Bearer "+secret)
	testkit.SetURL("https://user:" + secret + "@api.digitalocean.com/v2/images/1?a=" + secret)(&get)
	testkit.ReplaceBody(`"description":""`, `"description":"it is `+secret+`"`)(&get)
	for _, show := range []bool{false, true} {
		r := report.New(testkit.Contract(t))
		r.ShowBodies = show
		r.Add(get)
		r.Add(get)
		for _, format := range report.Formats {
			text := write(t, r, format)
			assert.NotContains(t, text, secret, format)
			assert.Equal(t, show, bytes.Contains([]byte(text), []byte("GET /v2/images/1?a=[redacted-1]")), format)
			assert.Equal(t, show, bytes.Contains([]byte(text), []byte("it is [redacted-1]")), format)
		}
	}
}

// What a server sends is bounded before it is shown.
func TestShowBodiesIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want string
	}{
		"empty":     {body: "", want: "200 OK\n(no body)"},
		"not JSON":  {body: "<html>\x1b[31m", want: "200 OK\n<html>"},
		"command":   {body: "::error::x", want: "200 OK\n::error::x"},
		"huge":      {body: `{"image":"` + strings.Repeat("x", 2<<20) + `"}`, want: "200 OK\n(a body of more than 1 MiB, which is not shown)"},
		"long line": {body: `{"image":"` + strings.Repeat("x", 1000) + `"}`, want: strings.Repeat("x", 80) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(testkit.Contract(t))
			r.ShowBodies = true
			get := brokenGet(t)
			testkit.SetBody(test.body)(&get)
			r.Add(get)
			found := false
			for _, group := range r.Findings {
				found = found || strings.Contains(group.Excerpt, test.want)
				assert.Less(t, len(group.Excerpt), 2_000)
				assert.NotContains(t, group.Excerpt, "\x1b")
			}
			assert.True(t, found, "%v", r.Findings)
			assert.NotRegexp(t, `(?m)^\s*::error::x`, write(t, r, "text"), "a command to the log of a job")
			assert.NotRegexp(t, `(?m)^\s*::error::x`, write(t, r, "github"))
		})
	}
}

// An exchange that says nothing of a file, a host or a kind adds no empty name to those that are known.
func TestEvidenceHasNoEmptyNames(t *testing.T) {
	r := report.New(testkit.Contract(t))
	exchange := testkit.Exchanges(t, "images_get")[0]
	for _, file := range []string{"a.har", "", "b.har"} {
		exchange.File = file
		r.Add(exchange)
	}
	var written struct{ Files []string }
	require.NoError(t, json.Unmarshal([]byte(write(t, r, "json")), &written))
	assert.Equal(t, []string{"a.har", "b.har"}, written.Files)
}

// A merge request shows the names of the tests that failed, and little else of them.
func TestJUnitNamesWhatFailed(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(testkit.Exchanges(t, "images_get")[0])
	r.AddProblem("recording", "b.har: not an HTTP Archive")
	r.AddFailure("stale baseline entry", "entry 1 of the baseline matches nothing")
	for range 101 {
		r.AddFailure("overdue baseline entry", "entry 3 of the baseline was to be reviewed by 2026-01-01")
	}
	text := write(t, r, "junit")
	for _, name := range []string{"recording 1", "stale baseline entry 1", "overdue baseline entry 99", "others"} {
		assert.Equal(t, 1, strings.Count(text, ` name="`+name+`"`), name)
	}
}

// A program reads of each run that fails why, though findings and cases have lists of their own.
func TestJSONHasAReasonForEachFailure(t *testing.T) {
	for name, test := range map[string]struct {
		failOn check.Severity
		change func(*report.Report)
		want   []string
	}{
		"nothing": {
			change: func(*report.Report) {},
			want:   []string{},
		},
		"a breaking finding": {
			change: func(r *report.Report) { r.Add(brokenGet(t)) },
			want:   []string{"1 finding of severity breaking"},
		},
		"drift that does not fail": {
			change: func(r *report.Report) { r.Add(driftingGet(t)) },
			want:   []string{},
		},
		"drift that fails": {
			failOn: check.Drift,
			change: func(r *report.Report) {
				r.Add(driftingGet(t))
				r.Add(driftingGet(t))
				r.Add(brokenGet(t))
			},
			want: []string{"1 finding of severity breaking", "2 findings of severity drift"},
		},
		"a case and what the run demands": {
			change: func(r *report.Report) {
				r.AddCase(report.Case{Name: "walk", Outcome: report.CaseFailed, Reason: "an image is lost"})
				r.AddFailure("stale baseline entry", "entry 1 of the baseline matches nothing")
			},
			want: []string{"1 case failed", "entry 1 of the baseline matches nothing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(testkit.Contract(t))
			r.FailOn = cmp.Or(test.failOn, r.FailOn)
			r.Add(testkit.Exchanges(t, "images_get")[0])
			test.change(r)
			var written struct{ Verdict struct{ Reasons []string } }
			require.NoError(t, json.Unmarshal([]byte(write(t, r, "json")), &written))
			assert.Equal(t, test.want, written.Verdict.Reasons)
			assert.Equal(t, len(test.want) > 0, r.Verdict().Failed)
		})
	}
}
