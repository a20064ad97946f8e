package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
)

// output is what verify, live and proxy have in common: what fails a run, and where its report goes.
type output struct {
	failOn, format string
	files          []string
	minCoverage    float64
	baselineFile   string
	baseline       *check.Baseline // what that file holds, if there is one
}

// formOf are the forms of a report by the ending of its file.
var formOf = map[string]string{".txt": "text", ".json": "json", ".xml": "junit", ".html": "html"}

func (o *output) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.failOn, "fail-on", string(check.Breaking), "the least severity that fails the run: breaking or drift")
	flags.StringVar(&o.format, "format", "text", "the form of the report on standard output: "+strings.Join(report.Formats, ", ")+`;
github also adds to the summary of the job`)
	flags.StringArrayVarP(&o.files, "output", "o", nil, `write the report to this file, too, in the form of its name: .txt, .json,
.xml (JUnit) or .html; may be given several times`)
	flags.StringVar(&o.baselineFile, "baseline", "", "a file with findings: known differences beside the embedded ones")
	flags.Float64Var(&o.minCoverage, "min-coverage", 0, "fail if less of the contract was seen, in percent")
	for flag, values := range map[string][]string{"format": report.Formats, "fail-on": {"breaking", "drift"}} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}

// check says what is wrong with the flags, and reads the baseline.
func (o *output) check() (check.Severity, error) {
	if !slices.Contains(report.Formats, o.format) {
		return "", fmt.Errorf("--format: there is no %q, but %s", o.format, strings.Join(report.Formats, ", "))
	}
	for _, file := range o.files {
		if formOf[filepath.Ext(file)] == "" {
			return "", fmt.Errorf("--output %s: the name has to end in .txt, .json, .xml or .html, which says the form of the report", file)
		}
		if _, err := os.Stat(filepath.Dir(file) + "/."); err != nil { // now, and not when the run is over
			return "", fmt.Errorf("--output %s: its folder: %w", file, err)
		}
	}
	if !(o.minCoverage >= 0 && o.minCoverage <= 100) { // false for NaN, too
		return "", fmt.Errorf("--min-coverage %v: it is a percentage, from 0 to 100", o.minCoverage)
	}
	severity, err := check.ParseSeverity(o.failOn)
	if err != nil {
		return "", fmt.Errorf("--fail-on: %w", err)
	}
	if o.baselineFile != "" {
		text, err := os.ReadFile(o.baselineFile)
		if err != nil {
			return "", fmt.Errorf("--baseline: %w", err)
		}
		if o.baseline, err = check.LoadBaseline(text); err != nil {
			return "", fmt.Errorf("--baseline %s: %w", o.baselineFile, err)
		}
	}
	return severity, nil
}

// write writes a report wherever it belongs.
func (o *output) write(stdout io.Writer, report *report.Report) error {
	err := report.Write(stdout, o.format) // first, since a file that cannot be written must not cost the report
	if summary := os.Getenv("GITHUB_STEP_SUMMARY"); o.format == "github" && summary != "" {
		file, failed := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if failed == nil {
			failed = errors.Join(report.WriteMarkdown(file), file.Close())
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("the summary of the job: %w", failed))
		}
	}
	for _, file := range o.files {
		if failed := writeFile(file, report); failed != nil {
			err = errors.Join(err, fmt.Errorf("--output %s: %w", file, failed))
		}
	}
	return err
}

// writeFile writes a report into a file whole, or leaves the file as it was.
func writeFile(file string, report *report.Report) error {
	var text bytes.Buffer
	if err := report.Write(&text, formOf[filepath.Ext(file)]); err != nil {
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

// verdict says whether the run failed, and why where the report does not.
func (o *output) verdict(stderr io.Writer, report *report.Report) error {
	for _, warning := range o.baseline.Warnings(time.Now()) {
		fmt.Fprintln(stderr, "note:", warning)
	}
	failed := report.CountAtLeast(report.FailOn) > 0
	if report.Exchanges == 0 {
		fmt.Fprintln(stderr, "nothing was checked, which proves nothing")
		failed = true
	}
	if percent := report.Coverage().Percent; percent < o.minCoverage {
		fmt.Fprintf(stderr, "%.1f %% of the contract was seen, and %.1f %% are asked for\n", percent, o.minCoverage)
		failed = true
	}
	if failed {
		return errFindings
	}
	return nil
}
