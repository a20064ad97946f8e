package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
)

// maxMarkdown is how many findings a summary shows. GitHub refuses a summary of more than 1 MiB.
const maxMarkdown = 50

// markdownCell keeps a text within its cell, and lets no markup of a server through.
var markdownCell = strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "`", "'")

// WriteMarkdown writes a short form of the report, for the summary of a CI job. It has the sums, and the worst 50
// findings that are not accepted.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	breaking := r.CountAtLeast(check.Breaking)
	fmt.Fprintln(&text, "### Contract of /v2/images")
	fmt.Fprintf(&text, "\n%s checked, %d skipped, ", plural(r.Exchanges, "exchange"), r.Skipped)
	fmt.Fprintf(&text, "**%d breaking**, %s, %d accepted, %s.\n",
		breaking, plural(r.CountAtLeast(check.Note)-breaking, "other finding"), r.Accepted(), covered(r.Coverage()))
	shown := 0
	for _, f := range r.worstFirst() {
		if f.Severity == check.Accepted || shown == maxMarkdown {
			continue
		}
		if shown == 0 {
			fmt.Fprintln(&text, "\n| severity | check | operation | status | where | what | exchange |")
			fmt.Fprintln(&text, "|---|---|---|---|---|---|---|")
		}
		shown++
		fmt.Fprintf(&text, "| %s | %s | %s | %d | %s | %s | %s |\n", f.Severity, f.Check, f.Operation, f.Status,
			markdownCell.Replace(f.In+" "+f.Pointer), markdownCell.Replace(f.Message), markdownCell.Replace(f.Source))
	}
	fmt.Fprintln(&text)
	_, err := io.WriteString(w, text.String())
	return err
}
