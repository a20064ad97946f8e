package bench

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/monitor"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// canned answers with a page, and costs next to nothing.
type canned struct{ page traffic.Exchange }

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: c.page.Header, Body: io.NopCloser(bytes.NewReader(c.page.Body)), ContentLength: int64(len(c.page.Body)), Request: req}, nil
}

// What a request takes its caller, to the end of the body: bare, and behind a Monitor. Between requests the monitor has
// time to finish, so that what is measured is what it adds to the request rather than its share of the machine.
func BenchmarkMonitor(b *testing.B) {
	next := canned{exchanges(b, 1000)[1]}
	contract, err := check.Load(openapi.Document())
	require.NoError(b, err)
	request := func(transport http.RoundTripper) {
		resp, err := transport.RoundTrip(&http.Request{Method: http.MethodGet, URL: next.page.URL, Header: next.page.RequestHeader})
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, struct{ io.Reader }{resp.Body}); n == 0 || err != nil {
			b.Fatal(n, err)
		}
		_ = resp.Body.Close()
	}
	b.Run("by=bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			request(next)
		}
	})
	b.Run("by=sample0", func(b *testing.B) {
		monitor := monitor.New(contract, next, monitor.Options{})
		defer monitor.Close()
		b.ReportAllocs()
		for b.Loop() {
			request(monitor)
		}
	})
	b.Run("by=sample1", func(b *testing.B) {
		monitor := monitor.New(contract, next, monitor.Options{Sample: 1})
		defer monitor.Close()
		took := time.Duration(0)
		for i := range b.N {
			start := time.Now()
			request(monitor)
			took += time.Since(start)
			for monitor.Checked() <= int64(i) {
				runtime.Gosched()
			}
		}
		b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "ns/op")
		require.Zero(b, monitor.Dropped())
	})
}
