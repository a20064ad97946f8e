package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

// What a summary shows: every group of findings that break a client, and of the others so many that there are 50 rows.
// GitHub refuses a summary of more than 1 MiB.
const (
	maxRows     = 50
	maxMarkdown = 900 << 10 // bytes
)

// markdown returns a text that Markdown shows as it is, in a cell of a table as well: any punctuation may begin markup,
// or a link.
func markdown(text string) string {
	var b strings.Builder
	for _, c := range text {
		switch {
		case c == '\n':
			c = ' '
		case strings.ContainsRune("\\`*_{}[]()<>#+!|&~:@$.", c):
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// WriteMarkdown writes a short form of the report, for the summary of a CI job. It has the verdict, the sums, and the
// findings that are not accepted, the worst first: all that break a client, and 50 rows in all.
func (r *Report) WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	breaking, verdict := r.CountAtLeast(check.Breaking), r.Verdict()
	fmt.Fprintf(&text, "### Contract of /v2/images: %s\n", markdown(verdict.String()))
	fmt.Fprintf(&text, "\n%s checked, %d skipped, ", plural.Of(r.Exchanges, "exchange"), r.Skipped)
	fmt.Fprintf(&text, "**%d breaking**, %s, %d accepted, %s.\n",
		breaking, plural.Of(r.CountAtLeast(check.Note)-breaking, "other finding"), r.Accepted(), covered(r.Coverage()))
	r.markdownLists(&text, verdict)
	r.markdownFindings(&text)
	fmt.Fprintln(&text)
	_, err := io.WriteString(w, text.String())
	return err
}

// markdownLists writes what is not a finding.
func (r *Report) markdownLists(text *strings.Builder, verdict Verdict) {
	var items []string
	items = append(items, verdict.Reasons...)
	for _, c := range r.cases {
		if c.Outcome == CaseFailed {
			reason, _, _ := strings.Cut(c.Reason, "\n")
			items = append(items, "failed: "+c.Name+": "+reason)
		}
	}
	for _, advice := range verdict.Advice {
		items = append(items, "advice: "+advice)
	}
	for _, line := range r.skips.lines() {
		items = append(items, "skipped "+line)
	}
	items = append(items, r.accepted.lines()...)
	if len(items) > 0 {
		fmt.Fprintln(text)
	}
	for _, item := range items {
		fmt.Fprintf(text, "- %s\n", markdown(item))
	}
}

func (r *Report) markdownFindings(text *strings.Builder) {
	shown, more := 0, r.CountAtLeast(check.Note)
	for _, group := range r.worstFirst() {
		if group.Severity == check.Accepted || text.Len() > maxMarkdown {
			break
		}
		if shown >= maxRows && group.Severity != check.Breaking {
			break
		}
		if shown == 0 {
			fmt.Fprintln(text, "\n| severity | check | operation | status | where | what | got | times | exchange |")
			fmt.Fprintln(text, "|---|---|---|---|---|---|---|---|---|")
		}
		shown++
		more -= group.Count
		fmt.Fprintf(text, "| %s | %s | %s | %d | %s | %s | %s | %d | %s |\n", group.Severity, group.Check,
			markdown(group.Operation), group.Status, markdown(group.In+" "+group.pointer()), markdown(group.Message),
			markdown(group.Got), group.Count, markdown(group.Source))
	}
	if more > 0 {
		fmt.Fprintf(text, "\nand %s\n", plural.Of(more, "more finding"))
	}
}
