package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/doimages/contracttest/internal/wholefile"
	"example.com/doimages/contracttest/report"
)

// formatOf has the format of a report by the extension of its file.
var formatOf = map[string]string{
	".txt":   "text",
	".json":  "json",
	".xml":   "junit",
	".sarif": "sarif",
	".html":  "html",
}

// checkReportFile returns an error if a report cannot be written to a file of this name.
func checkReportFile(file string) error {
	if formatOf[filepath.Ext(file)] == "" {
		return errors.New("the name must end in .txt, .json, .xml, .sarif or .html, which says the format of the report")
	}
	if _, err := os.Stat(filepath.Dir(file) + "/."); err != nil { // with the dot, a file is not a folder
		return fmt.Errorf("its folder: %w", err)
	}
	return nil
}

// writeReportFile writes a report to a file, in the format of its name.
func writeReportFile(file string, r *report.Report) error {
	return wholefile.Write(file, func(w io.Writer) error { return r.Write(w, formatOf[filepath.Ext(file)]) })
}
