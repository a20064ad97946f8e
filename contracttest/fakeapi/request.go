package fakeapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxRequestBody is how much of a request's body is read, in bytes. No request of the document has a thousandth of it.
const maxRequestBody = 1 << 20

// received returns a copy of a request whose body has arrived, so that the fake is not locked while a sender is slow.
// Nothing is read of a request that has no token of an account.
func (a *API) received(r *http.Request) *http.Request {
	r = r.WithContext(r.Context())
	r.URL = canonicalURL(r.URL)
	_, known := authenticate(a.accounts, r)
	if !known || r.Body == nil || r.Body == http.NoBody {
		r.Body = http.NoBody
		return r
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBody+1))
	content := io.Reader(bytes.NewReader(body))
	if err != nil || len(body) > maxRequestBody {
		content = truncated{content} // the handlers have to see that it failed
	}
	r.Body = io.NopCloser(content)
	return r
}

// truncated is a body that ends before it is complete.
type truncated struct{ io.Reader }

func (t truncated) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// canonicalURL returns a URL whose path has no repeated slashes, and none at its end. Some clients join paths so
// (koalalorenzo/python-digitalocean).
func canonicalURL(u *url.URL) *url.URL {
	escaped := u.EscapedPath()
	for strings.Contains(escaped, "//") {
		escaped = strings.ReplaceAll(escaped, "//", "/")
	}
	if len(escaped) > 1 {
		escaped = strings.TrimSuffix(escaped, "/")
	}
	path, err := url.PathUnescape(escaped)
	if err != nil || escaped == u.EscapedPath() {
		return u
	}
	canonical := *u
	canonical.Path, canonical.RawPath = path, escaped
	return &canonical
}
