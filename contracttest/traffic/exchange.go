package traffic

import (
	"net/http"
	"net/url"
	"time"
)

// Exchange is one request and the response to it, as recorded or as seen. Bodies are as they were sent, so that one
// may be compressed; [Exchange.Normalized] decompresses it.
type Exchange struct {
	Source   string // where it comes from, such as images_list.cassette.yaml#3; findings name it
	File     string // the recording that has it, as the caller named it; empty if there is none
	Redacted bool   // whether credentials may have been taken out, so that a request without any is not a fault

	// Secrets are what a server may repeat and nobody may print, beside the credentials of the request: a request
	// without a token may be one of a session that has one.
	Secrets []string

	Method        string
	URL           *url.URL // absolute; nil counts as empty
	Prefix        string   // what its server has before /v2/images, such as /do, if URL is without it; links may have it
	RequestHeader http.Header
	RequestBody   []byte

	Status    int
	Header    http.Header // of the response
	Body      []byte      // of the response
	Truncated bool        // whether that body ended before it was complete

	Began time.Time // when the request was sent; zero if that is not known
	Ended time.Time // when the response had been read; zero if that is not known
}

// BeganAfter reports whether an exchange began after another had ended, at the time given. Where one of the times is
// not known, the exchanges are taken to have been one after the other, as a recording lists them.
func (e Exchange) BeganAfter(ended time.Time) bool {
	return e.Began.IsZero() || ended.IsZero() || !e.Began.Before(ended)
}

// Normalized returns an exchange in the one form that the checks read. It has a URL, whose path is in its canonical
// form ([CanonicalURL]), as are the names of headers, and the body of the response is decompressed ([Decompress]). A
// body that cannot be decompressed stays as it is.
func (e Exchange) Normalized() Exchange {
	if e.URL == nil {
		e.URL = &url.URL{}
	}
	e.URL = CanonicalURL(e.URL)
	e.RequestHeader, e.Header = CanonicalHeader(e.RequestHeader), CanonicalHeader(e.Header)
	if body, ok := Decompress(e.Header, e.Body); ok {
		e.Body = body
	}
	return e
}

// CanonicalHeader returns headers with their names as [http.Header] looks for them, however they were written: HTTP/2
// and archives have them in lower case. Headers that are so already are returned as they are, and not copied.
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
