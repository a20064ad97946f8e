package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"example.com/doimages/contracttest/check"
)

//go:embed report.html.tmpl
var htmlText string

// words cuts a name of the contract where a narrow column may break it. What a server sent stays in one piece, so that
// a search of the page for a secret finds it.
var htmlTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"words": func(name string) []string { return strings.SplitAfter(name, "_") },
}).Parse(htmlText))

type htmlNumber struct {
	Severity check.Severity
	Count    int
	Label    string
}

type htmlCell struct{ Text, Class, Label string }

type htmlRow struct {
	Operation string
	Cells     []htmlCell
	Coverage  check.OperationCoverage
}

// writeHTML writes one page that needs nothing beside it.
func (r *Report) writeHTML(w io.Writer) error {
	columns := r.columns()
	coverage := r.Coverage()
	var rows []htmlRow
	for _, operation := range r.contract.Operations() {
		row := htmlRow{Operation: operation, Coverage: coverage.Operations[operation]}
		for _, status := range columns {
			c := htmlCell{Text: r.cell(cell{operation, status}), Class: "seen", Label: "checked, nothing found"}
			switch n := r.cells[cell{operation, status}]; {
			case c.Text == ".":
				c = htmlCell{"", "none", "not documented"}
			case c.Text == "-":
				c = htmlCell{"–", "unseen", "documented, not seen"}
			case n != nil && atLeast(n.found, check.Note) > 0:
				c.Class, c.Label = "found", fmt.Sprintf("%d checked, %d findings", n.checked, atLeast(n.found, check.Note))
			}
			row.Cells = append(row.Cells, c)
		}
		rows = append(rows, row)
	}
	findings := slices.SortedStableFunc(slices.Values(r.Findings), func(a, b check.Finding) int {
		return slices.Index(check.Severities(), a.Severity) - slices.Index(check.Severities(), b.Severity)
	})
	numbers := []htmlNumber{
		{check.Breaking, r.counts[check.Breaking], "breaking"}, {check.Drift, r.counts[check.Drift], "drift"},
		{check.Note, r.counts[check.Note], "notes"}, {check.Accepted, r.counts[check.Accepted], "accepted"},
	}
	verdict, class := r.verdict()
	return htmlTemplate.Execute(w, map[string]any{
		"Report": r, "Verdict": verdict, "Class": class, "Numbers": numbers, "Findings": findings, "Columns": columns, "Rows": rows,
		"Percent": coverage.Percent, "More": r.Omitted(), "Script": scriptHash,
	})
}

// verdict says in a few words what the findings come to, and which colour that has.
func (r *Report) verdict() (words, class string) {
	switch {
	case r.CountAtLeast(check.Breaking) > 0:
		return fmt.Sprintf("%d breaking", r.CountAtLeast(check.Breaking)), "breaking"
	case r.CountAtLeast(r.FailOn) > 0:
		return fmt.Sprintf("%d %s", r.CountAtLeast(r.FailOn), r.FailOn), "breaking"
	case r.Exchanges == 0:
		return "nothing checked", "drift"
	case r.CountAtLeast(check.Note) > 0:
		return "nothing breaking", "drift"
	}
	return "clean", "clean"
}

// scriptHash lets the page's own script run, and no other: the texts of the findings come from a server.
var scriptHash = func() string {
	_, script, _ := strings.Cut(htmlText, "<script>")
	script, _, _ = strings.Cut(script, "</script>")
	sum := sha256.Sum256([]byte(script))
	return base64.StdEncoding.EncodeToString(sum[:])
}()
