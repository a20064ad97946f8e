package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
)

// WriteMarkdown writes a short form of the report, for the summary of a CI job.
func (r *Report) WriteMarkdown(w io.Writer) error {
	cellText := strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "`", "'")
	fmt.Fprintf(w, "### Contract of /v2/images\n\n%d exchanges checked, %d skipped, **%d breaking**, %d other findings, %d accepted, %.1f %% of the contract covered.\n",
		r.Exchanges, r.Skipped, r.CountAtLeast(check.Breaking), r.CountAtLeast(check.Note)-r.CountAtLeast(check.Breaking), r.Accepted(), r.Coverage().Percent)
	shown := 0
	for _, f := range r.Findings {
		if f.Severity == check.Accepted || shown == 50 {
			continue
		}
		if shown++; shown == 1 {
			fmt.Fprint(w, "\n| severity | check | operation | status | where | what | exchange |\n|---|---|---|---|---|---|---|\n")
		}
		fmt.Fprintf(w, "| %s | %s | %s | %d | %s | %s | %s |\n", f.Severity, f.Check, f.Operation, f.Status, cellText.Replace(f.In+" "+f.Pointer), cellText.Replace(f.Message), cellText.Replace(f.Source))
	}
	_, err := fmt.Fprintln(w)
	return err
}
