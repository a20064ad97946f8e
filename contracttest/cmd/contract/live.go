package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/report"
)

// liveOptions are the flags of contract live.
type liveOptions struct {
	output outputOptions
	target targetOptions
	list   bool
}

func liveCommand(p process) *cobra.Command {
	var options liveOptions
	cmd := &cobra.Command{
		Use:   "live [FILE…]",
		Short: "Run the live suite against the embedded fake, or against a real API",
		Long: `Runs every case of the suite, and checks every exchange against the contract.

Without --base-url, the target is a fake in this process, on a loopback socket. With it, the token is read
from ` + tokenVariable + `, and nothing is written unless --write is given. The suite then creates images whose
names begin with doimages-contract-. It removes them whatever happens, an interrupt included. It never
sends more requests than --budget, and keeps some of these for the removal.

The first request tries the address and the token, and says how many images there are, by which the budget
is computed. The files of --output are written after each case, so that they say what was run if the run is
interrupted.

Recordings that are named are checked too. The report then says what they and the run cover together.

The exit code is 0 if every case passed and nothing of the severity --fail-on was found. It is 1 if a case
failed or was not run to its end, if something was found, or by --min-coverage or --strict-baseline. It is 2
if a file, a flag or the token cannot be used, if the API cannot be reached, or if the budget is too small.`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if options.list {
				return contracttest.WriteCases(p.stdout)
			}
			return runLive(cmd.Context(), p, options, files)
		},
	}
	options.output.addFlags(cmd)
	options.target.addFlags(cmd)
	cmd.Flags().BoolVar(&options.list, "list", false, "print the cases, and run none")
	return cmd
}

// runLive runs the suite, adds the recordings to its report, and fails by either.
func runLive(ctx context.Context, p process, options liveOptions, recordings []string) error {
	if err := checkNotEmpty("live", recordings); err != nil {
		return err
	}
	o, err := newOutput(ctx, p, options.output)
	if err != nil {
		return err
	}
	found, err := checkBeforeRun(ctx, o, recordings)
	if err != nil {
		return err
	}
	if options.target.baseURL == "" {
		fmt.Fprintln(p.stderr, "the target is the embedded fake, which is no evidence of how the API behaves:")
	}
	results, r, err := runSuite(ctx, o, options.target)
	if err != nil {
		return err
	}
	addCases(r, results)
	seen := newReading(p, r)
	// After an interrupt too: the report says what was seen until then.
	if err := seen.addRecordings(context.WithoutCancel(ctx), r, found, served{}); err != nil {
		return err
	}
	seen.nameEmpty(recordings)
	seen.write()
	if err := errors.Join(writeResults(o, results), o.write(r)); err != nil {
		return err
	}
	verdict := errors.Join(casesVerdict(results), o.verdict(r))
	if err := seen.err(); err != nil { // worse than what was found: not all of it is known
		return err
	}
	return verdict
}

// checkBeforeRun finds the recordings, and returns what is wrong with files and flags: a run may take an hour.
func checkBeforeRun(ctx context.Context, o output, recordings []string) ([]found, error) {
	if _, err := newReport(ctx, "", o); err != nil { // which has all that the options are compared with
		return nil, err
	}
	found, err := findRecordings(ctx, recordings)
	if err != nil {
		return nil, err
	}
	if err := checkInputs(o.options.files, found); err != nil {
		return nil, err
	}
	for _, f := range found {
		if err := checkReadable(ctx, o.process, f, served{}); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// runSuite runs the suite, and returns its results with a report that judges by the options. The files of --output are
// written after each case as well.
func runSuite(
	ctx context.Context, o output, options targetOptions,
) ([]contracttest.Result, *report.Report, error) {
	target, stop, err := resolveTarget(o.process, options)
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	target.FailOn, target.Baseline = o.options.failOn, o.baseline
	target.ShowBodies = o.options.showBodies
	ctx, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	if target, err = prepare(ctx, target, options); err != nil {
		return nil, nil, err
	}
	progress := newProgress(o.process)
	defer progress.clear()
	target.Transport = progress.transport(target.Transport)
	// A run may end in a way in which nothing can be written. An error is reported at the end, when they are written
	// again.
	target.AfterCase = func(_ string, sofar *report.Report) {
		if o.configure(sofar) == nil {
			_ = o.writeFiles(sofar)
		}
	}
	results, r, err := contracttest.RunCases(ctx, target)
	if err != nil {
		return nil, nil, err
	}
	return results, r, o.configure(r)
}

// addCases adds the cases to a report, so that each of its formats has them.
func addCases(r *report.Report, results []contracttest.Result) {
	for _, result := range results {
		c := report.Case{
			Name:     result.Case.Name,
			Proves:   result.Case.Proves,
			Outcome:  report.CasePassed,
			Reason:   result.Skipped,
			Requests: result.Requests,
		}
		switch {
		case result.NotRun():
			c.Outcome, c.Reason = report.CaseNotRun, result.Err.Error()
		case result.Err != nil:
			c.Outcome, c.Reason = report.CaseFailed, result.Err.Error()
		case result.Skipped != "":
			c.Outcome = report.CaseSkipped
		}
		r.AddCase(c)
	}
}

// writeResults writes the table of cases before the report. Where another program reads the report, the table goes to
// standard error.
func writeResults(o output, results []contracttest.Result) error {
	w := o.stdout
	if o.options.format != "text" {
		w = o.stderr
	}
	if err := contracttest.WriteResults(w, results); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}
