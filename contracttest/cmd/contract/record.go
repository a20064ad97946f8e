package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
)

// recordOptions are the flags of contract record.
type recordOptions struct {
	target targetOptions
	file   string
}

func recordCommand(p process) *cobra.Command {
	var options recordOptions
	cmd := &cobra.Command{
		Use:   "record [-o FILE.cassette.yaml]",
		Short: "Run the live suite, and record every exchange",
		Long: `Runs the live suite as contract live does, and writes every exchange to a go-vcr cassette. A file beside
it says where the recording comes from: host, date, revision of the contract, version of this program.
Only headers that are known to be harmless are kept, and tokens and e-mail addresses are removed. Files
of an earlier run are replaced.

Without --base-url, the embedded fake is recorded, and the recording says that it is not one of the API.
With it, the token is read from ` + tokenVariable + `.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRecord(cmd.Context(), p, options) },
	}
	cmd.Flags().StringVarP(&options.file, "output", "o", "live.cassette.yaml", "the cassette to write")
	options.target.addFlags(cmd)
	return cmd
}

// runRecord runs the suite through a recorder. The cassette is written even if cases failed: it shows why.
func runRecord(ctx context.Context, p process, options recordOptions) error {
	recorder, err := recording.NewRecorder(http.DefaultTransport, options.file)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	target, stop, err := resolveTarget(p, options.target)
	if err != nil {
		return err
	}
	defer stop()
	// Below the checks, so that the recorder sees what goes over the wire.
	target.Transport = recorder
	limited, cancel := context.WithTimeout(ctx, options.target.timeout)
	defer cancel()
	results, r, err := contracttest.RunCases(limited, target)
	if err != nil {
		return err
	}
	err = contracttest.WriteResults(p.stdout, results)
	if err := errors.Join(err, recorder.Close()); err != nil {
		return err
	}
	recorded, err := countExchanges(options.file)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%d of %d exchanges recorded in %s\n", recorded, r.Exchanges, redact.Printable(options.file))
	return casesVerdict(results)
}

// countExchanges returns how many exchanges a cassette has. It reads them, which shows that others can.
func countExchanges(file string) (n int, err error) {
	for _, err := range recording.Read(file) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
