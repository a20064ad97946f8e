package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// How the proxy asks for a response, and what it does to one before it is passed on, beside what linkRewriter does.

var errTooLarge = fmt.Errorf("the response is larger than %d MiB", traffic.MaxBody>>20)

// withGzip returns a request that asks for gzip, as [http.Transport] would by itself. That would also decompress the
// response, and a body that only claims to be gzip would look like one that is truncated.
func withGzip(req *http.Request) *http.Request {
	if req.Header.Get("Range") != "" { // of which a part would be a part of the gzip
		return req
	}
	req = req.Clone(req.Context())
	req.Header.Set("Accept-Encoding", "gzip")
	return req
}

// gunzip takes off the gzip that withGzip asked for, and not the client. A body that cannot be decompressed stays
// as the target sent it. It returns the body. A HEAD has none, and promises nothing of that of a GET, which may become
// another one here.
func gunzip(resp *http.Response, body []byte) ([]byte, error) {
	if resp.Request.Method == http.MethodHead {
		resp.Header.Del("Content-Length")
	}
	coding := resp.Header.Get("Content-Encoding")
	if !strings.EqualFold(coding, "gzip") && !strings.EqualFold(coding, "x-gzip") {
		return body, nil
	}
	text, ok := traffic.Decompress(resp.Header, body)
	switch {
	case !ok:
		return body, nil
	case len(text) > traffic.MaxBody:
		return nil, errTooLarge
	}
	setBody(resp, text)
	return text, nil
}

// setBody gives a response another body that means the same. What describes the bytes of the body follows: a length
// that was given is that of the new body, a strong ETag becomes a weak one, and coding and digests go.
func setBody(resp *http.Response, body []byte) {
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	header := resp.Header
	if header.Get("Content-Length") != "" {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if tag := header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		header.Set("ETag", "W/"+tag)
	}
	for _, name := range []string{"Content-Encoding", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"} {
		header.Del(name)
	}
}
