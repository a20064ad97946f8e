package contracttest

import (
	_ "embed"
	"html/template"
	"io"
	"maps"
	"slices"
)

//go:embed report.html.tmpl
var htmlText string

var htmlTemplate = template.Must(template.New("report").Parse(htmlText))

type htmlCell struct{ Text, Class, Label string }

type htmlRow struct {
	Operation string
	Cells     []htmlCell
	Coverage  OperationCoverage
}

// writeHTML writes one page that needs nothing beside it.
func (r *Report) writeHTML(w io.Writer) error {
	columns := r.columns()
	coverage := r.Coverage()
	var rows []htmlRow
	for _, operation := range slices.Sorted(maps.Keys(r.contract.responses)) {
		row := htmlRow{Operation: operation, Coverage: coverage.Operations[operation]}
		for _, status := range columns {
			c := htmlCell{Text: r.cell(cell{operation, status}), Class: "seen", Label: "checked, nothing found"}
			switch n := r.cells[cell{operation, status}]; {
			case c.Text == ".":
				c = htmlCell{"", "none", "not documented"}
			case c.Text == "-":
				c = htmlCell{"–", "unseen", "documented, not seen"}
			case n != nil && n.findings > 0:
				c.Class, c.Label = "found", "checked ! findings"
			}
			row.Cells = append(row.Cells, c)
		}
		rows = append(rows, row)
	}
	findings := slices.SortedStableFunc(slices.Values(r.Findings), func(a, b Finding) int {
		return slices.Index(worstFirst, a.Severity) - slices.Index(worstFirst, b.Severity)
	})
	return htmlTemplate.Execute(w, map[string]any{
		"Report": r, "Findings": findings, "Columns": columns, "Rows": rows, "Percent": coverage.Percent,
		"Breaking": r.Worst(Breaking), "Drift": r.Worst(Drift) - r.Worst(Breaking), "Note": r.Worst(Note) - r.Worst(Drift),
		"Accepted": r.Worst(Accepted) - r.Worst(Note), "More": r.Worst(Accepted) - len(r.Findings),
	})
}
