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
	fmt.Fprintf(&text, "%s checked, %d skipped, ", plural(r.Exchanges, "exchange"), r.Skipped)
	fmt.Fprintf(&text, "%s (%d breaking) and %d accepted, ",
		plural(r.CountAtLeast(check.Note), "finding"), r.CountAtLeast(check.Breaking), r.Accepted())
	fmt.Fprintf(&text, "%s not seen, %s\n", plural(len(r.Unchecked()), "documented response"), covered(r.Coverage()))
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
// can be one in every exchange. It counts all of them, whether they are held or not.
func (r *Report) textFindings(text *strings.Builder) {
	more := r.CountAtLeast(check.Note)
	for _, finding := range r.Findings {
		if finding.Severity != check.Accepted {
			fmt.Fprintf(text, "%s: %s\n", finding.Severity, finding)
			more--
		}
	}
	for _, reason := range r.accepted.order {
		fmt.Fprintf(text, "accepted %s: %s\n", plural(r.accepted.times[reason], "time"), reason)
	}
	if more > 0 {
		fmt.Fprintf(text, "and %s, counted and not held\n", plural(more, "more finding"))
	}
}

// plural returns a number with its noun, which gets an s unless there is exactly one.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
