package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/internal/suggest"
	"example.com/doimages/contracttest/report"
)

// suggestOptions are the flags of contract suggest.
type suggestOptions struct {
	draft draftOptions
	spec  string // a file; the embedded document if empty
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
other. An overlay of an earlier run is replaced, and no other file.

The exit code is 0 if the overlay was written. It is 2 if a file, an entry in one or a flag cannot be used;
then nothing is written.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runSuggest(cmd.Context(), p, options, files) },
	}
	options.draft.addFlags(cmd, "the overlay to write")
	cmd.Flags().StringVar(&options.spec, "spec", "", "an OpenAPI 3.0 document (default: the embedded contract)")
	return cmd
}

// runSuggest checks recordings, and writes what the document does not cover.
func runSuggest(ctx context.Context, p process, options suggestOptions, files []string) error {
	if err := checkNamed("suggest", files); err != nil {
		return err
	}
	if err := checkOverlayFile(options.draft.file); err != nil {
		return fmt.Errorf("--output %s: %w", options.draft.file, err)
	}
	document, err := readDocument(ctx, options.spec)
	if err != nil {
		return err
	}
	suggestions, err := suggest.New(document)
	if err != nil {
		return fmt.Errorf("--spec %s: %w", options.spec, err)
	}
	_, err = options.draft.check(ctx, p, files, options.spec, document,
		func(s *reading, ctx context.Context, r *report.Report, f found, where served) error {
			return s.addSuggestions(ctx, r, suggestions, f, where)
		})
	if err != nil {
		return err
	}
	return writeOverlay(p, options.draft, suggestions)
}

// addSuggestions adds what a recording shows. The error says why the recording ended early.
func (s *reading) addSuggestions(
	ctx context.Context, r *report.Report, suggestions *suggest.Suggestions, f found, where served,
) error {
	provenance, where, err := originOf(ctx, f, where)
	if err != nil {
		return err
	}
	r.NewSession(string(provenance.Kind))
	for exchange, err := range s.progress.exchanges(f.name, s.exchanges(ctx, f, where)) {
		if err != nil {
			return err
		}
		suggestions.Add(exchange, r.Add(exchange))
	}
	return nil
}

// writeOverlay writes the overlay, and lists what it does not cover.
func writeOverlay(p process, draft draftOptions, suggestions *suggest.Suggestions) error {
	text, actions, rejected, err := suggestions.Overlay()
	if err != nil {
		return err
	}
	if err := draft.write(text); err != nil {
		return err
	}
	for _, line := range rejected {
		fmt.Fprintln(p.stdout, "not suggested:", line)
	}
	fmt.Fprintf(p.stdout, "%s in %s, and %s without one\n", plural.Of(actions, "action"), redact.Printable(draft.file),
		plural.Of(len(rejected), "finding"))
	return nil
}

// checkOverlayFile returns an error for a file that exists and is not an overlay: it may be the document.
func checkOverlayFile(file string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(text) > 0 && !bytes.HasPrefix(text, []byte("overlay:")):
		return errors.New("it exists, and is not an overlay that this command wrote")
	}
	return nil
}
