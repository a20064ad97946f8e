package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
)

// errFindings ends the program with exit code 1: the contract is broken, or nothing was checked. What it was has been
// printed by then. Every other error ends it with 2.
var errFindings = errors.New("the contract is broken, or nothing was checked")

// errUnusable ends the program with exit code 2. The report has said what cannot be used.
var errUnusable = errors.New("something cannot be used")

// outputOptions are what verify, live and proxy have in common: what fails a run, and where its report goes.
type outputOptions struct {
	failOn      check.Severity // not validated; see newOutput
	format      string
	files       []string
	baselines   []string // files
	minCoverage float64

	strictBaseline bool     // whether an entry of a baseline that accepts nothing or is due for review fails the run
	operations     []string // whose coverage counts; all if there are none
	missing        bool     // whether the text lists what of the contract was not seen
	showBodies     bool
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
			".xml (JUnit), .sarif or .html; may be given several times")
	flags.StringArrayVar(&o.baselines, "baseline", nil,
		"a file with findings to accept, in addition to the embedded ones; may be given\n"+
			"several times")
	flags.Float64Var(&o.minCoverage, "min-coverage", 0,
		"fail if less than this percentage of the contract was seen")
	flags.BoolVar(&o.strictBaseline, "strict-baseline", false,
		"fail if an entry of --baseline accepts nothing, names no operation, or is due for\n"+
			"review: the date of the run is after its review date")
	flags.StringSliceVar(&o.operations, "operations", nil,
		"the operations whose coverage counts, such as images_list,images_get; seen stands\n"+
			"for those that appear (default: all)")
	flags.BoolVar(&o.missing, "missing", false, "also list what of the contract was not seen, in text and JUnit")
	flags.BoolVar(&o.showBodies, "show-bodies", false,
		"add to each finding the request line, the status and the JSON around the place,\n"+
			"without secrets; names and descriptions of images stay")
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
	baseline, err := readBaselines(ctx, options.baselines)
	if err != nil {
		return output{}, err
	}
	o := output{process: p, options: options, baseline: baseline}
	return o, checkInputs(options.files, nil, options.baselines...)
}

// configure has a report judge by the options.
func (o output) configure(r *report.Report) error {
	r.FailOn, r.MinCoverage = o.options.failOn, o.options.minCoverage
	r.ShowBodies, r.ListMissing = o.options.showBodies, o.options.missing
	known := append(r.Contract().Operations(), report.Seen)
	for _, operation := range o.options.operations {
		if !slices.Contains(known, operation) {
			return fmt.Errorf("--operations: there is no operation %q%s", operation, meantOperation(operation, known))
		}
	}
	r.Operations = o.options.operations
	return nil
}

// meantOperation says which operation was probably meant, or else which there are.
func meantOperation(typed string, known []string) string {
	if meant := didYouMean("", typed, known); meant != "" {
		return meant
	}
	return ", only " + strings.Join(known, ", ")
}

// newReport returns an empty report that checks against a document, or against the embedded one if no file is named.
func newReport(ctx context.Context, spec string, o output) (*report.Report, error) {
	document, err := readDocument(ctx, spec)
	if err != nil {
		return nil, err
	}
	r, err := loadReport(ctx, spec, document, o.baseline)
	if err != nil {
		return nil, err
	}
	return r, o.configure(r)
}

// write writes a report to standard output and to all files. It goes on after an error: a file that cannot be written
// must not cost the others. It is called once, at the end, since it adds what the baseline says of itself.
func (o output) write(r *report.Report) error {
	o.judgeBaseline(r, time.Now())
	errs := []error{o.writeStdout(r)}
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

// judgeBaseline adds what is to be said of the entries of the baseline. With --strict-baseline it fails the run, and is
// otherwise advice.
func (o output) judgeBaseline(r *report.Report, now time.Time) {
	if !o.options.strictBaseline {
		for _, warning := range o.baseline.Warnings(now) {
			r.Advise(warning)
		}
		return
	}
	for _, unused := range o.baseline.Unused(r.Contract()) {
		r.AddFailure("stale baseline entry", unused)
	}
	for _, overdue := range o.baseline.Overdue(now) {
		r.AddFailure("overdue baseline entry", overdue)
	}
}

// writeStdout writes a report to standard output, with colours if that is a terminal.
func (o output) writeStdout(r *report.Report) error {
	if o.options.format != "text" {
		return r.Write(o.stdout, o.options.format)
	}
	var text strings.Builder
	if err := r.Write(&text, o.options.format); err != nil {
		return err
	}
	_, err := io.WriteString(o.stdout, o.terminal(o.stdout).style(text.String()))
	return err
}

// verdict returns errFindings or errUnusable if a run failed. Where the report is for a program, it also prints why,
// and what the run advises.
func (o output) verdict(r *report.Report) error {
	verdict := r.Verdict()
	if o.options.format != "text" && o.options.format != "github" {
		o.explain(verdict)
	}
	switch {
	case verdict.Unusable:
		return errUnusable
	case verdict.Failed:
		return errFindings
	}
	return nil
}

// explain prints to standard error what a report for a program does not show to people. A terminal that has the report
// has the advice in it.
func (o output) explain(verdict report.Verdict) {
	if o.terminal(o.stdout).width == 0 {
		for _, advice := range verdict.Advice {
			fmt.Fprintln(o.stderr, "advice:", advice)
		}
	}
	if !verdict.Failed {
		return
	}
	for _, reason := range verdict.Reasons {
		fmt.Fprintln(o.stderr, reason)
	}
	fmt.Fprintf(o.stderr, "verdict: %s\n", verdict)
}

// appendSummary adds a report to the summary of a job of GitHub Actions, in which earlier steps may have written.
func appendSummary(file string, r *report.Report) error {
	summary, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(r.WriteMarkdown(summary), summary.Close())
}
