package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

// Verdict is what a run comes to. Every format has it, so that none says less than the exit code.
type Verdict struct {
	Failed   bool     // whether something failed: a finding, a case, or what the run demands
	Unusable bool     // whether something could not be used, such as a file
	Heading  string   // in a few words
	Reasons  []string // a sentence for each thing that is not as it should be, beside findings and cases
	Advice   []string // sentences that fail nothing; see [Report.Advise]
}

// demand is something that a run has to show and did not.
type demand struct {
	name  string // in a JUnit report
	text  string // a sentence
	words string // a few, for the heading; empty for one that is counted there with others
}

// Verdict returns what the run comes to so far.
func (r *Report) Verdict() Verdict {
	unmet := r.unmet()
	v := Verdict{
		Unusable: r.problems.count > 0,
		Reasons:  r.problems.all(),
	}
	for _, d := range unmet {
		v.Reasons = append(slices.Clip(v.Reasons), d.text)
	}
	findings, cases := r.CountAtLeast(r.FailOn), r.cases.count(CaseFailed)
	v.Failed = v.Unusable || findings > 0 || cases > 0 || len(unmet) > 0
	v.Advice = r.adviceBeside(v.Reasons)
	v.Heading = strings.Join(r.heading(unmet), ", ")
	switch {
	case v.Heading != "":
	case r.CountAtLeast(check.Note) > 0:
		v.Heading = "nothing breaking"
	default:
		v.Heading = "clean"
	}
	return v
}

// String returns the verdict in one line.
func (v Verdict) String() string { return v.result() + ": " + v.Heading }

// result returns the verdict in one word.
func (v Verdict) result() string {
	switch {
	case v.Unusable:
		return "unusable"
	case v.Failed:
		return "failed"
	}
	return "passed"
}

// unmet returns each thing that the run demands and that is not so.
func (r *Report) unmet() []demand {
	var list []demand
	if r.Exchanges == 0 {
		list = append(list, demand{name: "exchanges", text: "nothing was checked", words: "nothing checked"})
	}
	if percent, least := r.Coverage().Percent, tenths(r.MinCoverage); percent < least {
		list = append(list, demand{
			name:  "coverage",
			text:  fmt.Sprintf("%.1f %% of the contract was seen, less than the %.1f %% of --min-coverage", percent, least),
			words: fmt.Sprintf("%.1f %% of %.1f %% covered", percent, least),
		})
	}
	if r.FailOnSkip {
		list = append(list, r.unmetBySkips()...)
	}
	if n := r.cases.count(CaseNotRun); n > 0 {
		notRun := plural.Of(n, "case") + " not run"
		list = append(list, demand{name: "cases", text: notRun, words: notRun})
	}
	for i, text := range r.failures.all() {
		list = append(list, demand{name: r.failures.name(i), text: text})
	}
	return list
}

// unmetBySkips returns what was not checked and should have been.
func (r *Report) unmetBySkips() (list []demand) {
	if n := r.unchecked(); n > 0 {
		list = append(list, demand{
			name:  "skipped exchanges",
			text:  plural.Of(n, "exchange") + " of the API could not be checked",
			words: fmt.Sprintf("%d not checkable", n),
		})
	}
	if n := r.skips.empty(); n > 0 {
		empty := "nothing to check in " + plural.Of(n, "input")
		list = append(list, demand{name: "empty inputs", text: empty, words: empty})
	}
	return list
}

// heading returns what is wrong in a few words each, the worst first.
func (r *Report) heading(unmet []demand) []string {
	words := r.problems.counts(" could not be used")
	add := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	breaking, failing := r.CountAtLeast(check.Breaking), r.CountAtLeast(r.FailOn)
	add(breaking > 0, "%d breaking", breaking)
	add(failing > breaking, "%d %s", failing-breaking, r.FailOn)
	cases := r.cases.count(CaseFailed)
	add(cases > 0, "%s failed", plural.Of(cases, "case"))
	for _, d := range unmet {
		add(d.words != "", "%s", d.words)
	}
	return append(words, r.failures.counts("")...)
}

// class returns the style of a heading.
func (v Verdict) class() string {
	switch {
	case v.Failed:
		return "breaking"
	case v.Heading == "clean":
		return "clean"
	}
	return "drift"
}
