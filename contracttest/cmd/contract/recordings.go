package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// addRecordings adds the exchanges of recordings to a report, and returns how many there are of each provenance.
func addRecordings(ctx context.Context, r *report.Report, files, hosts []string) (map[string]int, error) {
	added := map[string]int{}
	for _, file := range files {
		kind, err := kindOf(file)
		if err != nil {
			return nil, err
		}
		r.NewSession(kind) // two recordings are not compared with each other
		before := r.Exchanges
		if err := r.AddAllContext(ctx, imagesExchanges(ctx, r, file, hosts)); err != nil {
			return nil, err
		}
		if n := r.Exchanges - before; n > 0 {
			added[kind] += n
		}
	}
	return added, nil
}

// kindOf returns what a recording is evidence of. An HTTP Archive, and a cassette without provenance, do not say.
func kindOf(file string) (string, error) {
	if strings.EqualFold(filepath.Ext(file), ".har") { // whatever is beside it: provenance belongs to cassettes
		return report.UnknownOrigin, nil
	}
	provenance, err := recording.ReadProvenance(file)
	if errors.Is(err, fs.ErrNotExist) {
		return report.UnknownOrigin, nil
	}
	return string(provenance.Kind), err
}

// imagesExchanges returns the exchanges of a recording that are with the images API. The others are counted as
// skipped.
func imagesExchanges(
	ctx context.Context, r *report.Report, file string, hosts []string,
) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range read(ctx, file) {
			if isOmitted(err) || err == nil && !traffic.IsImagesAPI(exchange, hosts...) {
				r.Skip(1)
				continue
			}
			if !yield(exchange, err) {
				return
			}
		}
	}
}

// checkReadable returns an error if a recording, or its provenance, cannot be read. It reads all of it, since a file
// may be truncated.
func checkReadable(ctx context.Context, file string) error {
	for _, err := range read(ctx, file) {
		if err != nil && !isOmitted(err) {
			return err
		}
	}
	_, err := kindOf(file)
	return err
}

// read reads a recording until ctx ends. Archives of a browser can have gigabytes.
func read(ctx context.Context, file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range recording.Read(file) {
			if err == nil && ctx.Err() != nil {
				err = fmt.Errorf("%s: %w", exchange.Source, context.Cause(ctx))
			}
			if !yield(exchange, err) {
				return
			}
		}
	}
}

// isOmitted reports whether an error is that of one entry, after which the recording goes on.
func isOmitted(err error) bool {
	var omitted *recording.OmittedError
	return errors.As(err, &omitted)
}
