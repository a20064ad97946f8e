package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
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

// writeJUnit writes a test case for each operation and status: failed where there is a finding of FailOn or worse, skipped
// where nothing was seen.
func (r *Report) writeJUnit(w io.Writer) error {
	suite := junitSuite{Name: "contract"}
	byCell := map[cell][]check.Finding{}
	for _, f := range r.Findings {
		at := r.cellOf(f.Operation, f.Status)
		byCell[at] = append(byCell[at], f)
	}
	cells := map[cell]bool{}
	for _, operation := range r.contract.Operations() {
		for _, status := range r.contract.Statuses(operation) {
			cells[cell{operation, status}] = true
		}
	}
	for at := range r.cells {
		cells[at] = true
	}
	order := func(a, b cell) int {
		return cmp.Or(strings.Compare(a.operation, b.operation), strings.Compare(a.status, b.status))
	}
	for _, at := range slices.SortedFunc(maps.Keys(cells), order) {
		test := junitCase{Class: "contract." + at.operation, Name: at.operation + " " + at.status}
		var broken, other []string
		for _, f := range byCell[at] {
			text := redact.Printable(string(f.Severity) + ": " + f.String())
			if f.Severity.AtLeast(r.FailOn) {
				broken = append(broken, text)
			} else {
				other = append(other, text)
			}
		}
		if n := r.cells[at]; n != nil && atLeast(n.found, r.FailOn) > len(broken) {
			broken = append(broken, fmt.Sprintf("more findings, which were counted and not held: %d", atLeast(n.found, r.FailOn)-len(broken)))
		}
		suite.Tests++
		switch {
		case len(broken) > 0:
			suite.Failures++
			test.Failure = &junitFailure{Message: broken[0], Text: strings.Join(broken, "\n")}
		case r.cells[at] == nil:
			suite.Skipped++
			test.Skipped = &struct{}{}
		}
		test.Output = strings.Join(other, "\n")
		suite.Cases = append(suite.Cases, test)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
