package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/recording"
)

func recordCommand() *cobra.Command {
	var target contracttest.Target
	var file string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "record [-o FILE.cassette.yaml]",
		Short: "Run the live suite, and record what was sent and answered",
		Long: `Runs the live suite as contract live does and writes every exchange into a go-vcr cassette, with a file beside it that
says where it comes from: host, date, revision of the contract, version of this program. Of headers only those that are
known to be harmless are kept; tokens and e-mail addresses are taken out. Files of an earlier run are replaced. Without
--base-url the embedded fake is recorded, and the recording says that it is none of the API; with it, the token is taken
from ` + tokenVariable + `.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			recorder, err := recording.NewRecorder(http.DefaultTransport, file)
			if err != nil {
				return fmt.Errorf("--output: %w", err)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			target.Transport = recorder
			stop, err := aim(&target)
			if err != nil {
				return err
			}
			defer stop()
			results, report, err := contracttest.RunCases(ctx, target)
			if err != nil {
				return err
			}
			err = contracttest.WriteResults(cmd.OutOrStdout(), results)
			if err := errors.Join(err, recorder.Close()); err != nil {
				return err
			}
			recorded := 0
			for _, err := range recording.Read(file) {
				if err != nil {
					return err
				}
				recorded++
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d of %d exchanges recorded in %s\n", recorded, report.Exchanges, file)
			for _, result := range results {
				if result.Err != nil {
					return errFindings
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&file, "output", "o", "live.cassette.yaml", "the cassette to write")
	targetFlags(cmd, &target, &timeout)
	return cmd
}
