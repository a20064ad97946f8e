package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

func verifyCommand() *cobra.Command {
	var o output
	var spec string
	var hosts []string
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Check recordings against the contract: go-vcr cassettes and HTTP Archives",
		Long: `Checks every request and response in go-vcr cassettes (*.yaml) and HTTP Archives (*.har) against the contract, and
prints what was checked for each operation and status, and what was found. Nothing is sent anywhere. Exchanges with
other hosts or paths are skipped and counted.

The exit code is 0 when nothing of the severity --fail-on was found, 1 when something was, when nothing was checked or
when --min-coverage was missed, and 2 when a file or a flag cannot be used.`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("verify: name at least one recording: FILE.yaml or FILE.har")
			}
			failOn, err := o.check()
			if err != nil {
				return err
			}
			document := openapi.Document()
			if spec != "" {
				if document, err = os.ReadFile(spec); err != nil {
					return err
				}
			}
			contract, err := check.Load(document)
			if err != nil {
				return fmt.Errorf("%s: %w", cmp.Or(spec, "the embedded document"), err)
			}
			embedded, err := check.LoadBaseline(openapi.Baseline())
			if err != nil {
				return err
			}
			r := report.New(contract, o.baseline, embedded)
			r.FailOn = failOn
			kinds, err := verify(cmd.Context(), r, files, hosts)
			if err != nil {
				return err
			}
			stderr := cmd.ErrOrStderr()
			for _, kind := range slices.Sorted(maps.Keys(kinds)) {
				fmt.Fprintf(stderr, "%d exchanges from: %s\n", kinds[kind], kind)
			}
			if err := o.write(cmd.OutOrStdout(), r); err != nil {
				return err
			}
			return o.verdict(stderr, r)
		},
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&spec, "spec", "", "an OpenAPI document to check against (default: the embedded contract)")
	flags.StringArrayVar(&hosts, "host", nil, "another host that serves the images API; may be given several times")
	return cmd
}

// cut ends the reading of a recording when the program is interrupted.
func cut(ctx context.Context, at traffic.Exchange) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", at.Source, context.Cause(ctx))
	}
	return nil
}

// imageExchanges returns the exchanges of a recording that are with the images API. The others are counted as skipped.
func imageExchanges(ctx context.Context, r *report.Report, file string, hosts []string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range recording.Read(file) {
			var omitted *recording.OmittedError
			if err == nil {
				err = cut(ctx, exchange)
			}
			if errors.As(err, &omitted) || err == nil && !traffic.IsImagesAPI(exchange, hosts...) {
				r.Skip(1)
				continue
			}
			if !yield(exchange, err) {
				return
			}
		}
	}
}

// verify adds the exchanges of recordings to a report, and returns how many there are of each provenance.
func verify(ctx context.Context, r *report.Report, files, hosts []string) (map[string]int, error) {
	kinds := map[string]int{}
	for _, file := range files {
		kind := "unknown origin"
		switch provenance, err := recording.ReadProvenance(file); {
		case err == nil:
			kind = string(provenance.Kind)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		r.NewSession(kind)
		before := r.Exchanges
		if err := r.AddAll(imageExchanges(ctx, r, file, hosts)); err != nil {
			return nil, err
		}
		if added := r.Exchanges - before; added > 0 {
			kinds[kind] += added
		}
	}
	return kinds, nil
}
