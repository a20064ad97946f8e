package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// brokenFields returns an image with fields that the contract does not have, whose names nothing else has.
func brokenFields(t *testing.T, round, n int) traffic.Exchange {
	t.Helper()
	var fields strings.Builder
	for i := range n {
		fmt.Fprintf(&fields, `"new_%d_%d":1,`, round, i)
	}
	return testkit.Exchange(t, "GET /v2/images/1", 200, "{"+fields.String()+`"image":`+testkit.Image(1)+`}`, 10, 100)
}

// Findings that are alike are one line in every format, however many there are.
func TestReportsGroupWhatIsAlike(t *testing.T) {
	r := report.New(testkit.Contract(t))
	list := brokenList(t)
	list.File = "a.har"
	for i := range 7 {
		list.Source = fmt.Sprintf("a.har#%d", i)
		r.Add(list)
	}
	var group report.Group
	for _, g := range r.Findings {
		if g.Check == "wrong-type" {
			require.Empty(t, group.Check, "a second group: %v", g)
			group = g
		}
	}
	assert.Equal(t, 7*250, group.Count)
	assert.Equal(t, "/images/*/name", group.Pattern)
	require.Len(t, group.Places, 5)
	assert.Equal(t, report.Place{Source: "a.har#0", File: "a.har", Pointer: "/images/4/name"}, group.Places[4])
	line := "images_list 200: body /images/*/name: value must be a string, got 1 [wrong-type] (1750 times, first in a.har#0, …)"
	for _, format := range []string{"text", "junit", "github", "sarif"} {
		text := write(t, r, format)
		assert.Contains(t, text, line, format)
		assert.NotContains(t, text, "/images/1/name:", format)
	}
	page := write(t, r, "html")
	assert.Contains(t, page, "<code>/images/*/name</code>")
	assert.Contains(t, page, "1750 times, first in <code>a.har#0</code>")
	assert.Contains(t, write(t, r, "json"), `"count": 1750,`)
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "| 1 | 1750 | a\\.har\\#0 |", "what was got, how often, and where first")
}

func TestReportHoldsABoundedNumberOfFindings(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for round := range 3 {
		r.Add(brokenFields(t, round, 600))
	}
	assert.Equal(t, 1_800, r.CountAtLeast(check.Drift))
	assert.Len(t, r.Findings, 1_000)
	assert.Equal(t, 800, r.Omitted())
	assert.Contains(t, write(t, r, "text"), "\nand 800 more findings, counted and not held\n")
	r.Add(brokenGet(t))
	require.Len(t, r.Findings, 1_001, "1,000 of a severity, and the one that breaks a client")
	assert.Equal(t, check.Breaking, r.Findings[1_000].Severity)
	assert.Contains(t, write(t, r, "json"), `"findings_not_held": 800`)
	page := write(t, r, "html")
	assert.Contains(t, page, `<tr data-severity="breaking">`)
	assert.Contains(t, page, "800 more findings are counted and not shown.")
	assert.Contains(t, write(t, r, "github"), "::error ")
	assert.Contains(t, write(t, r, "junit"), `<failure message="breaking: test: images_get 200: body /image/name: `)
}

// A server may send another value each time. That takes no room from what else is wrong.
func TestReportCountsOtherValuesTogether(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for i := range 1_500 {
		image := strings.Replace(testkit.Image(1), `"id":1`, fmt.Sprintf(`"id":"%d"`, i), 1)
		r.Add(testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+image+`}`, 10, 100))
	}
	counts := map[string]int{}
	for _, g := range r.Findings {
		if g.Pattern == "/image/id" {
			counts[g.Message] += g.Count
		}
	}
	assert.Equal(t, map[string]int{"value must be an integer": 20, "the same with other values": 1_480}, counts)
	assert.Zero(t, r.Omitted())
}

// What a baseline accepts is a line for each place, and never an annotation.
func TestAcceptedFindingsAreALine(t *testing.T) {
	baseline, err := check.LoadBaseline([]byte("findings: [{check: wrong-type, reason: Seen., source: A test.}]"))
	require.NoError(t, err)
	r := report.New(testkit.Contract(t), baseline)
	r.Add(brokenGet(t))
	r.Add(brokenGet(t))
	for _, format := range []string{"text", "github"} {
		text := write(t, r, format)
		assert.Contains(t, text, "accepted 2 times: images_get /image/name [wrong-type]: Seen.\n", format)
		assert.NotContains(t, text, "::", format)
	}
}

// The last line for a reason counts what is not held as well, so that nothing more is to be said of it. Where each
// accepted finding has a row, those without one are counted.
func TestAcceptedFindingsBeyondThoseThatAreHeld(t *testing.T) {
	baseline, err := check.LoadBaseline([]byte("findings: [{check: undocumented-field, reason: Seen., source: A test.}]"))
	require.NoError(t, err)
	r := report.New(testkit.Contract(t), baseline)
	for round := range 2 {
		r.Add(brokenFields(t, round, 600))
	}
	for _, format := range []string{"text", "github"} {
		text := write(t, r, format)
		assert.Contains(t, text, "accepted 1150 times elsewhere: Seen.\n", format)
		assert.NotContains(t, text, "not held", format)
	}
	assert.Contains(t, write(t, r, "html"), "200 more findings are counted and not shown.")
	for _, format := range []string{"json", "sarif"} {
		assert.Contains(t, write(t, r, format), `"findings_not_held": 200`, format)
	}
	assert.Contains(t, write(t, r, "json"), `"accepted": 1200`)
}

// A summary has room for 50 rows, and for all that breaks a client.
func TestMarkdownShowsTheWorst(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(brokenFields(t, 0, 80))
	r.Add(brokenGet(t))
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary))
	assert.Contains(t, summary.String(), "\n|---|---|---|---|---|---|---|---|---|\n| breaking | ")
	assert.Equal(t, 49, strings.Count(summary.String(), "\n| drift | "))
	assert.Contains(t, summary.String(), "\nand 31 more findings\n")

	for status := 450; status < 510; status++ {
		r.Add(testkit.Exchange(t, "GET /v2/images/1", status, `[]`, 10, 100))
	}
	summary.Reset()
	require.NoError(t, r.WriteMarkdown(&summary))
	assert.Equal(t, groupsOf(r, check.Breaking), strings.Count(summary.String(), "\n| breaking | "))
	assert.Greater(t, groupsOf(r, check.Breaking), 50)
}

func groupsOf(r *report.Report, severity check.Severity) (n int) {
	for _, g := range r.Findings {
		if g.Severity == severity {
			n++
		}
	}
	return n
}

// A cell fails by what was counted, not by what is held of it.
func TestJUnitReportOfMoreThanIsHeld(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.FailOn = check.Drift
	for round := range 2 {
		r.Add(brokenFields(t, round, 500))
	}
	list := brokenFields(t, 3, 0)
	testkit.SetURL("https://api.digitalocean.com/v2/images")(&list)
	testkit.SetBody(`{"new":1,"images":[],"links":{},"meta":{"total":0}}`)(&list)
	r.Add(list)
	var report struct {
		Suites []struct {
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(write(t, r, "junit")), &report))
	assert.Equal(t, 2, report.Suites[0].Failures)
	failures := map[string]string{}
	for _, c := range report.Suites[0].Cases {
		if c.Failure != nil {
			failures[c.Name] = c.Failure.Message
			assert.Nil(t, c.Skipped, c.Name)
		}
	}
	assert.Contains(t, failures["images_get 200"], "images_get 200: body /new_0_0: ", "what is held is shown")
	assert.Equal(t, "more findings, which were counted and not held: 1", failures["images_list 200"])
}
