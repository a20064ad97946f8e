package report

import (
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"example.com/doimages/openapi"
)

// writeJUnit writes a suite with a test case for each operation and status that was seen. It fails where there is a
// finding of FailOn or worse. With ListMissing, what no exchange showed is a test case that was skipped. Cases of the
// live suite, and what else fails the run, have suites of their own.
func (r *Report) writeJUnit(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	report := junitReport{Name: "contract"}
	for _, suite := range []junitSuite{r.junitContract(), r.junitLive(), r.junitRun()} {
		suite.count()
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		report.Time += suite.Time
		if suite.Tests > 0 || suite.Properties != nil {
			report.Suites = append(report.Suites, suite)
		}
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junitContract returns the suite of operations and statuses. Its output is the advice.
func (r *Report) junitContract() junitSuite {
	held := map[cell][]Group{}
	for _, group := range r.worstFirst() {
		at := r.table.at(group.Operation, group.Status)
		held[at] = append(held[at], group)
	}
	suite := junitSuite{
		Name:       "contract",
		Timestamp:  r.evidence.began.UTC().Format("2006-01-02T15:04:05"),
		Properties: r.junitProperties(),
		Output:     strings.Join(r.Verdict().Advice, "\n"),
	}
	if files := r.evidence.files.list; len(files) == 1 {
		suite.File = files[0]
	}
	for _, at := range r.junitCells() {
		suite.Cases = append(suite.Cases, r.junitCase(at, held[at]))
	}
	return suite
}

// junitProperties returns where the exchanges come from.
func (r *Report) junitProperties() *junitProperties {
	list := []junitProperty{
		{Name: "version", Value: openapi.Version},
		{Name: "verdict", Value: r.Verdict().String()},
	}
	for name, values := range map[string][]string{
		"file":    r.evidence.files.shown(),
		"host":    r.evidence.hosts.shown(),
		"origin":  r.evidence.kinds.shown(),
		"skipped": r.skips.lines(),
	} {
		for _, value := range values {
			list = append(list, junitProperty{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(list, func(a, b junitProperty) int { return strings.Compare(a.Name, b.Name) })
	return &junitProperties{List: list}
}

// junitCells returns what was seen, whether the contract documents it or not, and with ListMissing what else it
// documents. They are in the order of their names, which programs that compare two runs expect.
func (r *Report) junitCells() []cell {
	var cells []cell
	if r.ListMissing {
		cells = r.documented()
	}
	for at := range r.table.seen {
		cells = append(cells, at)
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(strings.Compare(a.operation, b.operation), strings.Compare(a.status, b.status))
	})
	return slices.Compact(cells)
}
