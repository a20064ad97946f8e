// Package traffic has what passes between a client and an API: the [Exchange], how one is captured, and which belong to
// the images API. It imports the standard library, and the facts of the API in package openapi.
package traffic

import (
	"net/http"
	"net/url"
	"time"
)

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

	Began, Ended time.Time // when the request was sent, and when the response had been read; zero where that is not known
}

// BeganAfter reports whether an exchange began after another had ended, at the time given. Where that is not known, they
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
	e.RequestHeader, e.Header = CanonicalHeader(e.RequestHeader), CanonicalHeader(e.Header)
	if body, ok := Decompress(e.Header, e.Body); ok {
		e.Body = body
	}
	return e
}

// CanonicalHeader returns headers with their names as [http.Header] looks for them, however they were written.
func CanonicalHeader(header http.Header) http.Header {
	for name := range header {
		if name != http.CanonicalHeaderKey(name) {
			return canonicalCopy(header)
		}
	}
	return header
}

func canonicalCopy(header http.Header) http.Header {
	canonical := http.Header{}
	for name, values := range header {
		name = http.CanonicalHeaderKey(name)
		canonical[name] = append(canonical[name], values...)
	}
	return canonical
}
