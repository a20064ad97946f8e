package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"example.com/doimages/contracttest/check"
)

// writeText writes the table of operations and statuses, and the findings.
func (r *Report) writeText(w io.Writer) error {
	columns := r.columns()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "operation")
	for _, status := range columns {
		fmt.Fprint(table, "\t", status)
	}
	fmt.Fprintln(table, "\tcovered")
	coverage := r.Coverage().Operations
	for _, operation := range r.contract.Operations() {
		fmt.Fprint(table, operation)
		for _, status := range columns {
			fmt.Fprint(table, "\t", r.cell(cell{operation, status}))
		}
		fmt.Fprintf(table, "\t%d/%d\n", coverage[operation].Covered, coverage[operation].Total)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "number of exchanges checked, !number of findings; - documented and not checked; . not documented")
	fmt.Fprintln(w)
	var reasons []string
	times := map[string]int{}
	for _, finding := range r.Findings {
		if finding.Severity != check.Accepted {
			fmt.Fprintf(w, "%s: %s\n", finding.Severity, finding)
			continue
		}
		if times[finding.Reason] == 0 {
			reasons = append(reasons, finding.Reason)
		}
		times[finding.Reason]++
	}
	for _, reason := range reasons {
		fmt.Fprintf(w, "accepted %d times: %s\n", times[reason], reason)
	}
	if more := r.Omitted(); more > 0 {
		fmt.Fprintf(w, "and %d more findings, which are counted and not held\n", more)
	}
	_, err := fmt.Fprintf(w, "%d exchanges checked, %d skipped, %d findings (%d breaking) and %d accepted, %d documented responses not seen, %.1f %% of the contract covered\n",
		r.Exchanges, r.Skipped, r.CountAtLeast(check.Note), r.CountAtLeast(check.Breaking), r.Accepted(), len(r.Unchecked()), r.Coverage().Percent)
	return err
}

// columns returns every status that some operation documents.
func (r *Report) columns() []string {
	var all []string
	for _, operation := range r.contract.Operations() {
		all = append(all, r.contract.Statuses(operation)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *Report) cell(at cell) string {
	switch n := r.cells[at]; {
	case n == nil && slices.Contains(r.contract.Statuses(at.operation), at.status):
		return "-"
	case n == nil:
		return "."
	case atLeast(n.found, check.Note) > 0:
		return fmt.Sprintf("%d!%d", n.checked, atLeast(n.found, check.Note))
	default:
		return strconv.Itoa(n.checked)
	}
}
