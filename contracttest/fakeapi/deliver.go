package fakeapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// parts is into how many a slow body is cut.
const parts = 8

// handle carries a request out, unless a fault is in the way, and says how the response is to go out.
func (a *API) handle(r *http.Request) (*buffer, delivery) {
	r = received(r)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	b := &buffer{header: http.Header{}, requestID: requestID(a.requests)}
	op, pathKnown := a.operationOf(r)
	effect := a.effectOn(op.id, r)
	if effect.prepare != nil {
		effect.prepare(a)
	}
	if effect.replace != nil {
		a.limits.headers(b.header, "", time.Now())
		effect.replace(b)
	} else {
		a.answer(b, r, op, pathKnown)
	}
	effect.finish(b)
	if b.status != http.StatusNoContent {
		b.header.Set("Content-Length", strconv.Itoa(b.body.Len()))
	}
	return b, effect.deliver
}

// received returns a request whose body has come in, so that no slow sender is waited for while the fake is locked.
func received(r *http.Request) *http.Request {
	r = r.WithContext(r.Context())
	if r.Body == nil || r.Body == http.NoBody {
		r.Body = http.NoBody
		return r
	}
	body, err := io.ReadAll(r.Body)
	content := io.Reader(bytes.NewReader(body))
	if err != nil {
		content = broken{content}
	}
	r.Body = io.NopCloser(content)
	return r
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, how := a.handle(r)
	if wait(r.Context(), how.delay) != nil || how.breaks == beforeHeaders {
		panic(http.ErrAbortHandler) // the way to break a connection
	}
	for name, values := range b.header {
		w.Header()[name] = values
	}
	w.WriteHeader(b.status)
	flush := func() { _ = http.NewResponseController(w).Flush() }
	body := b.body.Bytes()
	switch {
	case how.breaks == afterHeaders:
		flush()
		panic(http.ErrAbortHandler)
	case how.breaks == amidBody:
		_, _ = w.Write(body[:len(body)/2])
		flush()
		panic(http.ErrAbortHandler)
	case how.pause > 0:
		for part := range parts {
			if wait(r.Context(), how.pause) != nil {
				return
			}
			if _, err := w.Write(body[len(body)*part/parts : len(body)*(part+1)/parts]); err != nil {
				return
			}
			flush()
		}
	default:
		_, _ = w.Write(body)
	}
}

// RoundTrip implements http.RoundTripper. Time passes by the clock of the caller's goroutine, that of a
// testing/synctest bubble included.
func (a *API) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if sent.Body != nil {
		defer sent.Body.Close()
	}
	if sent.Host == "" {
		sent.Host = sent.URL.Host
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	b, how := a.handle(sent)
	if err := wait(r.Context(), how.delay); err != nil {
		return nil, err
	}
	if how.breaks == beforeHeaders {
		return nil, fmt.Errorf("fake: %w", syscall.ECONNRESET)
	}
	body := b.body.Bytes()
	content := io.Reader(bytes.NewReader(body))
	switch {
	case r.Method == http.MethodHead:
		content = http.NoBody
	case how.breaks == afterHeaders:
		content = broken{bytes.NewReader(nil)}
	case how.breaks == amidBody:
		content = broken{bytes.NewReader(body[:len(body)/2])}
	case how.pause > 0:
		content = &slow{ctx: r.Context(), rest: body, part: len(body)/parts + 1, pause: how.pause}
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", b.status, http.StatusText(b.status)),
		StatusCode:    b.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        b.header,
		Body:          io.NopCloser(content),
		ContentLength: int64(len(body)),
		Request:       r,
	}, nil
}

// wait waits for d, or until the context ends.
func wait(ctx context.Context, d time.Duration) error {
	switch {
	case d <= 0:
		return ctx.Err()
	case d == forever: // which no timer is for: in a bubble of testing/synctest it would be over at once
		<-ctx.Done()
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// broken is a body that ends before it is whole.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// slow is a body that comes in parts.
type slow struct {
	ctx   context.Context
	rest  []byte
	part  int
	pause time.Duration
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	if err := wait(s.ctx, s.pause); err != nil {
		return 0, err
	}
	n := copy(p, s.rest[:min(s.part, len(s.rest))])
	s.rest = s.rest[n:]
	return n, nil
}

// buffer holds a response until it is known how it is to be delivered.
type buffer struct {
	header    http.Header
	status    int
	body      bytes.Buffer
	requestID string
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

// requestID makes ids that look like the API's and repeat from run to run.
func requestID(n int) string {
	s := strconv.FormatInt(int64(n), 16)
	return "00000000-0000-4000-8000-" + strings.Repeat("0", 12-len(s)) + s
}
