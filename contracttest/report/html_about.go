package report

import (
	"fmt"
	"strings"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/openapi"
)

type htmlAbout struct{ Name, Text string }

// minutes is how a page has a time.
const minutes = "2006-01-02 15:04 UTC"

// htmlAbout returns what the exchanges are and where they come from.
func (r *Report) htmlAbout() []htmlAbout {
	e := &r.evidence
	about := []htmlAbout{{Name: "Date", Text: e.began.UTC().Format(minutes)}}
	add := func(name string, texts []string) {
		if len(texts) > 0 {
			about = append(about, htmlAbout{Name: name, Text: strings.Join(texts, ", ")})
		}
	}
	add("Files", e.files.shown())
	add("Origin", e.kinds.shown())
	add("Host", e.hosts.shown())
	if !e.first.IsZero() {
		add("Recorded", []string{e.first.UTC().Format(minutes) + " to " + e.last.UTC().Format(minutes)})
	}
	add("Skipped", r.skips.lines())
	add("Version", []string{"doimages " + openapi.Version})
	return about
}

// htmlCases returns the cases that did not pass, those that failed first.
func (r *Report) htmlCases() []Case {
	var list []Case
	for _, outcome := range []string{CaseFailed, CaseNotRun, CaseSkipped} {
		for _, c := range r.cases {
			if c.Outcome == outcome {
				list = append(list, c)
			}
		}
	}
	return list
}

// caseSum says how many cases there are of each outcome; empty if there are none.
func (r *Report) caseSum() string {
	if len(r.cases) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %d passed, %d failed, %d skipped, %d not run.", plural.Of(len(r.cases), "case"),
		r.cases.count(CasePassed), r.cases.count(CaseFailed), r.cases.count(CaseSkipped), r.cases.count(CaseNotRun))
}
