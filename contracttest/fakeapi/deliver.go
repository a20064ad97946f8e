package fakeapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// parts is how many parts a slow body is sent in.
const parts = 8

// partOf returns one of the parts of a slow body, from 0.
func partOf(body []byte, n int) []byte { return body[len(body)*n/parts : len(body)*(n+1)/parts] }

// handle carries a request out, or does what a fault has in its place. It returns the response and how to send it.
func (a *API) handle(r *http.Request) (*buffer, delivery) {
	r = a.received(r)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	b := newBuffer(a.requests)
	op, pathKnown := operationOf(a.router, r)
	before := countsOf(a.faults)
	effect := effectOn(a.faults, op.id, r)
	if effect.prepare != nil {
		effect.prepare(&a.store)
	}
	if effect.replace != nil {
		a.limits.headers(b.header, a.tokenOf(r), time.Now())
		effect.replace(b)
	} else {
		a.respond(b, r, op, pathKnown, effect.failWith)
	}
	if b.status/100 != 2 {
		uncount(a.faults, before)
	}
	effect.finish(b)
	if b.status != http.StatusNoContent {
		b.header.Set("Content-Length", strconv.Itoa(b.body.Len()))
	}
	how := effect.deliver
	if b.body.Len() == 0 || r.Method == http.MethodHead {
		how.pause = 0 // nothing can be sent slowly
	}
	return b, how
}

// ServeHTTP implements [http.Handler]. Where a fault breaks the connection it panics with [http.ErrAbortHandler], which
// makes net/http close it.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, how := a.handle(r)
	if wait(r.Context(), how.delay) != nil || how.breaks == beforeHeaders {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), b.header)
	w.WriteHeader(b.status)
	body := b.body.Bytes()
	switch how.breaks {
	case afterHeaders:
		writeAndAbort(w, nil)
	case midBody:
		writeAndAbort(w, body[:len(body)/2])
	}
	if how.pause > 0 {
		writeSlowly(r.Context(), w, body, how.pause)
		return
	}
	_, _ = w.Write(body)
}

// writeAndAbort sends the headers and the beginning of a body, and breaks the connection.
func writeAndAbort(w http.ResponseWriter, begin []byte) {
	_, _ = w.Write(begin)
	_ = http.NewResponseController(w).Flush() // or nothing would be sent
	panic(http.ErrAbortHandler)
}

// writeSlowly sends a body in parts, with a pause before each, until it is sent or the client has gone.
func writeSlowly(ctx context.Context, w http.ResponseWriter, body []byte, pause time.Duration) {
	for n := range parts {
		if wait(ctx, pause) != nil {
			return
		}
		if _, err := w.Write(partOf(body, n)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
}

// RoundTrip implements [http.RoundTripper]. A connection that a fault breaks fails with [syscall.ECONNRESET] before
// the headers and with [io.ErrUnexpectedEOF] after them. Time passes by the clock of the caller's goroutine, so that
// within a testing/synctest bubble it is the bubble's.
func (a *API) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context()) // a RoundTripper must not change the request
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
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", b.status, http.StatusText(b.status)),
		StatusCode:    b.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        b.header,
		Body:          io.NopCloser(bodyOf(r, b.body.Bytes(), how)),
		ContentLength: int64(b.body.Len()),
		Request:       r,
	}, nil
}

// bodyOf returns what the client reads as the body of a response.
func bodyOf(r *http.Request, body []byte, how delivery) io.Reader {
	switch {
	case r.Method == http.MethodHead:
		return http.NoBody
	case how.breaks == afterHeaders:
		return truncated{bytes.NewReader(nil)}
	case how.breaks == midBody:
		return truncated{bytes.NewReader(body[:len(body)/2])}
	case how.pause > 0:
		return &slow{
			ctx:   r.Context(),
			body:  body,
			pause: how.pause,
		}
	}
	return bytes.NewReader(body)
}

// wait waits for d, or until the context ends, whose error it then returns.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if d == forever { // a timer that long would end at once in a testing/synctest bubble with nothing else to wait for
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

// slow is a body that arrives in parts, with a pause before each.
type slow struct {
	ctx     context.Context
	body    []byte
	pause   time.Duration
	next    int    // the part that comes next
	arrived []byte // what has, and was not read yet
}

func (s *slow) Read(p []byte) (int, error) {
	for len(s.arrived) == 0 {
		if s.next == parts {
			return 0, io.EOF
		}
		if err := wait(s.ctx, s.pause); err != nil {
			return 0, err
		}
		s.arrived = partOf(s.body, s.next)
		s.next++
	}
	n := copy(p, s.arrived)
	s.arrived = s.arrived[n:]
	return n, nil
}
