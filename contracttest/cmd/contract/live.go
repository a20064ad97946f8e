package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

const tokenVariable = "DIGITALOCEAN_TOKEN"

func liveCommand() *cobra.Command {
	var target contracttest.Target
	var timeout time.Duration
	var list bool
	var o output
	cmd := &cobra.Command{
		Use:   "live",
		Short: "Run the live suite against the embedded fake, or against a real API",
		Long: `Runs every case of the suite and checks every exchange against the contract.

Without --base-url the target is a fake in this process, on a loopback socket. With it, the token is taken from
` + tokenVariable + `, and nothing is written unless --write asks for it: then the suite makes images under names that
begin with doimages-contract- and removes them whatever happens, an interrupt included. It never sends more requests
than --budget, some of which are kept for the removal.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list {
				return contracttest.WriteCases(cmd.OutOrStdout())
			}
			failOn, err := o.check()
			if err != nil {
				return err
			}
			target.FailOn = failOn
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			target.Token = os.Getenv(tokenVariable)
			if target.BaseURL == "" {
				server := httptest.NewServer(fakeapi.New(fakeapi.WithImportTime(200*time.Millisecond), fakeapi.WithActionTime(200*time.Millisecond)))
				defer server.Close()
				target.BaseURL, target.Token, target.Write, target.Recipient = server.URL, fakeapi.Token, true, "alice@example.com"
				target.Wait = []wrapper.WaitOption{wrapper.WithInterval(50*time.Millisecond, time.Second)}
				fmt.Fprintln(cmd.ErrOrStderr(), "the embedded fake, which is no evidence of how the API behaves:")
			}
			if target.Token == "" {
				return fmt.Errorf("set %s to a token for %s", tokenVariable, target.BaseURL)
			}
			results, report, err := contracttest.RunCases(ctx, target)
			if err != nil {
				return err
			}
			// The table of cases makes way for a report that another program reads.
			cases := cmd.OutOrStdout()
			if o.format != "text" && o.file == "" {
				cases = cmd.ErrOrStderr()
			}
			if err := contracttest.WriteResults(cases, results); err != nil {
				return err
			}
			fmt.Fprintln(cases)
			if err := o.write(cmd.OutOrStdout(), report); err != nil {
				return err
			}
			for _, result := range results {
				if result.Err != nil {
					return errFindings
				}
			}
			return o.verdict(cmd.ErrOrStderr(), report, failOn)
		},
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&target.BaseURL, "base-url", "", "the API to run against, such as https://api.digitalocean.com (default: the embedded fake)")
	flags.BoolVar(&target.Write, "write", false, "also create, change and delete images")
	flags.IntVar(&target.Budget, "budget", 200, "requests that the run may make")
	flags.StringVar(&target.ImageURL, "image-url", "", "the image that --write imports (default: a small Ubuntu)")
	flags.StringVar((*string)(&target.Region), "region", "nyc3", "the region that --write imports to")
	flags.StringVar(&target.Recipient, "recipient", "", "an e-mail address to which --write offers an image, and takes it back (default: that case is skipped)")
	flags.DurationVar(&timeout, "timeout", 2*time.Hour, "how long the run may take")
	flags.BoolVar(&list, "list", false, "print the cases, with the check of Schemathesis that each answers to, and run none")
	return cmd
}
