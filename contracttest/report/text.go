package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
)

// writeText writes the table of operations and statuses, the findings, the sums, the advice, and in the last line the
// verdict.
func (r *Report) writeText(w io.Writer) error {
	var text strings.Builder
	r.textTable(&text)
	r.textFindings(&text)
	for _, line := range r.skips.lines() {
		fmt.Fprintf(&text, "skipped %s\n", line)
	}
	if r.ListMissing {
		r.textMissing(&text)
	}
	fmt.Fprintln(&text, r.sums())
	verdict := r.Verdict()
	for _, advice := range verdict.Advice {
		fmt.Fprintf(&text, "advice: %s\n", advice)
	}
	for _, reason := range verdict.Reasons {
		fmt.Fprintln(&text, reason)
	}
	fmt.Fprintf(&text, "verdict: %s\n", verdict)
	_, err := io.WriteString(w, redact.WithoutCommands(text.String()))
	return err
}

// textMissing lists what nothing shows, by operation. Of a response that was not seen it leaves out the fields.
func (r *Report) textMissing(text *strings.Builder) {
	coverage := r.Coverage().Operations
	for _, operation := range r.counted() {
		var missing []string
		for _, item := range slices.Sorted(slices.Values(coverage[operation].Missing)) {
			if n := len(missing); n > 0 && isPartOfResponse(item, missing[n-1]) {
				continue
			}
			missing = append(missing, item)
		}
		missing = withValues(missing)
		if len(missing) > 0 {
			fmt.Fprintf(text, "not seen of %s: %s\n", operation, redact.Printable(strings.Join(missing, ", ")))
		}
	}
}

// withValues returns items of coverage, with the values of one parameter or field in one item: type=a|b|c.
func withValues(items []string) (grouped []string) {
	for _, item := range items {
		name, value, isValue := strings.Cut(item, "=")
		if n := len(grouped); isValue && n > 0 && strings.HasPrefix(grouped[n-1], name+"=") {
			grouped[n-1] += "|" + value
			continue
		}
		grouped = append(grouped, item)
	}
	return grouped
}

// isPartOfResponse reports whether an item of coverage is of a response that is the item before it. A field may begin
// with another one that was not seen, as its null does, and is no part of that.
func isPartOfResponse(item, before string) bool {
	status, isResponse := strings.CutPrefix(before, "response ")
	return isResponse && !strings.Contains(status, " ") && strings.HasPrefix(item, before+" ")
}

func (r *Report) textTable(text *strings.Builder) {
	columns, coverage := r.table.columns(), r.Coverage().Operations
	aligned := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(aligned, "operation\t%s\tcovered\n", strings.Join(columns, "\t"))
	for _, operation := range r.counted() {
		fmt.Fprint(aligned, operation)
		for _, status := range columns {
			fmt.Fprint(aligned, "\t", textCell(r.table.tally(cell{operation: operation, status: status})))
		}
		fmt.Fprintf(aligned, "\t%d/%d\n", coverage[operation].Covered, coverage[operation].Total)
	}
	_ = aligned.Flush() // into memory
	fmt.Fprintln(text, "number of exchanges checked, !number of findings; - documented and not checked; . not documented")
	fmt.Fprintln(text, "covered: how many of the statuses, parameters, fields, enum values and nulls were seen")
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

// textFindings writes the findings, the worst first, those that are alike in a line. Those that a baseline accepts get
// a shorter one, since there can be one in every exchange.
func (r *Report) textFindings(text *strings.Builder) {
	for _, group := range r.worstFirst() {
		if group.Severity == check.Accepted {
			continue
		}
		fmt.Fprintf(text, "%s: %s\n", group.Severity, group)
		if group.Excerpt != "" {
			fmt.Fprintf(text, "    %s\n", strings.ReplaceAll(group.Excerpt, "\n", "\n    "))
		}
	}
	r.writeCounted(text)
}
