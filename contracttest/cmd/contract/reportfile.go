package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"example.com/doimages/contracttest/internal/wholefile"
	"example.com/doimages/contracttest/recording"
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
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil // it does not exist yet
	case info.IsDir():
		return errors.New("a folder")
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	}
	return nil
}

// writeReportFile writes a report to a file, in the format of its name.
func writeReportFile(file string, r *report.Report) error {
	return wholefile.Write(file, func(w io.Writer) error { return r.Write(w, formatOf[filepath.Ext(file)]) })
}

// checkInputs returns an error if a report would replace a recording, or another file that the run reads: archives end
// in .json as reports do. In a folder, the report of an earlier run is none of its recordings.
func checkInputs(reports []string, recordings []found, others ...string) error {
	for _, file := range reports {
		info, err := os.Stat(file)
		if err != nil {
			continue // nothing is there that could be lost
		}
		isInput := func(input string) bool { return isSame(info, input) }
		isRecording := func(f found) bool { return isInput(f.file) && (!f.mayBeOther || isRecording(f.file)) }
		if slices.ContainsFunc(recordings, isRecording) || slices.ContainsFunc(others, isInput) {
			return fmt.Errorf("--output %s: it is one of the files to read", file)
		}
	}
	return nil
}

// isRecording reports whether a file begins as a recording does, though it may be damaged.
func isRecording(file string) bool {
	for _, err := range recording.Read(file) {
		return asOtherKind(err) == nil
	}
	return true
}
