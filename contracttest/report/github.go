package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
)

// The characters that end a command of GitHub Actions, or a property of one.
//
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub writes the findings as annotations of GitHub Actions, each beside its recording if that is known.
func (r *Report) writeGitHub(w io.Writer) error {
	var text strings.Builder
	for _, f := range r.Findings {
		properties := "title=" + githubProperty.Replace(f.Check)
		if f.File != "" {
			properties = "file=" + githubProperty.Replace(f.File) + "," + properties
		}
		fmt.Fprintf(&text, "::%s %s::%s\n", r.githubLevel(f.Severity), properties, githubData.Replace(f.String()))
	}
	fmt.Fprintf(&text, "%s checked, %s (%d breaking)\n", plural(r.Exchanges, "exchange"),
		plural(r.CountAtLeast(check.Note), "finding"), r.CountAtLeast(check.Breaking))
	_, err := io.WriteString(w, text.String())
	return err
}

// githubLevel returns the level of an annotation: error for all that fails the run.
func (r *Report) githubLevel(severity check.Severity) string {
	switch {
	case severity.AtLeast(r.FailOn) || severity == check.Breaking:
		return "error"
	case severity == check.Drift:
		return "warning"
	}
	return "notice"
}
