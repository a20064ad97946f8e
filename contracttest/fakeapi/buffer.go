package fakeapi

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
)

// buffer holds a response until it is known how to deliver it. To the handlers it is an [http.ResponseWriter].
//
// Effects change the response as a whole, and a fault may lose it; so nothing is sent before the handler has returned.
type buffer struct {
	header http.Header
	status int // 0 until the header is written
	body   bytes.Buffer
}

// requestIDHeader is the header by which every response names its request.
const requestIDHeader = "x-request-id"

// newBuffer returns a buffer for the response to the nth request.
func newBuffer(n int) *buffer {
	b := &buffer{header: http.Header{}}
	b.header.Set(requestIDHeader, requestID(n))
	return b
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

// replaceBody puts another body in place of the one that was written. The new one may share memory with the old.
func (b *buffer) replaceBody(body []byte) {
	body = bytes.Clone(body)
	b.body.Reset()
	b.body.Write(body)
}

// removeLimits removes the rate-limit headers from a response of a gateway: those come from the services behind it.
func removeLimits(h http.Header) {
	for _, name := range []string{"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} {
		h.Del(name)
	}
}

// requestID returns an id in the form of the API's. It depends on n alone, so that the output of a test is the same
// from run to run.
func requestID(n int) string {
	digits := strconv.FormatInt(int64(n), 16)
	return "00000000-0000-4000-8000-" + strings.Repeat("0", 12-len(digits)) + digits
}
