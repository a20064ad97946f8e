package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/redact"
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
failed or was not run to its end, if something was found, or if less than --min-coverage was seen. It is 2
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

// runLive runs the suite, adds the recordings to its report, and fails by either. What can be wrong with files and
// flags is found before the first request.
func runLive(ctx context.Context, p process, options liveOptions, recordings []string) error {
	o, err := newOutput(ctx, p, options.output)
	if err != nil {
		return err
	}
	if _, err := newReport(ctx, "", o); err != nil { // which finds what the options say wrong
		return err
	}
	found, err := findRecordings(ctx, recordings)
	if err != nil {
		return err
	}
	for _, f := range found { // before the run, which may take an hour
		if err := checkReadable(ctx, p, f, served{}); err != nil {
			return err
		}
	}
	if options.target.baseURL == "" {
		fmt.Fprintln(p.stderr, "the target is the embedded fake, which is no evidence of how the API behaves:")
	}
	target, stop, err := resolveTarget(p, options.target)
	if err != nil {
		return err
	}
	defer stop()
	target.FailOn, target.Baseline = o.options.failOn, o.baseline
	target.ShowBodies = o.options.showBodies
	limited, cancel := context.WithTimeout(ctx, options.target.timeout)
	defer cancel()
	if target, err = prepare(limited, target, options.target); err != nil {
		return err
	}
	shown := newProgress(p)
	target.Transport = shown.transport(target.Transport)
	// A run may take an hour, and end in a way in which nothing can be written. An error is told at the end.
	target.AfterCase = func(_ string, sofar *report.Report) {
		if o.configure(sofar) == nil {
			_ = o.writeFiles(sofar)
		}
	}
	results, r, err := contracttest.RunCases(limited, target)
	shown.clear()
	if err != nil {
		return err
	}
	if err := o.configure(r); err != nil {
		return err
	}
	addCases(r, results)
	// After an interrupt too: the report says what was seen until then.
	seen, err := addRecordings(context.WithoutCancel(ctx), p, r, found, served{})
	if err != nil {
		return err
	}
	seen.writeSkipped()
	if err := errors.Join(writeResults(o, results), o.write(r)); err != nil {
		return err
	}
	verdict := errors.Join(casesVerdict(results), o.verdict(r))
	if err := seen.err(); err != nil { // worse than what was found: not all of it is known
		return err
	}
	return verdict
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
	var text strings.Builder
	err := contracttest.WriteResults(&text, results)
	lines := strings.Split(text.String(), "\n")
	for i, line := range lines {
		// An error may quote what a server sent: a terminal may obey it, and a line of :: is a command to the log of a job.
		lines[i] = strings.Replace(redact.Printable(line), "  ::", "  : :", 1)
	}
	_, writing := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return errors.Join(err, writing)
}
