package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// summaryOf returns the summary of a job, as Markdown shows it.
func summaryOf(t *testing.T, r *report.Report) string {
	t.Helper()
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary))
	return strings.ReplaceAll(summary.String(), `\`, "")
}

// Advice is in every form, where the form has a place for what fails nothing, and changes no verdict.
func TestAdviceIsInEveryForm(t *testing.T) {
	const stale, gateway = "entry 2 of the baseline accepts nothing here", "proxy.example: --base-url https://proxy.example/do checks it, 100 %"
	r := report.New(testkit.Contract(t))
	r.Add(testkit.Exchanges(t, "images_get")[0])
	r.Advise(stale)
	r.Advise(gateway)
	r.Advise(stale)
	verdict := r.Verdict()
	assert.Equal(t, "passed: clean", verdict.String())
	assert.Equal(t, []string{stale, gateway}, verdict.Advice, "the same once")
	assert.Empty(t, verdict.Reasons)

	assert.Regexp(t, "\nadvice: "+stale+"\nadvice: .*\nverdict: passed: clean\n$", write(t, r, "text"))
	assert.Contains(t, write(t, r, "github"), "::notice title=contract::"+stale+"\n")
	assert.Contains(t, write(t, r, "github"), " checks it, 100 %25\n")
	assert.Contains(t, summaryOf(t, r), "\n- advice: "+stale+"\n- advice: "+gateway+"\n")
	page := html.UnescapeString(write(t, r, "html"))
	assert.Contains(t, page, "<li>"+stale+"</li>\n<li>"+gateway+"</li>")
	assert.Less(t, strings.Index(page, stale), strings.Index(page, "<h2>"), "near the top")

	var asJSON struct{ Advice []string }
	require.NoError(t, json.Unmarshal([]byte(write(t, r, "json")), &asJSON))
	assert.Equal(t, verdict.Advice, asJSON.Advice)
	var junit struct {
		Suites []struct {
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Output   string `xml:"system-out"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(write(t, r, "junit")), &junit))
	require.Len(t, junit.Suites, 1)
	assert.Equal(t, stale+"\n"+gateway, junit.Suites[0].Output)
	assert.Equal(t, 1, junit.Suites[0].Tests)
	assert.Zero(t, junit.Suites[0].Failures)
	var sarif struct {
		Runs []struct {
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct {
					Level   string
					Message struct{ Text string }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(write(t, r, "sarif")), &sarif))
	invocation := sarif.Runs[0].Invocations[0]
	assert.True(t, invocation.ExecutionSuccessful)
	require.Len(t, invocation.ToolExecutionNotifications, 2)
	assert.Equal(t, "note", invocation.ToolExecutionNotifications[0].Level)
	assert.Equal(t, stale, invocation.ToolExecutionNotifications[0].Message.Text)
}

// Where nothing was checked, the advice is what helps.
func TestAdviceOfARunInWhichNothingWasChecked(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Advise("proxy.example looks like the API behind a gateway")
	for _, format := range report.Formats {
		assert.Contains(t, write(t, r, format), "proxy.example looks like the API behind a gateway", format)
	}
	assert.Equal(t, []string{"nothing was checked"}, r.Verdict().Reasons)
}

// What fails the run is not advised as well.
func TestAdviceRepeatsNoReason(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(testkit.Exchanges(t, "images_get")[0])
	r.Advise("entry 1 accepts nothing here")
	r.Advise("entry 2 accepts nothing here")
	r.AddFailure("stale baseline entry", "entry 1 accepts nothing here")
	assert.Equal(t, []string{"entry 2 accepts nothing here"}, r.Verdict().Advice)
	for _, format := range report.Formats {
		assert.NotRegexp(t, `(advice: |notice.*::)entry 1`, write(t, r, format), format)
	}
}

// Advice names files and hosts, which may have anything in their names.
func TestAdviceIsBoundedAndHarmless(t *testing.T) {
	const secret = "dop_v1_canary0123456789"
	r := report.New(testkit.Contract(t))
	r.Advise("left out: \x1b[31m\n::error::x##[group]<script>alert(1)</script> " + secret + " carol@example.net")
	r.Advise(strings.Repeat("é", 100_000))
	for i := range 500 {
		r.Advise(fmt.Sprint("entry ", i, " accepts nothing here"))
	}
	advice := r.Verdict().Advice
	assert.Len(t, advice, 101)
	assert.Equal(t, "and 402 more", advice[100])
	for _, text := range advice {
		assert.LessOrEqual(t, len(text), 1_010)
	}
	for _, format := range report.Formats {
		text := write(t, r, format)
		assert.NotContains(t, text, secret, format)
		assert.NotContains(t, text, "carol@", format)
		assert.NotContains(t, text, "\x1b", format)
		assert.NotRegexp(t, `(?m)^\s*::error::x`, text, format)
		if format == "html" {
			assert.NotContains(t, text, "<script>alert")
		}
		if format == "text" || format == "github" {
			assert.NotContains(t, text, "##[", format)
		}
	}
	assert.NotContains(t, summaryOf(t, r), secret)
}
