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

// MonitorOptions tunes a Monitor.
type Options struct {
	Baseline *check.Baseline     // known differences; may be nil
	Sample   float64             // the share of exchanges that are checked, from 0, which is none, to 1
	Report   func(check.Finding) // is called with each finding, from one goroutine at a time
	MaxBody  int                 // in bytes; exchanges with a larger body are not checked; 1 MiB if zero
	Queue    int                 // exchanges that may wait to be checked; 64 if zero. What comes beyond that is not checked
}

// Monitor is a transport for production: it checks a sample of the exchanges that pass through it, on a goroutine of
// its own. It changes no request and no response, waits for nothing and fails nothing; what it cannot keep up with is
// dropped and counted. Close it when it is no longer needed.
type Monitor struct {
	next     http.RoundTripper
	contract *check.Contract
	options  Options
	queue    chan traffic.Exchange
	done     chan struct{}
	close    sync.Once
	mu       sync.RWMutex // held for writing while the queue is closed
	closed   bool
	checked  atomic.Int64
	dropped  atomic.Int64
}

// Transport returns a Monitor in front of next, or of http.DefaultTransport if that is nil.
func New(contract *check.Contract, next http.RoundTripper, options Options) *Monitor {
	if next == nil {
		next = http.DefaultTransport
	}
	if options.MaxBody == 0 {
		options.MaxBody = 1 << 20
	}
	if options.Queue == 0 {
		options.Queue = 64
	}
	m := &Monitor{next: next, contract: contract, options: options, queue: make(chan traffic.Exchange, options.Queue), done: make(chan struct{})}
	go m.run()
	return m
}

// Checked returns how many exchanges of the sample were checked.
func (m *Monitor) Checked() int64 { return m.checked.Load() }

// Dropped returns how many exchanges of the sample were not checked: the queue was full, a body was too large or was not
// read to its end, or they came after Close.
func (m *Monitor) Dropped() int64 { return m.dropped.Load() }

// Close checks what waits, and stops the goroutine. Requests go on to pass through, unchecked.
func (m *Monitor) Close() {
	m.close.Do(func() {
		m.mu.Lock()
		m.closed = true
		close(m.queue)
		m.mu.Unlock()
	})
	<-m.done
}

func (m *Monitor) run() {
	defer close(m.done)
	for exchange := range m.queue {
		findings := m.contract.Check(exchange)
		var secrets redact.Redactor
		secrets.Request(exchange.RequestHeader)
		source := redact.Shorten(secrets.Text(redact.Printable(exchange.Source))) // it has the path, which can hold anything
		for i := range findings {
			findings[i].Source = source
		}
		m.options.Baseline.Accept(findings, "")
		m.checked.Add(1)
		if m.options.Report != nil {
			for _, finding := range findings {
				m.options.Report(finding)
			}
		}
	}
}

// RoundTrip implements http.RoundTripper.
func (m *Monitor) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.options.Sample <= 0 || m.options.Sample < 1 && rand.Float64() >= m.options.Sample {
		return m.next.RoundTrip(req)
	}
	var sent *capture
	if req.Body != nil && req.Body != http.NoBody {
		sent = &capture{ReadCloser: req.Body, limit: m.options.MaxBody}
		req = req.Clone(req.Context()) // a transport must not change the caller's request
		req.Body = sent
	}
	resp, err := m.next.RoundTrip(req)
	if err != nil || resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, err
	}
	u := *req.URL // the caller may change its own once it has the response
	exchange := traffic.Exchange{
		Source: req.Method + " " + u.Path, Method: req.Method, URL: &u, RequestHeader: req.Header.Clone(),
		Status: resp.StatusCode, Header: resp.Header.Clone(), Redacted: true,
	}
	if resp.Uncompressed {
		exchange.Header.Del("Content-Length")
	}
	resp.Body = &capture{ReadCloser: resp.Body, limit: m.options.MaxBody, length: resp.ContentLength, then: func(body []byte, whole bool) {
		if sent != nil {
			exchange.RequestBody, whole = sent.text(), whole && !sent.tooLarge()
		}
		exchange.Body = body
		m.enqueue(exchange, whole)
	}}
	return resp, nil
}

func (m *Monitor) enqueue(exchange traffic.Exchange, whole bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if whole && !m.closed {
		select {
		case m.queue <- exchange:
			return
		default:
		}
	}
	m.dropped.Add(1)
}
