package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/suggest"
	"example.com/doimages/openapi"
)

// suggestOptions are the flags of contract suggest.
type suggestOptions struct {
	file     string
	spec     string // a file; the embedded document if empty
	baseline string
	served   servedOptions
}

func suggestCommand(p process) *cobra.Command {
	var options suggestOptions
	cmd := &cobra.Command{
		Use:   "suggest FILE… -o overlay.yaml",
		Short: "Write an OpenAPI Overlay that makes the document cover what recordings show",
		Long: `Checks recordings as contract verify does, and writes an OpenAPI Overlay for what the document does not have:
values of enums, fields, headers, statuses and nulls. Each action names the exchange that shows it. Findings
that are accepted already are left out.

It never writes the document. Read the actions, keep those that are right, and apply them with a tool for
overlays. What it does not suggest is listed: a response that is wrong, and exchanges that contradict each
other.

The exit code is 0 if the overlay was written, and 2 if a file or a flag cannot be used.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runSuggest(cmd.Context(), p, options, files) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&options.file, "output", "o", "", "the overlay to write")
	flags.StringVar(&options.spec, "spec", "", "an OpenAPI 3.0 document (default: the embedded contract)")
	flags.StringVar(&options.baseline, "baseline", "", "a file with findings that are accepted")
	options.served.addFlags(cmd)
	_ = cmd.MarkFlagRequired("output")
	return cmd
}

// runSuggest checks recordings, and writes what the document does not cover.
func runSuggest(ctx context.Context, p process, options suggestOptions, files []string) error {
	if len(files) == 0 {
		return errors.New("suggest: name at least one recording")
	}
	if err := checkOverlayFile(options.file); err != nil {
		return fmt.Errorf("--output %s: %w", options.file, err)
	}
	where, err := options.served.parse()
	if err != nil {
		return err
	}
	o, err := newOutput(ctx, p, outputOptions{format: "text", failOn: check.Breaking, baseline: options.baseline})
	if err != nil {
		return err
	}
	r, err := newReport(ctx, options.spec, o)
	if err != nil {
		return err
	}
	document := openapi.Document()
	if options.spec != "" {
		if document, err = readFile(ctx, options.spec); err != nil {
			return err
		}
	}
	suggestions, err := suggest.New(document)
	if err != nil {
		return err
	}
	found, err := findRecordings(ctx, files)
	if err != nil {
		return err
	}
	ctx = withProgress(ctx, newProgress(p))
	seen := newReading(p, r)
	for _, f := range found {
		kind, where, err := originOf(ctx, f, where)
		if err != nil {
			return err
		}
		r.NewSession(kind)
		for exchange, err := range showReading(ctx, f.file, seen.exchanges(ctx, f, where)) {
			if err != nil {
				return err
			}
			suggestions.Add(exchange, r.Add(exchange))
		}
	}
	if err := seen.err(); err != nil {
		return err
	}
	return writeOverlay(p, options.file, suggestions)
}

// writeOverlay writes the overlay, and lists what it does not cover.
func writeOverlay(p process, file string, suggestions *suggest.Suggestions) error {
	text, actions, rejected, err := suggestions.Overlay()
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	for _, line := range rejected {
		fmt.Fprintln(p.stdout, "not suggested:", line)
	}
	fmt.Fprintf(p.stdout, "%d actions in %s, and %d findings without one\n", actions, file, len(rejected))
	return nil
}

// checkOverlayFile returns an error for a file that is there and is not an overlay: it may be the document.
func checkOverlayFile(file string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(text) > 0 && !bytes.HasPrefix(text, []byte("overlay:")):
		return errors.New("it is there, and not an overlay that this command wrote")
	}
	return nil
}
