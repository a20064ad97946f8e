package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/report"
)

// draftOptions are what baseline and suggest have in common: both check recordings, and write a file of what was found
// that a person then goes over.
type draftOptions struct {
	file      string
	baselines []string // files
	served    servedOptions
}

// addFlags adds the flags. The usage is that of --output.
func (o *draftOptions) addFlags(cmd *cobra.Command, usage string) {
	flags := cmd.Flags()
	flags.StringVarP(&o.file, "output", "o", "", usage)
	flags.StringArrayVar(&o.baselines, "baseline", nil,
		"a file with findings that are accepted already, in addition to the embedded\n"+
			"ones; may be given several times")
	o.served.addFlags(cmd)
	_ = cmd.MarkFlagRequired("output")
}

// addFunc adds the exchanges of one recording to a report, as reading.addRecording does. The error says why it ended
// early.
type addFunc func(s *reading, ctx context.Context, r *report.Report, f found, where served) error

// check checks recordings against a document, which has a name if it is in a file, and adds each by the function. If
// one cannot be used, or an entry in one, it returns an error: a draft would lack what is found there.
func (o draftOptions) check(
	ctx context.Context, p process, files []string, name string, document []byte, add addFunc,
) (*report.Report, error) {
	where, err := o.served.parse()
	if err != nil {
		return nil, err
	}
	known, err := readBaselines(ctx, o.baselines)
	if err != nil {
		return nil, err
	}
	r, err := loadReport(ctx, name, document, known)
	if err != nil {
		return nil, err
	}
	found, err := findRecordings(ctx, files)
	if err != nil {
		return nil, err
	}
	seen := newReading(p, nil)
	for _, f := range found {
		if err := seen.ended(ctx, f, add(seen, ctx, r, f, where)); err != nil {
			return nil, err
		}
	}
	seen.nameEmpty(files)
	seen.write()
	return r, seen.err()
}

// write writes the draft.
func (o draftOptions) write(text []byte) error {
	if err := writeFile(o.file, text); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}
