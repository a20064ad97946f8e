package report

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/openapi"
)

// jsonReport is what report.schema.json describes. Programs read it, so a field is added but not renamed.
type jsonReport struct {
	Verdict    jsonVerdict            `json:"verdict"`
	Advice     []string               `json:"advice"`
	Exchanges  int                    `json:"exchanges"`
	Skipped    int                    `json:"skipped"`
	Skips      []jsonSkip             `json:"skips"`
	Files      []string               `json:"files"`
	Hosts      []string               `json:"hosts"`
	Version    string                 `json:"version"`
	Findings   []jsonFinding          `json:"findings"`
	BySeverity map[check.Severity]int `json:"findings_by_severity"`
	Omitted    int                    `json:"findings_not_held"`
	Cases      []Case                 `json:"cases"`
	Coverage   check.CoverageSummary  `json:"coverage"`
}

type jsonVerdict struct {
	Result  string   `json:"result"`
	Heading string   `json:"heading"`
	Reasons []string `json:"reasons"`
}

type jsonSkip struct {
	Reason  string   `json:"reason"`
	Count   int      `json:"count"`
	Sources []string `json:"sources"`
}

type jsonFinding struct {
	Check     string         `json:"check"`
	Severity  check.Severity `json:"severity"`
	Operation string         `json:"operation"`
	Status    int            `json:"status"`
	In        string         `json:"in"`
	Pointer   string         `json:"pointer"`
	Pattern   string         `json:"pattern"`
	Message   string         `json:"message"`
	Expected  string         `json:"expected,omitempty"`
	Got       string         `json:"got,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Source    string         `json:"source"`
	Count     int            `json:"count"`
	Places    []jsonPlace    `json:"places"`
	Excerpt   string         `json:"excerpt,omitempty"`
}

type jsonPlace struct {
	Source  string `json:"source"`
	File    string `json:"file,omitempty"`
	Pointer string `json:"pointer"`
}

// writeJSON writes the report for another program. What is a list is an array even if it is empty, and never null.
func (r *Report) writeJSON(w io.Writer) error {
	verdict := r.Verdict()
	report := jsonReport{
		Verdict:    r.jsonVerdict(verdict),
		Advice:     array(verdict.Advice),
		Exchanges:  r.Exchanges,
		Skipped:    r.Skipped,
		Skips:      []jsonSkip{},
		Files:      array(r.evidence.files.shown()),
		Hosts:      array(r.evidence.hosts.shown()),
		Version:    openapi.Version,
		Findings:   []jsonFinding{},
		BySeverity: map[check.Severity]int{},
		Omitted:    r.Omitted(),
		Cases:      array(r.cases),
		Coverage:   r.Coverage(),
	}
	for _, severity := range check.Severities() {
		report.BySeverity[severity] = r.bySeverity[severity]
	}
	for _, reason := range r.skips.order {
		of := r.skips.by[reason]
		report.Skips = append(report.Skips, jsonSkip{Reason: reason, Count: of.count, Sources: array(of.sources)})
	}
	for _, group := range r.worstFirst() {
		report.Findings = append(report.Findings, jsonFindingOf(group))
	}
	return encodeJSON(w, report)
}

// encodeJSON writes a value for a person to read as well: in lines, and with < as it is.
func encodeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

func (r *Report) jsonVerdict(verdict Verdict) jsonVerdict {
	return jsonVerdict{
		Result:  verdict.result(),
		Heading: verdict.Heading,
		Reasons: append(r.jsonFailures(), verdict.Reasons...),
	}
}

// jsonFailures says of findings and cases that fail the run how many there are: a program should not have to know what
// else beside the reasons of the verdict makes one fail.
func (r *Report) jsonFailures() []string {
	sentences := []string{}
	for _, severity := range check.Severities() {
		if n := r.bySeverity[severity]; n > 0 && severity.AtLeast(r.FailOn) {
			sentences = append(sentences, fmt.Sprintf("%s of severity %s", plural.Of(n, "finding"), severity))
		}
	}
	if n := r.cases.count(CaseFailed); n > 0 {
		sentences = append(sentences, plural.Of(n, "case")+" failed")
	}
	return sentences
}

func jsonFindingOf(group Group) jsonFinding {
	f := jsonFinding{
		Check:     group.Check,
		Severity:  group.Severity,
		Operation: group.Operation,
		Status:    group.Status,
		In:        group.In,
		Pointer:   group.Pointer,
		Pattern:   group.Pattern,
		Message:   group.Message,
		Expected:  group.Expected,
		Got:       group.Got,
		Reason:    group.Reason,
		Source:    group.Source,
		Count:     group.Count,
		Excerpt:   group.Excerpt,
	}
	for _, place := range group.Places {
		f.Places = append(f.Places, jsonPlace(place))
	}
	return f
}

// array returns a list that is written as an array, not as null.
func array[S ~[]T, T any](list S) []T { return append([]T{}, list...) }
