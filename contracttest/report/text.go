package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"example.com/doimages/contracttest/check"
)

// writeText writes the table of operations and statuses, the findings, and the sums.
func (r *Report) writeText(w io.Writer) error {
	var text strings.Builder
	r.textTable(&text)
	r.textFindings(&text)
	fmt.Fprintf(&text, "%d exchanges checked, %d skipped, %d findings (%d breaking) and %d accepted, ",
		r.Exchanges, r.Skipped, r.CountAtLeast(check.Note), r.CountAtLeast(check.Breaking), r.Accepted())
	fmt.Fprintf(&text, "%d documented responses not seen, %.1f %% of the contract covered\n",
		len(r.Unchecked()), r.Coverage().Percent)
	_, err := io.WriteString(w, text.String())
	return err
}

func (r *Report) textTable(text *strings.Builder) {
	columns, coverage := r.table.columns(), r.Coverage().Operations
	aligned := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(aligned, "operation\t%s\tcovered\n", strings.Join(columns, "\t"))
	for _, operation := range r.contract.Operations() {
		fmt.Fprint(aligned, operation)
		for _, status := range columns {
			fmt.Fprint(aligned, "\t", textCell(r.table.tally(cell{operation: operation, status: status})))
		}
		fmt.Fprintf(aligned, "\t%d/%d\n", coverage[operation].Covered, coverage[operation].Total)
	}
	_ = aligned.Flush() // into memory
	fmt.Fprintln(text, "number of exchanges checked, !number of findings; - documented and not checked; . not documented")
	fmt.Fprintln(text)
}

func textCell(t tally) string {
	switch {
	case t.findings > 0:
		return fmt.Sprintf("%d!%d", t.checked, t.findings)
	case t.checked > 0:
		return strconv.Itoa(t.checked)
	case t.documented:
		return "-"
	}
	return "."
}

// textFindings writes each finding in a line. Those that a baseline accepts get a line for each reason, since there
// can be one in every exchange.
func (r *Report) textFindings(text *strings.Builder) {
	var reasons []string
	accepted := map[string]int{}
	for _, finding := range r.Findings {
		if finding.Severity != check.Accepted {
			fmt.Fprintf(text, "%s: %s\n", finding.Severity, finding)
			continue
		}
		if accepted[finding.Reason] == 0 {
			reasons = append(reasons, finding.Reason)
		}
		accepted[finding.Reason]++
	}
	for _, reason := range reasons {
		fmt.Fprintf(text, "accepted %d times: %s\n", accepted[reason], reason)
	}
	if r.Omitted() > 0 {
		fmt.Fprintf(text, "and %d more findings, which are counted and not held\n", r.Omitted())
	}
}
