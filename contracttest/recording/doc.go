// Package recording reads and makes recordings of exchanges with the images API.
//
// # Reading
//
// [Read] yields the exchanges of a file: a go-vcr cassette, or an HTTP Archive as browsers and proxies save it.
// [ReadHAR] reads an archive that is not in a file. Both are iterators, so that an archive of any size can be
// checked:
//
//	for exchange, err := range recording.Read("session.har") {
//		var omitted *recording.OmittedError
//		switch {
//		case errors.As(err, &omitted): // an entry without a response; the sequence goes on
//		case err != nil: // the file cannot be read; this was the last
//		default: // exchange is one to check
//		}
//	}
//
// Reading judges nothing: exchanges with other hosts and responses that break the contract are yielded like all others.
//
// # Recording
//
// A [Recorder] is a transport that writes what passes through it into a cassette. It takes tokens, e-mail addresses and
// signatures out before anything is written, and keeps only headers that are known to be harmless.
//
// # Provenance
//
// A test that passes against a fake proves nothing about the API. So each cassette has a [Provenance] beside it,
// which says what the recording is evidence of. A [Recorder] writes [KindAPI] only if every response came from the
// API over TLS. [KindDocumentation] and [KindReported] are written by hand.
package recording
