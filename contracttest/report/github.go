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

// writeGitHub writes the findings as annotations of GitHub Actions, the worst first and those that are alike in one,
// each beside its recording if that is known. GitHub shows ten of a level, so that advice comes before notes. What a
// baseline accepts is a line.
func (r *Report) writeGitHub(w io.Writer) error {
	var text strings.Builder
	verdict := r.Verdict()
	for _, reason := range verdict.Reasons {
		fmt.Fprintf(&text, "::error title=contract::%s\n", githubData.Replace(reason))
	}
	for _, c := range r.cases {
		if c.Outcome == CaseFailed {
			fmt.Fprintf(&text, "::error title=%s::%s\n", githubProperty.Replace(c.Name), githubData.Replace(c.Reason))
		}
	}
	for _, advice := range verdict.Advice {
		fmt.Fprintf(&text, "::notice title=contract::%s\n", githubData.Replace(advice))
	}
	for _, group := range r.worstFirst() {
		if group.Severity != check.Accepted {
			r.githubAnnotation(&text, group)
		}
	}
	r.writeCounted(&text)
	for _, line := range r.skips.lines() {
		fmt.Fprintf(&text, "skipped %s\n", line)
	}
	fmt.Fprintln(&text, r.sums())
	fmt.Fprintf(&text, "verdict: %s\n", verdict)
	_, err := io.WriteString(w, noOldCommand.Replace(text.String()))
	return err
}

// noOldCommand breaks what a runner takes for a command of its older kind, wherever it is in a line. None is written
// here.
var noOldCommand = strings.NewReplacer("##[", "# #[")

func (r *Report) githubAnnotation(text *strings.Builder, group Group) {
	properties := "title=" + githubProperty.Replace(group.Check)
	if group.File != "" {
		properties = "file=" + githubProperty.Replace(group.File) + "," + properties
	}
	level := r.githubLevel(group.Severity)
	fmt.Fprintf(text, "::%s %s::%s\n", level, properties, githubData.Replace(group.detail()))
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
