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

// Decompress returns a body as it was before gzip. One that is not compressed is returned as it is, whatever the header
// says: archives of browsers hold it so. It returns false where the body cannot be decompressed. At most MaxBody+1 bytes
// are returned, so that a small body cannot grow without bound.
func Decompress(header http.Header, body []byte) ([]byte, bool) {
	switch strings.ToLower(header.Get("Content-Encoding")) {
	case "", "identity":
		return body, !isGzip(body)
	case "gzip", "x-gzip":
		if !isGzip(body) {
			return body, utf8.Valid(body)
		}
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, false
		}
		text, err := io.ReadAll(io.LimitReader(reader, MaxBody+1))
		return text, err == nil && !isGzip(text)
	}
	return body, utf8.Valid(body)
}

// isGzip reports whether a body begins as gzip does.
func isGzip(body []byte) bool { return bytes.HasPrefix(body, []byte{0x1f, 0x8b}) }
