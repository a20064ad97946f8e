package main

import (
	"fmt"
	"iter"
	"net/http"
	"time"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// progress shows in one line of a terminal how far long work is. It shows nothing elsewhere.
type progress struct {
	process
	width int // of the terminal; 0 if there is none
	next  time.Time
}

func newProgress(p process) *progress {
	return &progress{process: p, width: p.terminal(p.stderr).width}
}

// progressEvery is how often the line changes: a terminal is slower than the checks.
const progressEvery = 100 * time.Millisecond

// set shows a text in the place of the last one.
func (p *progress) set(text string) {
	if p == nil || p.width == 0 || time.Now().Before(p.next) {
		return
	}
	p.next = time.Now().Add(progressEvery)
	runes := []rune(redact.Printable(text))
	fmt.Fprintf(p.stderr, "\r\x1b[K%s", string(runes[:min(len(runes), p.width-1)]))
}

// clear removes the line.
func (p *progress) clear() {
	if p != nil && p.width > 0 {
		fmt.Fprint(p.stderr, "\r\x1b[K")
		p.next = time.Time{}
	}
}

// transport returns a transport that shows how many requests were sent. A nil one is the default.
func (p *progress) transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &showingTransport{progress: p, next: next}
}

// showingTransport shows how many requests were sent. The suite sends one after the other.
type showingTransport struct {
	progress *progress
	next     http.RoundTripper
	sent     int
}

// RoundTrip implements [http.RoundTripper].
func (t *showingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.sent++
	t.progress.set(fmt.Sprintf("%s, now %s %s", plural.Of(t.sent, "request"), req.Method, req.URL.Path))
	return t.next.RoundTrip(req)
}

// exchanges returns exchanges of a recording, and shows how many were read.
func (p *progress) exchanges(
	name string, exchanges iter.Seq2[traffic.Exchange, error],
) iter.Seq2[traffic.Exchange, error] {
	if p.width == 0 {
		return exchanges
	}
	return func(yield func(traffic.Exchange, error) bool) {
		defer p.clear()
		n := 0
		for exchange, err := range exchanges {
			n++
			p.set(fmt.Sprintf("%s: %s", name, plural.Of(n, "exchange")))
			if !yield(exchange, err) {
				return
			}
		}
	}
}
