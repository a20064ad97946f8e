package wrapper_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// ending is how a function ended.
type ending struct {
	returned bool
	panicked any
}

// run calls f on a goroutine of its own, as a caller would, and waits for its end.
func run(f func()) (e ending) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { e.panicked = recover() }()
		f()
		e.returned = true
	}()
	<-done
	return e
}

// What code of the caller's does to its goroutine reaches the caller: a panic, which no other goroutine could recover,
// and the end of t.FailNow.
func TestPanicAndGoexitReachTheCaller(t *testing.T) {
	defer verifyNoLeaks(t)
	boom := errors.New("boom")
	ways := map[string]struct {
		do   func()
		want ending
	}{
		"panic":     {do: func() { panic(boom) }, want: ending{panicked: boom}},
		"panic nil": {do: func() { panic(nil) }, want: ending{panicked: &runtime.PanicNilError{}}},
		"goexit":    {do: runtime.Goexit},
	}
	// Each place makes the nth call of the caller's code do it.
	places := map[string]func(do func(), n int64) (*wrapper.Client, wrapper.WaitOption){
		"transport": func(do func(), n int64) (*wrapper.Client, wrapper.WaitOption) {
			fake := fakeapi.New()
			transport := nth(n, do)
			return transportClient(t, roundTrip(func(req *http.Request) (*http.Response, error) {
				transport()
				return fake.RoundTrip(req)
			})), wrapper.WithProgress(nil)
		},
		"body": func(do func(), n int64) (*wrapper.Client, wrapper.WaitOption) {
			fake := fakeapi.New()
			body := nth(n, do)
			return transportClient(t, roundTrip(func(req *http.Request) (*http.Response, error) {
				resp, err := fake.RoundTrip(req)
				resp.Body = io.NopCloser(io.MultiReader(reader(func([]byte) (int, error) { body(); return 0, io.EOF }), resp.Body))
				return resp, err
			})), wrapper.WithProgress(nil)
		},
		"limiter": func(do func(), n int64) (*wrapper.Client, wrapper.WaitOption) {
			wait := nth(n, do)
			return transportClient(t, fakeapi.New(), wrapper.WithLimiter(limiterFunc(func(context.Context) error { wait(); return nil }))), wrapper.WithProgress(nil)
		},
		"progress": func(do func(), n int64) (*wrapper.Client, wrapper.WaitOption) {
			return transportClient(t, fakeapi.New(fakeapi.WithActionTime(0))), wrapper.WithProgress(func(wrapper.Progress) { do() })
		},
	}
	for way, test := range ways {
		for place, make := range places {
			for call, attempt := range map[string]struct {
				first, last int64 // which call of the caller's code
				call        func(*wrapper.Client, wrapper.WaitOption)
			}{
				"get": {first: 1, last: 1, call: func(c *wrapper.Client, _ wrapper.WaitOption) { _, _ = c.Get(t.Context(), 6_000_000) }},
				"list": {first: 1, last: 4, call: func(c *wrapper.Client, _ wrapper.WaitOption) {
					_, _ = wrapper.Collect(c.Images(t.Context(), wrapper.ListParams{PerPage: 10}))
				}},
				"wait": {first: 1, last: 1, call: func(c *wrapper.Client, o wrapper.WaitOption) { _, _ = c.WaitAvailable(t.Context(), 6_000_000, o) }},
				"wait for all": {first: 1, last: 2, call: func(c *wrapper.Client, o wrapper.WaitOption) {
					_, _ = wrapper.Collect(c.WaitAllAvailable(t.Context(), []int64{6_000_000, 6_000_007}, o))
				}},
				"distribute": {first: 1, last: 6, call: func(c *wrapper.Client, o wrapper.WaitOption) {
					_ = c.Distribute(t.Context(), 6_000_000+7*59, []gen.RegionSlug{"fra1", "ams3", "sgp1", "blr1"}, o)
				}},
			} {
				if place == "progress" && (call == "get" || call == "list") {
					continue
				}
				for n := attempt.first; n <= attempt.last; n++ {
					client, option := make(test.do, n)
					got := run(func() { attempt.call(client, option) })
					assert.Equal(t, test.want, got, "%s in a %s, call %d of %s", way, place, n, call)
				}
			}
		}
	}
}

// A page that is read ahead, and that nobody asks for, would not have been read without that.
func TestPanicOfAPageThatIsNotAskedFor(t *testing.T) {
	defer verifyNoLeaks(t)
	fake := fakeapi.New()
	client := transportClient(t, roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.URL.Query().Get("page") == "4" {
			panic("boom")
		}
		return fake.RoundTrip(req)
	}))
	seen := 0
	for _, err := range client.Images(t.Context(), wrapper.ListParams{PerPage: 10}) {
		require.NoError(t, err)
		if seen++; seen == 15 {
			break
		}
	}
	assert.Equal(t, 15, seen)
}

func transportClient(t *testing.T, transport http.RoundTripper, options ...wrapper.Option) *wrapper.Client {
	t.Helper()
	client, err := wrapper.NewClient(fakeapi.Token, append(options, wrapper.WithHTTPClient(&http.Client{Transport: transport}))...)
	require.NoError(t, err)
	return client
}

// nth returns a function whose nth call calls do.
func nth(n int64, do func()) func() {
	var calls atomic.Int64
	return func() {
		if calls.Add(1) == n {
			do()
		}
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }
