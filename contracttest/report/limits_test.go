package report_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

const mib = 1 << 20

// compressed returns a response to a list whose body is compressed.
func compressed(t *testing.T, body string) traffic.Exchange {
	t.Helper()
	var text bytes.Buffer
	writer := gzip.NewWriter(&text)
	_, err := writer.Write([]byte(body))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	exchange := testkit.Exchange(t, "GET /v2/images", 200, "{}", 10, 100)
	exchange.Header.Set("Content-Encoding", "gzip")
	exchange.Body = text.Bytes()
	return exchange
}

// objects returns a body of so many bytes that is a list of empty objects.
func objects(size int) string {
	return "[" + strings.TrimSuffix(strings.Repeat("{},", size/3), ",") + "]"
}

// What a report holds does not depend on what is in the exchanges, or on how many there are.
func TestMemoryIsBounded(t *testing.T) {
	if underRace {
		t.Skip("the race detector takes memory of its own: run make test")
	}
	const cores = 8 // whatever the machine has: without a bound an exchange is under way on each
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	exchanges := cores
	if os.Getenv("LONG") != "" {
		exchanges = 10 * cores
	}
	// A collection takes for live what is allocated while it runs, so that on a busy machine it may find twice what
	// there is. The limits leave room for that. Without the bound of the queue the largest bodies take 370 MiB and more.
	for name, test := range map[string]struct {
		body     func() string // made only to be compressed, since it would count
		limit    int           // MiB of live heap
		findings int           // for each exchange
	}{
		"64 KiB of objects": {
			body:     func() string { return objects(64 << 10) },
			limit:    64,
			findings: 1,
		},
		"as many values as may be": {
			body:     func() string { return `{"images":` + objects(3*199_000) + `}` },
			limit:    128,
			findings: 1000,
		},
		"1 MiB of objects": {
			body:     func() string { return objects(mib) },
			limit:    64,
			findings: 1,
		},
		"32 MiB of objects": {
			body:     func() string { return objects(32 * mib) },
			limit:    256,
			findings: 1,
		},
		"a text of almost 32 MiB": {
			body:     func() string { return `{"images":"` + strings.Repeat("x", 32*mib-100) + `"}` },
			limit:    256,
			findings: 3,
		},
		"more than a body may ever be": {
			body:     func() string { return strings.Repeat(" ", 64*mib) },
			limit:    256,
			findings: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchange := compressed(t, test.body())
			before := liveHeap()
			var peak atomic.Int64
			stop := watchHeap(&peak)
			r := report.New(testkit.Contract(t))
			require.NoError(t, r.AddAll(func(yield func(traffic.Exchange, error) bool) {
				for range exchanges {
					if !yield(exchange, nil) {
						return
					}
				}
			}))
			stop()
			grown := (peak.Load() - before) / mib
			t.Logf("%d findings in %d exchanges, %d MiB", r.CountAtLeast(check.Accepted), r.Exchanges, grown)
			assert.Less(t, grown, int64(test.limit))
			assert.LessOrEqual(t, r.CountAtLeast(check.Accepted), test.findings*r.Exchanges+1)
		})
	}
}

// watchHeap notes the largest live heap until stop is called.
func watchHeap(peak *atomic.Int64) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-end:
				return
			case <-time.After(5 * time.Millisecond):
				peak.Store(max(peak.Load(), liveHeap()))
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// liveHeap returns how much memory is in use, in bytes: what a collection found, without what came after it.
func liveHeap() int64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

// asked is a context that counts how often it is asked whether it has ended, and ends when that is as often as it may
// be. Only the check of a large body asks often, so that such a context ends in the middle of one.
type asked struct {
	context.Context
	times, end atomic.Int64
	cancel     context.CancelFunc
}

func (a *asked) Err() error {
	if a.times.Add(1) == a.end.Load() {
		a.cancel()
	}
	return a.Context.Err()
}

// addAll reports one exchange again and again, until ctx ends or it was added n times.
func addAll(t *testing.T, ctx context.Context, exchange traffic.Exchange, n int) (*report.Report, error) {
	t.Helper()
	r := report.New(testkit.Contract(t))
	return r, r.AddAllContext(ctx, func(yield func(traffic.Exchange, error) bool) {
		for range n {
			if !yield(exchange, nil) {
				return
			}
		}
	})
}

// A check ends with its context, whatever is being checked at the time.
func TestAddAllEndsWithItsContext(t *testing.T) {
	exchange := compressed(t, `{"images":`+objects(3*199_000)+`}`) // of which there is room for one at a time
	whole := &asked{Context: t.Context()}
	r, err := addAll(t, whole, exchange, 1)
	require.NoError(t, err)
	require.Equal(t, 1, r.Exchanges)
	once := whole.times.Load()
	require.Greater(t, once, int64(100), "a check asks often")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ends := &asked{Context: ctx, cancel: cancel}
	ends.end.Store(once + once/2)
	r, err = addAll(t, ends, exchange, 10)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, r.Exchanges, "what was being checked is not checked to its end")
	for _, finding := range r.Findings {
		assert.NotContains(t, finding.Message, "interrupted", "what was not judged is not counted")
	}
}
