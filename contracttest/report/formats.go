package report

import (
	"fmt"
	"io"
	"strings"
)

// Formats are the formats in which a report can be written. For people there are text and html; for programs json, as
// report.schema.json describes it; for CI junit, sarif and github.
var Formats = []string{"text", "json", "junit", "sarif", "github", "html"}

// Write writes the report in one of [Formats]. Another is an error.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "json":
		return r.writeJSON(w)
	case "junit":
		return r.writeJUnit(w)
	case "sarif":
		return r.writeSARIF(w)
	case "github":
		return r.writeGitHub(w)
	case "html":
		return r.writeHTML(w)
	}
	return fmt.Errorf("there is no format %q, but %s", format, strings.Join(Formats, ", "))
}
