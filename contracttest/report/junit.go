package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *struct{}     `xml:"skipped"`
	Failure *junitFailure `xml:"failure"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a test case for each operation and status. It fails where there is a finding of FailOn or worse,
// and is skipped where no exchange showed it.
func (r *Report) writeJUnit(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(r.junitSuite()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r *Report) junitSuite() junitSuite {
	held := map[cell][]check.Finding{}
	for _, f := range r.Findings {
		at := r.table.at(f.Operation, f.Status)
		held[at] = append(held[at], f)
	}
	suite := junitSuite{Name: "contract"}
	for _, at := range r.junitCells() {
		test := r.junitCase(at, held[at])
		suite.Tests++
		if test.Failure != nil {
			suite.Failures++
		}
		if test.Skipped != nil {
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, test)
	}
	return suite
}

// junitCells returns what the contract documents, and what was seen without being documented. They are in the order
// of their names, which programs that compare two runs expect.
func (r *Report) junitCells() []cell {
	cells := r.table.documented()
	for at := range r.table.seen {
		cells = append(cells, at)
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(strings.Compare(a.operation, b.operation), strings.Compare(a.status, b.status))
	})
	return slices.Compact(cells)
}

// junitCase returns the test case of a cell, with the findings in it that are held. It fails by what was counted, so
// that a cell whose findings are all beyond those that are held does not pass.
func (r *Report) junitCase(at cell, held []check.Finding) junitCase {
	test := junitCase{
		Class: "contract." + at.operation,
		Name:  at.operation + " " + at.status,
	}
	var failures, others []string
	for _, f := range held {
		text := redact.Printable(string(f.Severity) + ": " + f.String())
		if f.Severity.AtLeast(r.FailOn) {
			failures = append(failures, text)
		} else {
			others = append(others, text)
		}
	}
	if more := r.table.atLeast(at, r.FailOn) - len(failures); more > 0 {
		failures = append(failures, fmt.Sprintf("more findings, which were counted and not held: %d", more))
	}
	test.Output = strings.Join(others, "\n")
	switch {
	case len(failures) > 0:
		test.Failure = &junitFailure{
			Message: failures[0],
			Text:    strings.Join(failures, "\n"),
		}
	case r.table.seen[at] == nil:
		test.Skipped = &struct{}{}
	}
	return test
}
