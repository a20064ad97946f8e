package report

import (
	"fmt"
	"strings"
)

// junitCase returns the test case of a cell, with the findings in it that are held. It fails by what was counted, so
// that a cell whose findings are all beyond those that are held does not pass.
func (r *Report) junitCase(at cell, held []Group) junitCase {
	test := junitCase{
		Class: "contract." + at.operation,
		Name:  at.operation + " " + at.status,
	}
	seen := r.table.seen[at]
	if seen != nil {
		test.Time = junitTime(seen.took)
	}
	var failures, others []string
	more := r.table.atLeast(at, r.FailOn)
	for _, group := range held {
		text := string(group.Severity) + ": " + group.detail()
		if group.Severity.AtLeast(r.FailOn) {
			failures = append(failures, text)
			more -= group.Count
		} else {
			others = append(others, text)
		}
	}
	if more > 0 {
		failures = append(failures, fmt.Sprintf("more findings, which were counted and not held: %d", more))
	}
	test.Output = strings.Join(others, "\n")
	switch {
	case len(failures) > 0:
		message, _, _ := strings.Cut(failures[0], "\n")
		test.Failure = &junitText{
			Message: message,
			Text:    strings.Join(failures, "\n"),
		}
	case seen == nil:
		test.Skipped = &junitText{Message: "no exchange showed it"}
	}
	return test
}

// junitLive returns the suite of the cases of the live suite.
func (r *Report) junitLive() junitSuite {
	suite := junitSuite{Name: "live"}
	for _, c := range r.cases {
		test := junitCase{Class: "contract.live", Name: c.Name}
		reason, _, _ := strings.Cut(c.Reason, "\n")
		switch c.Outcome {
		case CaseFailed:
			test.Failure = &junitText{Message: reason, Text: c.Reason}
		case CaseNotRun:
			test.Error = &junitText{Message: reason, Text: c.Reason}
		case CaseSkipped:
			test.Skipped = &junitText{Message: reason}
		}
		suite.Cases = append(suite.Cases, test)
	}
	return suite
}

// junitRun returns the suite of what is wrong with the run beside findings and cases.
func (r *Report) junitRun() junitSuite {
	suite := junitSuite{Name: "run"}
	for i, text := range r.problems.all() {
		suite.Cases = append(suite.Cases, junitCase{
			Class: "contract.run",
			Name:  r.problems.name(i),
			Error: &junitText{Message: text},
		})
	}
	for _, d := range r.unmet() {
		suite.Cases = append(suite.Cases, junitCase{
			Class:   "contract.run",
			Name:    d.name,
			Failure: &junitText{Message: d.text},
		})
	}
	return suite
}
