package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

//go:embed report.html.tmpl
var htmlText string

//go:embed report.css
var htmlStyle string

//go:embed report.js
var htmlScript string

// words cuts a name of the contract where a narrow column may break it. What a server sent stays in one piece, so that
// a search of the page for a secret finds it.
var htmlTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"words": func(name string) []string { return strings.SplitAfter(name, "_") },
}).Parse(htmlText))

// htmlPage is what the template reads.
type htmlPage struct {
	Report   *Report
	Verdict  Verdict
	Class    string
	About    []htmlAbout // where the exchanges come from
	Cases    []Case      // those that did not pass
	CaseSum  string
	Numbers  []htmlNumber
	Percent  float64
	Origins  string   // how much each kind shows; empty if there is nothing to tell apart
	Findings []Group  // the worst first
	Columns  []string // statuses
	Rows     []htmlRow

	Style      template.CSS
	Script     template.JS
	ScriptHash string
}

type htmlNumber struct {
	Severity check.Severity
	Count    int
	Label    string
}

type htmlRow struct {
	Operation string
	Cells     []htmlCell
	Coverage  check.OperationCoverage
}

type htmlCell struct{ Text, Class, Label string }

// writeHTML writes one page that needs nothing beside it.
func (r *Report) writeHTML(w io.Writer) error {
	verdict := r.Verdict()
	coverage := r.Coverage()
	return htmlTemplate.Execute(w, htmlPage{
		Report:     r,
		Verdict:    verdict,
		Class:      verdict.class(),
		About:      r.htmlAbout(),
		Cases:      r.htmlCases(),
		CaseSum:    r.caseSum(),
		Numbers:    r.htmlNumbers(),
		Percent:    coverage.Percent,
		Origins:    origins(coverage),
		Findings:   r.worstFirst(),
		Columns:    r.table.columns(),
		Rows:       r.htmlRows(),
		Style:      template.CSS(htmlStyle),
		Script:     template.JS(htmlScript),
		ScriptHash: scriptHash(),
	})
}

// scriptHash lets the page's own script run, and no other: the texts of the findings come from a server.
func scriptHash() string {
	sum := sha256.Sum256([]byte(htmlScript))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (r *Report) htmlNumbers() []htmlNumber {
	var numbers []htmlNumber
	for _, severity := range check.Severities() {
		label := string(severity)
		if severity == check.Note {
			label = "notes" // the only one that has a plural
		}
		numbers = append(numbers, htmlNumber{Severity: severity, Count: r.bySeverity[severity], Label: label})
	}
	return numbers
}

func (r *Report) htmlRows() []htmlRow {
	columns, coverage := r.table.columns(), r.Coverage().Operations
	var rows []htmlRow
	for _, operation := range r.counted() {
		row := htmlRow{Operation: operation, Coverage: coverage[operation]}
		for _, status := range columns {
			row.Cells = append(row.Cells, htmlCellOf(r.table.tally(cell{operation: operation, status: status})))
		}
		rows = append(rows, row)
	}
	return rows
}

func htmlCellOf(t tally) htmlCell {
	switch {
	case t.findings > 0:
		return htmlCell{
			Text:  fmt.Sprintf("%d!%d", t.checked, t.findings),
			Class: "found",
			Label: fmt.Sprintf("%d checked, %s", t.checked, plural.Of(t.findings, "finding")),
		}
	case t.checked > 0:
		return htmlCell{Text: fmt.Sprint(t.checked), Class: "seen", Label: "checked, nothing found"}
	case t.documented:
		return htmlCell{Text: "–", Class: "unseen", Label: "documented, not seen"}
	}
	return htmlCell{Class: "none", Label: "not documented"}
}
