package report

import (
	"fmt"
	"io"
	"strings"

	"example.com/doimages/contracttest/check"
)

// writeGitHub writes the findings as annotations of GitHub Actions.
func (r *Report) writeGitHub(w io.Writer) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	for _, f := range r.Findings {
		level := map[check.Severity]string{check.Breaking: "error", check.Drift: "warning", check.Note: "notice", check.Accepted: "notice"}[f.Severity]
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
	_, err := fmt.Fprintf(w, "%d exchanges checked, %d findings (%d breaking)\n", r.Exchanges, r.CountAtLeast(check.Note), r.CountAtLeast(check.Breaking))
	return err
}
