package contracttest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
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

	Status int
	Header http.Header
	Body   []byte
}

// normal returns an exchange in the one form that the checks read: with a URL, the names of headers in their canonical
// form, and a packed body unpacked.
func (e Exchange) normal() Exchange {
	if e.URL == nil {
		e.URL = &url.URL{}
	}
	e.RequestHeader, e.Header = canonical(e.RequestHeader), canonical(e.Header)
	e.Body = unpacked(e.Header, e.Body)
	return e
}

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

// unpacked returns a body as it was before gzip, or as it is where it is not packed whatever the header says (archives
// of browsers hold it so) or cannot be unpacked.
func unpacked(header http.Header, body []byte) []byte {
	if !strings.EqualFold(header.Get("Content-Encoding"), "gzip") || !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body
	}
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	text, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	if err != nil {
		return body
	}
	return text
}
