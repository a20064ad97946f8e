// Package recording reads and makes recordings of exchanges with the images API.
//
// # Reading
//
// [Read] yields the exchanges of a file, which it knows by what is in it, whatever its name:
//
//   - an HTTP Archive (HAR 1.2) of a browser, mitmproxy, Playwright or Polly.JS. Bodies that Playwright writes into
//     files of their own are read from the folder of the archive, and never from outside of it.
//   - a cassette of go-vcr 1 to 4, of vcrpy or of Ruby's VCR, in YAML or JSON.
//   - a Postman collection of version 2, of which the saved examples are read.
//   - any of these in gzip, zip or UTF-16, or after a byte order mark.
//
// A file of another kind is a [KindError], which says what it is. [Reader.ReadStream] reads what is not in a file. All
// are iterators, so that an archive of any size can be checked:
//
//	for exchange, err := range recording.Read("session.har") {
//		var omitted *recording.OmittedError
//		switch {
//		case errors.As(err, &omitted): // an entry that cannot be checked; the sequence goes on
//		case err != nil: // the file cannot be read; this was the last
//		default: // exchange is one to check
//		}
//	}
//
// Reading judges nothing: responses that break the contract are yielded like all others, and so are exchanges with
// other hosts, unless [Reader.Skips] says otherwise.
//
// An archive is read twice, so that its entries come in the order of their times: an entry without one stays after the
// entry before it. Memory holds some 32 bytes for each entry, and the whole of one. Cassettes and collections are read
// as a whole, up to 64 MiB, and in the order of the file.
//
// # Copying
//
// A [Copy] is one clean file made from recordings of any kind.
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
