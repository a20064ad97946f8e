package traffic

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// MaxBody is the most bytes of a body that are judged, decompressed: as many as the wrapper reads of a response.
const MaxBody = 32 << 20

// Decompress returns a body as it was before gzip, and reports whether it could: other compressions are not known. A
// body that is not compressed is returned as it is, whatever the header says: archives of browsers have it so.
//
// At most MaxBody+1 bytes are returned, so that a small body cannot grow without bound, and one that would is seen to
// be too large.
func Decompress(header http.Header, body []byte) ([]byte, bool) {
	encoding := strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding")))
	switch {
	case encoding == "" || encoding == "identity":
		return body, !isGzip(body)
	case encoding != "gzip" && encoding != "x-gzip", !isGzip(body):
		return body, utf8.Valid(body) // JSON is UTF-8, and what is compressed hardly ever is
	}
	return gunzip(body)
}

func gunzip(body []byte) ([]byte, bool) {
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	text, err := io.ReadAll(io.LimitReader(reader, MaxBody+1))
	return text, err == nil && !isGzip(text) // a body can be compressed more than once
}

// isGzip reports whether a body begins as gzip does, and JSON never can.
func isGzip(body []byte) bool { return bytes.HasPrefix(body, []byte{0x1f, 0x8b}) }
