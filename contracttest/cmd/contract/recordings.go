package main

import (
	"cmp"
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
func addRecordings(ctx context.Context, r *report.Report, files []string, where served) (map[string]int, error) {
	added := map[string]int{}
	for _, file := range files {
		kind, err := await(ctx, func() (string, error) { return kindOf(file) })
		if err != nil {
			return nil, err
		}
		where, err := where.ofRecording(file)
		if err != nil {
			return nil, err
		}
		r.NewSession(kind) // two recordings are not compared with each other
		before := r.Exchanges
		if err := r.AddAllContext(ctx, showReading(ctx, file, imagesExchanges(ctx, r, file, where))); err != nil {
			if err == context.Cause(ctx) { // of an interrupt between two exchanges, which names no file
				err = fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
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
	ctx context.Context, r *report.Report, file string, where served,
) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range read(ctx, file) {
			exchange, ok := where.exchange(exchange)
			if isOmitted(err) || err == nil && !ok {
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
	_, err := await(ctx, func() (string, error) { return kindOf(file) })
	return err
}

// read reads a recording until ctx ends. Archives of a browser can have gigabytes, and an archive may be a pipe to
// which nobody writes.
func read(ctx context.Context, file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		entries := make(chan entry)
		go readInto(ctx, entries, file)
		last := file
		for {
			select {
			case <-ctx.Done():
				yield(traffic.Exchange{}, fmt.Errorf("%s: %w", last, context.Cause(ctx)))
				return
			case e, more := <-entries:
				if !more || !yield(e.exchange, e.err) {
					return
				}
				last = cmp.Or(e.exchange.Source, last)
			}
		}
	}
}

// entry is what a recording yields.
type entry struct {
	exchange traffic.Exchange
	err      error
}

// readInto reads a recording into a channel, which it closes at the end, until ctx ends.
func readInto(ctx context.Context, entries chan<- entry, file string) {
	defer close(entries)
	for exchange, err := range recording.Read(file) {
		select {
		case <-ctx.Done():
			return
		case entries <- entry{exchange: exchange, err: err}:
		}
	}
}

// isOmitted reports whether an error is that of one entry, after which the recording goes on.
func isOmitted(err error) bool {
	var omitted *recording.OmittedError
	return errors.As(err, &omitted)
}
