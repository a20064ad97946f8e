package report

import (
	"fmt"
	"io"
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
