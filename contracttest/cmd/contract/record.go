package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/plural"
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
With it, the token is read from ` + tokenVariable + `.

The exit code is 0 if every case passed, and 1 if one failed or was not run to its end. It is 2 if a file, a
flag or the token cannot be used, if the API cannot be reached, or if the budget is too small.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRecord(cmd.Context(), p, options) },
	}
	cmd.Flags().StringVarP(&options.file, "output", "o", "live.cassette.yaml", "the cassette to write")
	options.target.addFlags(cmd)
	return cmd
}

// runRecord runs the suite through a recorder. The cassette is written even if cases failed: it shows why.
func runRecord(ctx context.Context, p process, options recordOptions) error {
	base, err := options.target.base()
	if err != nil {
		return err
	}
	recorder, err := recording.NewRecorder(http.DefaultTransport, options.file, recording.WithBase(base))
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	target, stop, err := resolveTarget(p, options.target)
	if err != nil {
		return err
	}
	defer stop()
	limited, cancel := context.WithTimeout(ctx, options.target.timeout)
	defer cancel()
	if target, err = prepare(limited, target, options.target); err != nil {
		return err
	}
	// Below the checks, so that the recorder sees what goes over the wire.
	target.Transport = recorder
	results, r, err := contracttest.RunCases(limited, target)
	if err != nil {
		return err
	}
	if err := errors.Join(contracttest.WriteResults(p.stdout, results), recorder.Close()); err != nil {
		return emptyVerdict(p, results, err)
	}
	recorded, err := countExchanges(options.file)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%d of %s recorded in %s\n",
		recorded, plural.Of(r.Exchanges, "exchange"), redact.Printable(options.file))
	return casesVerdict(results)
}

// emptyVerdict returns the error of a cassette that was not written. If there was nothing to write since cases failed,
// they are what is wrong.
func emptyVerdict(p process, results []contracttest.Result, err error) error {
	verdict := casesVerdict(results)
	if verdict == nil || !errors.Is(err, recording.ErrNothingRecorded) {
		return err
	}
	fmt.Fprintln(p.stderr, err)
	return verdict
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
