package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

func recordCommand() *cobra.Command {
	var target contracttest.Target
	var file string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "record -o FILE.cassette.yaml",
		Short: "Run the live suite, and record what was sent and answered",
		Long: `Runs the live suite as contract live does and writes every exchange into a go-vcr cassette, with a file beside it that
says where it comes from: host, date, revision of the contract, version of this program. Of headers only those that are
known to be harmless are kept; tokens and e-mail addresses are taken out. Without --base-url the embedded fake is
recorded, and the recording says that it is none of the API.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			recorder, err := contracttest.NewRecorder(http.DefaultTransport, file)
			if err != nil {
				return fmt.Errorf("--output: %w", err)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			target.Transport, target.Token = recorder, os.Getenv(tokenVariable)
			if target.BaseURL == "" {
				server := httptest.NewServer(embeddedFake())
				defer server.Close()
				onFake(&target, server.URL)
			}
			if target.Token == "" {
				return fmt.Errorf("set %s to a token for %s", tokenVariable, target.BaseURL)
			}
			results, report, err := contracttest.RunCases(ctx, target)
			if err != nil {
				return err
			}
			if err := contracttest.WriteResults(cmd.OutOrStdout(), results); err != nil {
				return err
			}
			if err := recorder.Close(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d exchanges recorded in %s\n", report.Exchanges, file)
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

// embeddedFake is a fake that is quick enough for a person to wait for.
func embeddedFake() *fakeapi.API {
	return fakeapi.New(fakeapi.WithImportTime(200*time.Millisecond), fakeapi.WithActionTime(200*time.Millisecond))
}

// onFake aims a run at a fake, where writing harms nobody.
func onFake(target *contracttest.Target, url string) {
	target.BaseURL, target.Token, target.Write, target.Recipient = url, fakeapi.Token, true, "alice@example.com"
	target.Wait = []wrapper.WaitOption{wrapper.WithInterval(50*time.Millisecond, time.Second)}
}

// targetFlags are what live and record have in common.
func targetFlags(cmd *cobra.Command, target *contracttest.Target, timeout *time.Duration) {
	flags := cmd.Flags()
	flags.StringVar(&target.BaseURL, "base-url", "", "the API to run against, such as https://api.digitalocean.com (default: the embedded fake)")
	flags.BoolVar(&target.Write, "write", false, "also create, change and delete images")
	flags.IntVar(&target.Budget, "budget", 200, "requests that the run may make")
	flags.StringVar(&target.ImageURL, "image-url", "", "the image that --write imports (default: a small Ubuntu)")
	flags.StringVar((*string)(&target.Region), "region", "nyc3", "the region that --write imports to")
	flags.StringVar(&target.Recipient, "recipient", "", "an e-mail address to which --write offers an image, and takes it back (default: that case is skipped)")
	flags.DurationVar(timeout, "timeout", 2*time.Hour, "how long the run may take")
}
