package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/recording"
)

// readable returns why a recording cannot be checked, if it cannot.
func readable(ctx context.Context, file string) error {
	for exchange, err := range recording.Read(file) {
		var omitted *recording.OmittedError
		if err == nil {
			err = cut(ctx, exchange)
		}
		if err != nil && !errors.As(err, &omitted) {
			return err
		}
	}
	if _, err := recording.ReadProvenance(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func liveCommand() *cobra.Command {
	var target contracttest.Target
	var timeout time.Duration
	var list bool
	var o output
	cmd := &cobra.Command{
		Use:   "live [FILE…]",
		Short: "Run the live suite against the embedded fake, or against a real API",
		Long: `Runs every case of the suite and checks every exchange against the contract.

Without --base-url the target is a fake in this process, on a loopback socket. With it, the token is taken from
` + tokenVariable + `, and nothing is written unless --write asks for it: then the suite makes images under names that
begin with doimages-contract- and removes them whatever happens, an interrupt included. It never sends more requests
than --budget, some of which are kept for the removal.

The exit code is 0 when every case passed and nothing of the severity --fail-on was found, 1 when a case failed,
something was found or --min-coverage was missed, and 2 when a file, a flag or the token cannot be used.

Recordings that are named are checked too, so that the report says what they and the run cover together.`,
		RunE: func(cmd *cobra.Command, recordings []string) error {
			if list {
				return contracttest.WriteCases(cmd.OutOrStdout())
			}
			failOn, err := o.check()
			if err != nil {
				return err
			}
			target.FailOn, target.Baseline = failOn, o.baseline
			for _, file := range recordings { // now, and not when the run is over
				if err := readable(cmd.Context(), file); err != nil {
					return err
				}
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			if target.BaseURL == "" {
				fmt.Fprintln(cmd.ErrOrStderr(), "the embedded fake, which is no evidence of how the API behaves:")
			}
			stop, err := aim(&target)
			if err != nil {
				return err
			}
			defer stop()
			results, report, err := contracttest.RunCases(ctx, target)
			if err != nil {
				return err
			}
			if _, err := verify(context.WithoutCancel(ctx), report, recordings, nil); err != nil {
				return err
			}
			// The table of cases makes way for a report that another program reads.
			cases := cmd.OutOrStdout()
			if o.format != "text" {
				cases = cmd.ErrOrStderr()
			}
			err = contracttest.WriteResults(cases, results)
			fmt.Fprintln(cases)
			if err := errors.Join(err, o.write(cmd.OutOrStdout(), report)); err != nil {
				return err
			}
			for _, result := range results {
				if result.Err != nil {
					return errFindings
				}
			}
			return o.verdict(cmd.ErrOrStderr(), report)
		},
	}
	o.flags(cmd)
	targetFlags(cmd, &target, &timeout)
	cmd.Flags().BoolVar(&list, "list", false, "print the cases, with the check of Schemathesis that each answers to, and run none")
	return cmd
}
