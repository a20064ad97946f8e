package monitor

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

const (
	defaultMaxBody = 1 << 20
	defaultQueue   = 64

	// maxWaiting is how many bytes of bodies may wait to be checked, whatever the length of the queue: it is for pages
	// of 70 KiB, and may be full of others. One exchange may have more.
	maxWaiting = 16 << 20
)

// Options tunes a [Monitor]. With the zero value nothing is checked.
type Options struct {
	// Sample is the share of exchanges that are checked, from 0, which is none, to 1, which is all. Each exchange is drawn
	// by itself.
	Sample float64

	// Base is where the server has the API, such as a gateway that has it below a path; [traffic.ParseBase] makes one.
	// The zero value is for a server that has it at /v2/images, whatever its host.
	Base traffic.Base

	// Report is called with each finding, from one goroutine at a time. While it runs no exchange is checked, so one that
	// takes long makes exchanges be dropped. If it is nil, exchanges are only counted.
	Report func(check.Finding)

	// Baseline has the findings that are known and accepted: they are reported with severity [check.Accepted] and their
	// reason, for Report to leave out of a log. [check.LoadBaseline] reads one from the bytes of a file. An entry for a
	// kind of recordings accepts nothing here. [check.Baseline.Unused] returns which entries have accepted nothing so
	// far, and [check.Baseline.Warnings] also which are due for review. It may be nil.
	Baseline *check.Baseline

	// MaxBody is the largest body that is checked, in bytes, of a request or a response. Exchanges with a larger one pass
	// whole and are dropped. It is 1 MiB if zero; a page of 200 images has about 70 KiB.
	MaxBody int

	// Queue is how many exchanges may wait to be checked. When it is full, or has 16 MiB of bodies, exchanges are dropped.
	// It is 64 if zero.
	Queue int
}

// Monitor is a transport for production. It checks a sample of the exchanges that pass through it, on a goroutine of
// its own. [New] makes one. It is safe for concurrent use.
type Monitor struct {
	next     http.RoundTripper
	contract *check.Contract
	options  Options

	queue   chan traffic.Exchange
	done    chan struct{} // closed when the queue has been checked
	mu      sync.RWMutex  // held for writing while the queue is closed, so that nothing is sent into a closed one
	closed  bool
	waiting atomic.Int64 // the bytes of bodies in the queue
	checked atomic.Int64
	dropped atomic.Int64
}

// New returns a Monitor in front of next, or of [http.DefaultTransport] if that is nil. It starts a goroutine, which
// [Monitor.Close] ends.
func New(contract *check.Contract, next http.RoundTripper, options Options) *Monitor {
	if next == nil {
		next = http.DefaultTransport
	}
	if options.MaxBody == 0 {
		options.MaxBody = defaultMaxBody
	}
	if options.Queue == 0 {
		options.Queue = defaultQueue
	}
	m := &Monitor{
		next:     next,
		contract: contract,
		options:  options,
		queue:    make(chan traffic.Exchange, options.Queue),
		done:     make(chan struct{}),
	}
	go m.run()
	return m
}

// Checked returns how many exchanges of the sample were checked so far.
func (m *Monitor) Checked() int64 { return m.checked.Load() }

// Dropped returns how many exchanges of the sample were not checked. The queue was full, a body was too large or was
// not read to its end, or they came after [Monitor.Close]. Requests without a response are in neither count.
func (m *Monitor) Dropped() int64 { return m.dropped.Load() }

// Close checks what waits, and returns when that is done. Requests still pass through, unchecked. It may be called more
// than once.
func (m *Monitor) Close() {
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		close(m.queue)
	}
	m.mu.Unlock()
	<-m.done
}

// RoundTrip implements [http.RoundTripper]. An exchange is checked when its caller has read the body of the response,
// or has closed it after the last byte.
func (m *Monitor) RoundTrip(req *http.Request) (*http.Response, error) {
	if !m.isSampled() {
		return m.next.RoundTrip(req)
	}
	req, sent := m.captureRequest(req)
	resp, err := m.next.RoundTrip(req)
	if err != nil || resp.StatusCode == http.StatusSwitchingProtocols { // whose body is a connection
		return resp, err
	}
	exchange, _ := m.options.Base.Exchange(exchangeOf(req, resp))
	resp.Body = &capture{
		ReadCloser: resp.Body,
		limit:      m.options.MaxBody,
		length:     resp.ContentLength,
		done: func(body []byte, whole bool) {
			if sent != nil {
				requestBody, fits := sent.body()
				exchange.RequestBody, whole = requestBody, whole && fits
			}
			exchange.Body = body
			m.enqueue(exchange, whole)
		},
	}
	return resp, nil
}

func (m *Monitor) isSampled() bool {
	sample := m.options.Sample
	return sample >= 1 || sample > 0 && rand.Float64() < sample
}

// captureRequest returns a request whose body is captured while it is sent, and nil if it has none. It is a copy: a
// transport must not change the caller's request.
func (m *Monitor) captureRequest(req *http.Request) (*http.Request, *capture) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	sent := &capture{ReadCloser: req.Body, limit: m.options.MaxBody}
	req = req.Clone(req.Context())
	req.Body = sent
	return req, sent
}

// exchangeOf returns an exchange without its bodies. It shares nothing with the request, which is the caller's again as
// soon as it has the response.
func exchangeOf(req *http.Request, resp *http.Response) traffic.Exchange {
	u := *req.URL
	header := resp.Header.Clone()
	if resp.Uncompressed {
		header.Del("Content-Length") // of the compressed body, which the transport has decompressed
	}
	return traffic.Exchange{
		Source:        req.Method + " " + u.Path,
		Redacted:      true, // a transport after this one may add the token
		Method:        req.Method,
		URL:           &u,
		RequestHeader: req.Header.Clone(),
		Status:        resp.StatusCode,
		Header:        header,
	}
}

// enqueue adds an exchange to those that are to be checked, or drops it. It never waits.
func (m *Monitor) enqueue(exchange traffic.Exchange, whole bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if whole && !m.closed && m.hasRoom(exchange) {
		select {
		case m.queue <- exchange:
			return
		default:
			m.waiting.Add(-sizeOf(exchange))
		}
	}
	m.dropped.Add(1)
}

// hasRoom reports whether an exchange may wait as well, and if so counts its bodies.
func (m *Monitor) hasRoom(exchange traffic.Exchange) bool {
	size := sizeOf(exchange)
	if waiting := m.waiting.Add(size); waiting <= maxWaiting || waiting == size {
		return true
	}
	m.waiting.Add(-size)
	return false
}

// sizeOf returns how many bytes the bodies of an exchange have.
func sizeOf(exchange traffic.Exchange) int64 {
	return int64(len(exchange.RequestBody) + len(exchange.Body))
}

// run checks what is in the queue, until it is closed.
func (m *Monitor) run() {
	defer close(m.done)
	for exchange := range m.queue {
		m.waiting.Add(-sizeOf(exchange))
		m.check(exchange)
	}
}

func (m *Monitor) check(exchange traffic.Exchange) {
	findings := m.contract.Check(exchange)
	source := sourceOf(exchange)
	for i := range findings {
		findings[i].Source = source
	}
	m.options.Baseline.Accept(findings, "") // it may be nil
	m.checked.Add(1)
	if m.options.Report == nil {
		return
	}
	for _, finding := range findings {
		m.options.Report(finding)
	}
}

// sourceOf returns a name for an exchange that may go into a log: the path can have anything in it, a token as well.
func sourceOf(exchange traffic.Exchange) string {
	var secrets redact.Redactor
	secrets.Request(exchange.RequestHeader)
	secrets.WithoutUser(exchange.URL)
	return redact.Shorten(secrets.Text(redact.Printable(exchange.Source)))
}
