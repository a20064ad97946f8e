package report

import (
	"fmt"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

// CountAtLeast returns how many findings are of a severity or a worse one, including those that are not held.
func (r *Report) CountAtLeast(severity check.Severity) int {
	return countAtLeast(r.bySeverity, severity)
}

// Accepted returns how many findings a baseline accepts.
func (r *Report) Accepted() int { return r.bySeverity[check.Accepted] }

// Omitted returns how many findings were counted and are in no group of Findings, those that are accepted among them.
func (r *Report) Omitted() int { return r.CountAtLeast(check.Accepted) - r.groups.held }

// notHeld returns how many findings that are not accepted are in no group of Findings.
func (r *Report) notHeld() int {
	more := r.CountAtLeast(check.Note)
	for _, group := range r.Findings {
		if group.Severity != check.Accepted {
			more -= group.Count
		}
	}
	return more
}

// writeCounted writes what has no line of its own, for the forms in lines: what is not held, and what a baseline
// accepts.
func (r *Report) writeCounted(text *strings.Builder) {
	if more := r.notHeld(); more > 0 {
		fmt.Fprintf(text, "and %s, counted and not held\n", plural.Of(more, "more finding"))
	}
	for _, line := range r.accepted.lines() {
		fmt.Fprintln(text, line)
	}
}

// sums returns the sums in one line, for the forms in lines.
func (r *Report) sums() string {
	return fmt.Sprintf("%s checked, %d skipped, %s (%d breaking) and %d accepted, %s not seen, %s",
		plural.Of(r.Exchanges, "exchange"), r.Skipped,
		plural.Of(r.CountAtLeast(check.Note), "finding"), r.CountAtLeast(check.Breaking), r.Accepted(),
		plural.Of(len(r.Unchecked()), "documented response"), covered(r.Coverage()))
}
