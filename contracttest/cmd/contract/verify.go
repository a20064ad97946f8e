package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/internal/redact"
)

// verifyOptions are the flags of contract verify.
type verifyOptions struct {
	output outputOptions
	served servedOptions
	spec   string // a file; the embedded document if empty
}

func verifyCommand(p process) *cobra.Command {
	var options verifyOptions
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Check recordings against the contract: go-vcr cassettes and HTTP Archives",
		Long: `Checks every request and response in go-vcr cassettes (*.yaml) and HTTP Archives (*.har) against the
contract. Prints what was checked for each operation and status, and what was found. Nothing is sent
anywhere. Exchanges with other hosts or paths are skipped and counted.

The exit code is 0 if nothing of the severity --fail-on was found. It is 1 if something was, if nothing
was checked, or if less than --min-coverage was seen. It is 2 if a file or a flag cannot be used.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runVerify(cmd.Context(), p, options, files) },
	}
	options.output.addFlags(cmd)
	options.served.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&options.spec, "spec", "",
		"an OpenAPI 3.0 or 3.1 document to check against, bundled into one file\n"+
			"(default: the embedded contract); only the operations that the\n"+
			"recordings touch have to be valid")
	return cmd
}

// runVerify checks recordings, one after the other, into one report. How many exchanges came from where is printed
// beside it: a recording of a fake is no evidence of how the API behaves.
func runVerify(ctx context.Context, p process, options verifyOptions, files []string) error {
	if len(files) == 0 {
		return errors.New("verify: name at least one recording: FILE.yaml or FILE.har")
	}
	where, err := options.served.parse()
	if err != nil {
		return err
	}
	o, err := newOutput(ctx, p, options.output)
	if err != nil {
		return err
	}
	r, err := newReport(ctx, options.spec, o)
	if err != nil {
		return err
	}
	added, err := addRecordings(withProgress(ctx, newProgress(p)), r, files, where)
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(added)) {
		fmt.Fprintf(p.stderr, "%s from: %s\n", count(added[kind], "exchange"), redact.Printable(kind))
	}
	if err := o.write(r); err != nil {
		return err
	}
	return o.verdict(r)
}
