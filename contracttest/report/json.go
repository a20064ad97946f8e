package report

import (
	"encoding/json"
	"io"

	"example.com/doimages/contracttest/check"
)

type jsonReport struct {
	Exchanges int                   `json:"exchanges"`
	Skipped   int                   `json:"skipped"`
	Findings  []jsonFinding         `json:"findings"`
	Unheld    int                   `json:"findings_not_held"`
	Coverage  check.CoverageSummary `json:"coverage"`
}

type jsonFinding struct {
	Check     string         `json:"check"`
	Severity  check.Severity `json:"severity"`
	Operation string         `json:"operation"`
	Status    int            `json:"status"`
	In        string         `json:"in"`
	Pointer   string         `json:"pointer"`
	Message   string         `json:"message"`
	Expected  string         `json:"expected,omitempty"`
	Got       string         `json:"got,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Source    string         `json:"source"`
}

// writeJSON writes what report.schema.json describes.
func (r *Report) writeJSON(w io.Writer) error {
	report := jsonReport{Exchanges: r.Exchanges, Skipped: r.Skipped, Findings: []jsonFinding{}, Unheld: r.Omitted(), Coverage: r.Coverage()}
	for _, f := range r.Findings {
		report.Findings = append(report.Findings, jsonFinding{f.Check, f.Severity, f.Operation, f.Status, f.In, f.Pointer, f.Message, f.Expected, f.Got, f.Reason, f.Source})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}
