package contracttest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxBody is the most bytes of a body that are read, decompressed: as many as the wrapper reads of a response.
const MaxBody = 32 << 20

// Exchange is one request and the response to it, as recorded or as seen.
type Exchange struct {
	Source   string // where it comes from, such as images_list.cassette.yaml#3
	File     string // the recording that holds it, as it was named
	Redacted bool   // whether credentials may have been taken out

	Method        string
	URL           *url.URL
	RequestHeader http.Header
	RequestBody   []byte

	Status    int
	Header    http.Header
	Body      []byte
	Truncated bool // whether the body broke off before its end

	Began, Ended time.Time // when the request was sent, and when the answer was there; zero where nobody knows
}

// BeganAfter reports whether an exchange began after another had ended, at the time given. Where that is not known they
// are taken to have been one after the other.
func (e Exchange) BeganAfter(ended time.Time) bool {
	return e.Began.IsZero() || ended.IsZero() || !e.Began.Before(ended)
}

// Normalized returns an exchange in the one form that the checks read: with a URL, the names of headers in their
// canonical form, and a compressed body decompressed.
func (e Exchange) Normalized() Exchange {
	if e.URL == nil {
		e.URL = &url.URL{}
	}
	e.RequestHeader, e.Header = canonical(e.RequestHeader), canonical(e.Header)
	if body, ok := unpacked(e.Header, e.Body); ok {
		e.Body = body
	}
	return e
}

// canonical returns headers with their names as http.Header looks for them, whoever wrote them.
func canonical(header http.Header) http.Header {
	for name := range header {
		if name != http.CanonicalHeaderKey(name) {
			other := http.Header{}
			for name, values := range header {
				other[http.CanonicalHeaderKey(name)] = append(other[http.CanonicalHeaderKey(name)], values...)
			}
			return other
		}
	}
	return header
}

// unpacked returns a body as it was before gzip, or as it is where it is not packed whatever the header says: archives of
// browsers hold it so. It returns false where it cannot be unpacked.
func unpacked(header http.Header, body []byte) ([]byte, bool) {
	isPacked := func(body []byte) bool { return bytes.HasPrefix(body, []byte{0x1f, 0x8b}) }
	switch strings.ToLower(header.Get("Content-Encoding")) {
	case "", "identity":
		return body, !isPacked(body)
	case "gzip", "x-gzip":
		if !isPacked(body) {
			return body, utf8.Valid(body)
		}
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, false
		}
		text, err := io.ReadAll(io.LimitReader(reader, MaxBody+1))
		return text, err == nil && !isPacked(text)
	}
	return body, utf8.Valid(body)
}
