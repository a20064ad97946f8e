package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// errFindings ends the program with exit code 1: the contract is broken, or nothing was checked. What it was has been
// printed by then. Every other error ends it with 2.
var errFindings = errors.New("the contract is broken, or nothing was checked")

// outputOptions are what verify, live and proxy have in common: what fails a run, and where its report goes.
type outputOptions struct {
	failOn      check.Severity // not validated; see newOutput
	format      string
	files       []string
	baseline    string // a file; none if empty
	minCoverage float64
}

// addFlags adds the flags, and their values to the completion of shells.
func (o *outputOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar((*string)(&o.failOn), "fail-on", string(check.Breaking),
		"the least severity that fails the run: breaking or drift")
	flags.StringVar(&o.format, "format", "text",
		"the format of the report on standard output: "+strings.Join(report.Formats, ", ")+";\n"+
			"github also writes to the summary of the job")
	flags.StringArrayVarP(&o.files, "output", "o", nil,
		"also write the report to this file, in the format of its name: .txt, .json,\n"+
			".xml (JUnit) or .html; may be given several times")
	flags.StringVar(&o.baseline, "baseline", "",
		"a file with findings to accept, in addition to the embedded ones")
	flags.Float64Var(&o.minCoverage, "min-coverage", 0,
		"fail if less than this percentage of the contract was seen")
	for flag, values := range map[string][]string{
		"format":  report.Formats,
		"fail-on": {string(check.Breaking), string(check.Drift)},
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}

// output judges a report and writes it, as the options say. The two are apart: a report is written whether the run
// failed or not.
type output struct {
	process
	options  outputOptions
	baseline *check.Baseline // nil if there is none
}

// newOutput checks the options and reads the baseline, so that a mistake is found before a run and not at its end.
func newOutput(ctx context.Context, p process, options outputOptions) (output, error) {
	if !slices.Contains(report.Formats, options.format) {
		return output{}, fmt.Errorf("--format: %q is not one of %s", options.format, strings.Join(report.Formats, ", "))
	}
	for _, file := range options.files {
		if err := checkReportFile(file); err != nil {
			return output{}, fmt.Errorf("--output %s: %w", file, err)
		}
	}
	if !(options.minCoverage >= 0 && options.minCoverage <= 100) { // so written that it refuses NaN
		return output{}, fmt.Errorf("--min-coverage %v: it is a percentage, from 0 to 100", options.minCoverage)
	}
	if _, err := check.ParseSeverity(string(options.failOn)); err != nil {
		return output{}, fmt.Errorf("--fail-on: %w", err)
	}
	baseline, err := readBaseline(ctx, options.baseline)
	if err != nil {
		return output{}, fmt.Errorf("--baseline: %w", err)
	}
	return output{process: p, options: options, baseline: baseline}, nil
}

// readBaseline reads a baseline of the caller's own, if a file is named.
func readBaseline(ctx context.Context, file string) (*check.Baseline, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readFile(ctx, file)
	if err != nil {
		return nil, err
	}
	baseline, err := check.LoadBaseline(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return baseline, nil
}

// newReport returns an empty report that checks against a document, or against the embedded one if no file is named.
func newReport(ctx context.Context, spec string, o output) (*report.Report, error) {
	document := openapi.Document()
	if spec != "" {
		var err error
		if document, err = readFile(ctx, spec); err != nil {
			return nil, err
		}
	}
	r, err := await(ctx, func() (*report.Report, error) { return report.Load(document, o.baseline) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmp.Or(spec, "the embedded document"), err)
	}
	r.FailOn = o.options.failOn
	return r, nil
}

// write writes a report to standard output and to all files. It goes on after an error: a file that cannot be written
// must not cost the others.
func (o output) write(r *report.Report) error {
	errs := []error{r.Write(o.stdout, o.options.format)}
	if summary := o.getenv("GITHUB_STEP_SUMMARY"); o.options.format == "github" && summary != "" {
		if err := appendSummary(summary, r); err != nil {
			errs = append(errs, fmt.Errorf("the summary of the job: %w", err))
		}
	}
	return errors.Join(append(errs, o.writeFiles(r))...)
}

// writeFiles writes a report to the files of --output.
func (o output) writeFiles(r *report.Report) error {
	var errs []error
	for _, file := range o.options.files {
		if err := writeReportFile(file, r); err != nil {
			errs = append(errs, fmt.Errorf("--output %s: %w", file, err))
		}
	}
	return errors.Join(errs...)
}

// verdict returns errFindings if a run failed, and prints why where the report does not.
func (o output) verdict(r *report.Report) error {
	for _, warning := range o.baseline.Warnings(time.Now()) {
		fmt.Fprintln(o.stderr, "note:", warning)
	}
	failed := r.CountAtLeast(r.FailOn) > 0
	// A recording of another API, or an empty one, must not look like one without faults.
	if r.Exchanges == 0 {
		fmt.Fprintln(o.stderr, "nothing was checked")
		failed = true
	}
	if percent := r.Coverage().Percent; percent < o.options.minCoverage {
		fmt.Fprintf(o.stderr, "%.1f %% of the contract was seen, less than the %.1f %% of --min-coverage\n",
			percent, o.options.minCoverage)
		failed = true
	}
	if failed {
		return errFindings
	}
	return nil
}

// appendSummary adds a report to the summary of a job of GitHub Actions, in which earlier steps may have written.
func appendSummary(file string, r *report.Report) error {
	summary, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(r.WriteMarkdown(summary), summary.Close())
}
