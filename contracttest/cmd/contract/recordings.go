package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/http"
	"net/url"

	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// addRecordings adds the exchanges of recordings to a report. A recording that cannot be used is noted, and does not
// keep the others from being checked. The error is that of ctx.
func (s *reading) addRecordings(ctx context.Context, r *report.Report, found []found, where served) error {
	for _, f := range found {
		if err := s.ended(ctx, f, s.addRecording(ctx, r, f, where)); err != nil {
			return err
		}
	}
	return nil
}

// addRecording adds the exchanges of one recording to a report. The error says why it ended early.
func (s *reading) addRecording(ctx context.Context, r *report.Report, f found, where served) error {
	provenance, where, err := originOf(ctx, f, where)
	if err != nil {
		return err
	}
	kind := string(provenance.Kind)
	r.NewSession(kind) // two recordings are not compared with each other
	before := r.Exchanges
	err = r.AddAllContext(ctx, s.progress.exchanges(f.name, s.exchanges(ctx, f, where)))
	if n := r.Exchanges - before; n > 0 {
		s.origins[kind] += n
	}
	return err
}

// originOf returns the provenance of a recording, and where the API is served if it says so. A recording without one is
// of unknown origin.
func originOf(ctx context.Context, f found, where served) (recording.Provenance, served, error) {
	provenance := recording.Provenance{Kind: recording.KindUnknown}
	if f.file == standardInput {
		return provenance, where, nil
	}
	said, err := await(ctx, func() (recording.Provenance, error) { return recording.ReadProvenance(f.file) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return provenance, where, nil
	case err != nil:
		return provenance, where, err
	}
	if where, err = where.withBase(said.BaseURL); err != nil {
		return provenance, where, fmt.Errorf("%s: base_url of its provenance: %w", f.file, err)
	}
	return said, where, nil
}

// exchanges returns the exchanges of a recording that are with the images API, and counts the others as skipped.
func (s *reading) exchanges(ctx context.Context, f found, where served) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range read(ctx, s.process, f, where) {
			if omitted := asOmitted(err); omitted != nil {
				s.skip(omitted, f)
				continue
			}
			if err == nil {
				s.named[f.argument] = true
			}
			exchange, _ = where.exchange(exchange)
			if !yield(exchange, err) {
				return
			}
		}
	}
}

// checkReadable returns an error if a recording, or its provenance, cannot be read. It reads all of it, since a file
// may be truncated. A file in a folder may be anything. Standard input cannot be read twice, and is left for later.
func checkReadable(ctx context.Context, p process, f found, where served) error {
	if f.file == standardInput {
		return nil
	}
	for _, err := range read(ctx, p, f, where) {
		omitted := asOmitted(err)
		switch {
		case err == nil, f.mayBeOther && asOtherKind(err) != nil:
		case omitted == nil || omitted.Reason == recording.Unusable:
			return err
		}
	}
	_, _, err := originOf(ctx, f, where)
	return err
}

// read reads a recording, or standard input, until ctx ends. Archives of a browser can have gigabytes, and an archive
// may be a pipe to which nobody writes.
func read(ctx context.Context, p process, f found, where served) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		entries := make(chan entry)
		go readInto(ctx, entries, recordingOf(p, f, where))
		last := f.name
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

// recordingOf returns what reads a file, or standard input.
func recordingOf(p process, f found, where served) iter.Seq2[traffic.Exchange, error] {
	reader := recording.Reader{
		Name:  f.name,
		Skips: func(u *url.URL) recording.Reason { return skipReason(u, where) },
	}
	if f.file == standardInput {
		return reader.ReadStream(p.stdin, f.name)
	}
	return reader.Read(f.file)
}

// skipReason returns why a request is not to be read, by its URL; "" for one with the images API.
func skipReason(u *url.URL, where served) recording.Reason {
	if _, ok := where.exchange(traffic.Exchange{Method: http.MethodGet, URL: u}); ok {
		return ""
	}
	if where.isHost(u) {
		return recording.OtherPath
	}
	return recording.OtherHost
}

// entry is what a recording yields.
type entry struct {
	exchange traffic.Exchange
	err      error
}

// readInto reads a recording into a channel, which it closes at the end, until ctx ends.
func readInto(ctx context.Context, entries chan<- entry, exchanges iter.Seq2[traffic.Exchange, error]) {
	defer close(entries)
	for exchange, err := range exchanges {
		select {
		case <-ctx.Done():
			return
		case entries <- entry{exchange: exchange, err: err}:
		}
	}
}

// asOmitted returns the error of one entry, after which the recording goes on; nil if it is another one.
func asOmitted(err error) *recording.OmittedError {
	var omitted *recording.OmittedError
	if errors.As(err, &omitted) {
		return omitted
	}
	return nil
}
