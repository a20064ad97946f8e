package contracttest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
)

// MonitorOptions tunes a Monitor.
type MonitorOptions struct {
	Baseline *Baseline     // known differences; may be nil
	Sample   float64       // the share of exchanges that are checked, from 0, which is none, to 1
	Report   func(Finding) // is called with each finding, from one goroutine at a time
	MaxBody  int           // in bytes; exchanges with a larger body are not checked; 1 MiB if zero
	Queue    int           // exchanges that may wait to be checked; 64 if zero. What comes beyond that is not checked
}

// Monitor is a transport for production: it checks a sample of the exchanges that pass through it, on a goroutine of
// its own. It changes no request and no response, waits for nothing and fails nothing; what it cannot keep up with is
// dropped and counted. Close it when it is no longer needed.
type Monitor struct {
	next     http.RoundTripper
	contract *Contract
	options  MonitorOptions
	queue    chan Exchange
	done     chan struct{}
	close    sync.Once
	mu       sync.RWMutex // held for writing while the queue is closed
	closed   bool
	checked  atomic.Int64
	dropped  atomic.Int64
}

// Transport returns a Monitor in front of next, or of http.DefaultTransport if that is nil.
func Transport(contract *Contract, next http.RoundTripper, options MonitorOptions) *Monitor {
	if next == nil {
		next = http.DefaultTransport
	}
	if options.MaxBody == 0 {
		options.MaxBody = 1 << 20
	}
	if options.Queue == 0 {
		options.Queue = 64
	}
	m := &Monitor{next: next, contract: contract, options: options, queue: make(chan Exchange, options.Queue), done: make(chan struct{})}
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
		for i := range findings { // the source has the path, which can hold anything
			findings[i].Source = shorten(withoutSecrets(printable(exchange.Source), exchange.RequestHeader))
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
	exchange := Exchange{
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

func (m *Monitor) enqueue(exchange Exchange, whole bool) {
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

// capture keeps a copy of what is read of a body, up to a limit, and hands it on once, when the body ends or is closed.
type capture struct {
	io.ReadCloser
	limit  int
	length int64 // what was promised, or -1
	then   func(body []byte, whole bool)

	mu    sync.Mutex
	copy  bytes.Buffer
	large bool
	once  sync.Once
}

func (c *capture) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.mu.Lock()
	if c.copy.Cap() == 0 && 0 < c.length && c.length <= int64(c.limit) {
		c.copy.Grow(int(c.length)) // once, and not again with every read
	}
	if c.copy.Len()+n > c.limit {
		c.large = true
		c.copy = bytes.Buffer{}
	} else if !c.large {
		c.copy.Write(p[:n])
	}
	c.mu.Unlock()
	if err != nil {
		c.finish(err == io.EOF)
	}
	return n, err
}

func (c *capture) Close() error {
	err := c.ReadCloser.Close()
	c.mu.Lock()
	read := int64(c.copy.Len())
	c.mu.Unlock()
	c.finish(read == c.length) // a decoder may stop before it sees the end
	return err
}

func (c *capture) finish(whole bool) {
	if c.then != nil {
		c.once.Do(func() { c.then(c.text(), whole && !c.tooLarge()) })
	}
}

func (c *capture) text() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.copy.Bytes())
}

func (c *capture) tooLarge() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.large
}
