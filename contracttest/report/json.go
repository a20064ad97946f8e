package report

import (
	"encoding/json"
	"io"

	"example.com/doimages/contracttest/check"
)

// jsonReport is what report.schema.json describes. Programs read it, so a field is added but not renamed.
type jsonReport struct {
	Exchanges int                   `json:"exchanges"`
	Skipped   int                   `json:"skipped"`
	Findings  []jsonFinding         `json:"findings"`
	Omitted   int                   `json:"findings_not_held"`
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

// writeJSON writes the report for another program.
func (r *Report) writeJSON(w io.Writer) error {
	report := jsonReport{
		Exchanges: r.Exchanges,
		Skipped:   r.Skipped,
		Findings:  []jsonFinding{}, // an array where there are none, too
		Omitted:   r.Omitted(),
		Coverage:  r.Coverage(),
	}
	for _, f := range r.Findings {
		report.Findings = append(report.Findings, jsonFinding{
			Check:     f.Check,
			Severity:  f.Severity,
			Operation: f.Operation,
			Status:    f.Status,
			In:        f.In,
			Pointer:   f.Pointer,
			Message:   f.Message,
			Expected:  f.Expected,
			Got:       f.Got,
			Reason:    f.Reason,
			Source:    f.Source,
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}
