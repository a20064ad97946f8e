// Package decompress knows the compressions that package traffic does not: br and zstd, for which the standard library
// has nothing, and deflate. Checks and recordings share it. It is apart from package traffic, which then stays free of
// other modules, and neither package wrapper nor package fakeapi compiles it.
package decompress

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"example.com/doimages/contracttest/traffic"
)

// maxWindow is the largest window of zstd that HTTP allows (RFC 9659), in bytes. A stream that asks for more is refused
// before anything is held for it.
const maxWindow = 8 << 20

// readers has what reads a compressed body, by the content coding. A coding may have several forms, which are tried one
// after the other.
var readers = map[string][]func(io.Reader) (io.ReadCloser, error){
	"br":      {newBrotli},
	"zstd":    {newZstd},
	"deflate": {zlib.NewReader, newFlate}, // RFC 9110 has it with the header of zlib; some servers leave that out
}

func newBrotli(body io.Reader) (io.ReadCloser, error) {
	return io.NopCloser(brotli.NewReader(body)), nil
}

func newFlate(body io.Reader) (io.ReadCloser, error) { return flate.NewReader(body), nil }

func newZstd(body io.Reader) (io.ReadCloser, error) {
	reader, err := zstd.NewReader(
		body,
		zstd.WithDecoderConcurrency(1), // starts no goroutine
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow),
	)
	if err != nil {
		return nil, err
	}
	return reader.IOReadCloser(), nil
}

// Normalized returns an exchange as [traffic.Exchange.Normalized] does, with the body of its response decompressed from
// every compression that is known. It reports false for a body that has a content coding and cannot be decompressed,
// which stays as it is.
func Normalized(e traffic.Exchange) (normal traffic.Exchange, ok bool) {
	ok = true
	if header := traffic.CanonicalHeader(e.Header); isCoded(header) {
		var body []byte
		if body, ok = Body(header, e.Body); ok {
			e.Body = body
		}
	}
	return e.Normalized(), ok
}

func isCoded(header http.Header) bool {
	coding := coding(header)
	return coding != "" && coding != "identity"
}

// Body returns a body as it was before it was compressed, and reports whether it could. Gzip and what is not compressed
// are left to [traffic.Decompress], which has the same bound: at most traffic.MaxBody+1 bytes are returned. A body that
// cannot be decompressed is returned as it is.
func Body(header http.Header, body []byte) ([]byte, bool) {
	known := readers[coding(header)]
	if known == nil {
		return traffic.Decompress(header, body)
	}
	return read(known, body)
}

func coding(header http.Header) string {
	return strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding")))
}

// read decompresses a body by the first reader that can. One that is plain text was decompressed before, whatever the
// header says: archives of browsers have it so.
func read(known []func(io.Reader) (io.ReadCloser, error), body []byte) ([]byte, bool) {
	if isPlain(body) {
		return body, true
	}
	for _, open := range known {
		if text, err := readAll(open, body); err == nil {
			return text, true
		}
	}
	return body, utf8.Valid(body) // JSON is UTF-8, and what is compressed hardly ever is
}

func readAll(open func(io.Reader) (io.ReadCloser, error), body []byte) ([]byte, error) {
	reader, err := open(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(io.LimitReader(reader, traffic.MaxBody+1))
}

// isPlain reports whether a body has neither control characters nor bytes that are not UTF-8. What is compressed has
// some of them within a few bytes.
func isPlain(body []byte) bool {
	isControl := func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }
	return utf8.Valid(body) && bytes.IndexFunc(body, isControl) < 0
}
