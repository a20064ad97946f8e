package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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

// writeReportFile writes a report to a file whole, or leaves the file as it was. A link to a file stays a link.
func writeReportFile(file string, r *report.Report) error {
	var text bytes.Buffer
	if err := r.Write(&text, formatOf[filepath.Ext(file)]); err != nil {
		return err
	}
	if linked, err := filepath.EvalSymlinks(file); err == nil {
		file = linked
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), ".report-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text.Bytes())
	if err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}
