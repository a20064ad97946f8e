package contracttest

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Formats are the forms in which a report can be written.
var Formats = []string{"text", "json", "junit", "github", "html"}

// Write writes the report in one of Formats; another is an error.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "json":
		return r.writeJSON(w)
	case "junit":
		return r.writeJUnit(w)
	case "github":
		return r.writeGitHub(w)
	case "html":
		return r.writeHTML(w)
	}
	return fmt.Errorf("there is no format %q, but %s", format, strings.Join(Formats, ", "))
}

type jsonReport struct {
	Exchanges int             `json:"exchanges"`
	Skipped   int             `json:"skipped"`
	Findings  []jsonFinding   `json:"findings"`
	Unheld    int             `json:"findings_not_held"`
	Coverage  CoverageSummary `json:"coverage"`
}

type jsonFinding struct {
	Check     string   `json:"check"`
	Severity  Severity `json:"severity"`
	Operation string   `json:"operation"`
	Status    int      `json:"status"`
	In        string   `json:"in"`
	Pointer   string   `json:"pointer"`
	Message   string   `json:"message"`
	Expected  string   `json:"expected,omitempty"`
	Got       string   `json:"got,omitempty"`
	Reason    string   `json:"reason,omitempty"`
	Source    string   `json:"source"`
}

// writeJSON writes what report.schema.json describes.
func (r *Report) writeJSON(w io.Writer) error {
	report := jsonReport{Exchanges: r.Exchanges, Skipped: r.Skipped, Findings: []jsonFinding{}, Unheld: r.CountAtLeast(Accepted) - len(r.Findings), Coverage: r.Coverage()}
	for _, f := range r.Findings {
		report.Findings = append(report.Findings, jsonFinding{f.Check, f.Severity, f.Operation, f.Status, f.In, f.Pointer, f.Message, f.Expected, f.Got, f.Reason, f.Source})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(report)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Skipped *struct{}     `xml:"skipped"`
	Failure *junitFailure `xml:"failure"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a test case for each operation and status: failed where there is a finding of FailOn or worse, skipped
// where nothing was seen.
func (r *Report) writeJUnit(w io.Writer) error {
	suite := junitSuite{Name: "contract"}
	byCell := map[cell][]Finding{}
	for _, f := range r.Findings {
		at := r.cellOf(f.Operation, f.Status)
		byCell[at] = append(byCell[at], f)
	}
	cells := map[cell]bool{}
	for _, operation := range r.contract.Operations() {
		for _, status := range r.contract.Statuses(operation) {
			cells[cell{operation, status}] = true
		}
	}
	for at := range r.cells {
		cells[at] = true
	}
	order := func(a, b cell) int {
		return cmp.Or(strings.Compare(a.operation, b.operation), strings.Compare(a.status, b.status))
	}
	for _, at := range slices.SortedFunc(maps.Keys(cells), order) {
		test := junitCase{Class: "contract." + at.operation, Name: at.operation + " " + at.status}
		var broken, other []string
		for _, f := range byCell[at] {
			text := printable(string(f.Severity) + ": " + f.String())
			if f.Severity.AtLeast(r.FailOn) {
				broken = append(broken, text)
			} else {
				other = append(other, text)
			}
		}
		if n := r.cells[at]; n != nil && atLeast(n.found, r.FailOn) > len(broken) {
			broken = append(broken, fmt.Sprintf("more findings, which were counted and not held: %d", atLeast(n.found, r.FailOn)-len(broken)))
		}
		suite.Tests++
		switch {
		case len(broken) > 0:
			suite.Failures++
			test.Failure = &junitFailure{Message: broken[0], Text: strings.Join(broken, "\n")}
		case r.cells[at] == nil:
			suite.Skipped++
			test.Skipped = &struct{}{}
		}
		test.Output = strings.Join(other, "\n")
		suite.Cases = append(suite.Cases, test)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// writeGitHub writes the findings as annotations of GitHub Actions.
func (r *Report) writeGitHub(w io.Writer) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, f := range r.Findings {
		level := map[Severity]string{Breaking: "error", Drift: "warning", Note: "notice", Accepted: "notice"}[f.Severity]
		if f.Severity.AtLeast(r.FailOn) {
			level = "error"
		}
		properties := "title=" + property.Replace(f.Check)
		if f.File != "" {
			properties = "file=" + property.Replace(f.File) + "," + properties
		}
		if _, err := fmt.Fprintf(w, "::%s %s::%s\n", level, properties, data.Replace(f.String())); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d exchanges checked, %d findings (%d breaking)\n", r.Exchanges, r.CountAtLeast(Note), r.CountAtLeast(Breaking))
	return err
}

// WriteMarkdown writes a short form of the report, for the summary of a CI job.
func (r *Report) WriteMarkdown(w io.Writer) error {
	cellText := strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "`", "'")
	fmt.Fprintf(w, "### Contract of /v2/images\n\n%d exchanges checked, %d skipped, **%d breaking**, %d other findings, %d accepted, %.1f %% of the contract covered.\n",
		r.Exchanges, r.Skipped, r.CountAtLeast(Breaking), r.CountAtLeast(Note)-r.CountAtLeast(Breaking), r.CountAtLeast(Accepted)-r.CountAtLeast(Note), r.Coverage().Percent)
	shown := 0
	for _, f := range r.Findings {
		if f.Severity == Accepted || shown == 50 {
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
