package wrapper_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// piped returns a transport of net/http whose connections lead to serve, without a socket, so that in a synctest bubble
// no timeout takes time. The test ends when each serve has returned.
func piped(t *testing.T, serve func(net.Conn)) *http.Transport {
	t.Helper()
	var running sync.WaitGroup
	t.Cleanup(running.Wait)
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		running.Go(func() {
			defer server.Close()
			serve(server)
		})
		return client, nil
	}}
}

// switchProtocols responds to a request with 101, and holds the connection until the client closes it.
func switchProtocols(conn net.Conn) {
	r := bufio.NewReader(conn)
	if _, err := http.ReadRequest(r); err != nil {
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nX-Request-Id: one\r\n\r\n")
	_, _ = io.Copy(io.Discard, r)
}

// net/http gives the caller the connection of a 101, and neither a context nor a timeout ends its reads.
func TestSwitchingProtocolsEndsTheCall(t *testing.T) {
	for name, timeout := range map[string]time.Duration{"timeout": time.Minute, "no timeout": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				client, err := wrapper.NewClient(canary, wrapper.WithBaseURL("http://localhost"),
					wrapper.WithHTTPClient(&http.Client{Transport: piped(t, switchProtocols), Timeout: timeout}))
				require.NoError(t, err)
				err = calls["create"](t.Context(), client)
				assert.Zero(t, time.Since(start))
				assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
				assert.ErrorContains(t, err, "101 Switching Protocols: the server offers another protocol; its connection was closed (request id one)")
				assert.Equal(t, 101, failed(t, err).Status)
				assert.Equal(t, 1, failed(t, err).Attempts)
			})
		})
	}
}

// However a server takes its time, an attempt ends, without a deadline and with a client without a timeout. A status of
// 1xx before the response, or another content type, makes no difference.
func TestEveryAttemptEnds(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n"
	for name, test := range map[string]struct {
		response string
		drip     string // sent again and again
		want     error
		text     string
		took     time.Duration
	}{
		"nothing":                 {want: wrapper.ErrNoResponse, text: "no progress for 1m0s", took: time.Minute},
		"early hints":             {response: "HTTP/1.1 103 Early Hints\r\n\r\n", want: wrapper.ErrNoResponse, text: "no progress for 1m0s", took: time.Minute},
		"early hints, over again": {drip: "HTTP/1.1 103 Early Hints\r\n\r\n", want: wrapper.ErrNoResponse, text: "no progress for 1m0s", took: time.Minute},
		"headers that drip":       {response: ok, drip: "a: b\r\n", want: wrapper.ErrNoResponse, text: "no progress for 1m0s", took: time.Minute},
		"no body":                 {response: ok + "\r\n", want: wrapper.ErrInvalidResponse, text: "truncated after 0 bytes: no progress for 1m0s", took: time.Minute},
		"a body that stops":       {response: ok + "\r\n{", want: wrapper.ErrInvalidResponse, text: "truncated after 1 byte: no progress for 1m0s", took: time.Minute},
		"a body that drips":       {response: ok + "\r\n", drip: " ", want: wrapper.ErrInvalidResponse, text: "the response took more than 10m0s", took: 10 * time.Minute},
		"an event stream":         {response: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", drip: ": ping\n\n", want: wrapper.ErrInvalidResponse, text: "the response took more than 10m0s", took: 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				transport := piped(t, func(conn net.Conn) {
					r := bufio.NewReader(conn)
					if _, err := http.ReadRequest(r); err != nil {
						return
					}
					_, err := io.WriteString(conn, test.response)
					for err == nil && test.drip != "" {
						time.Sleep(time.Second)
						_, err = io.WriteString(conn, test.drip)
					}
					_, _ = io.Copy(io.Discard, r)
				})
				client := transportClient(t, transport, wrapper.WithBaseURL("http://localhost"), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
				start := time.Now()
				_, err := client.Get(t.Context(), 42)
				assert.Equal(t, test.took, time.Since(start))
				assert.ErrorIs(t, err, test.want)
				assert.ErrorContains(t, err, test.text)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, context.Canceled, "the caller's context has not ended")
			})
		})
	}
}

// The default is a minute of silence, whatever the client; a shorter timeout of the client stays in force.
func TestAttemptTimeout(t *testing.T) {
	slow := func(pauses ...time.Duration) roundTrip { // pauses before the headers, and then before each byte
		return func(req *http.Request) (*http.Response, error) {
			pause := func(d time.Duration) error {
				select {
				case <-time.After(d):
					return nil
				case <-req.Context().Done():
					return req.Context().Err()
				}
			}
			if err := pause(pauses[0]); err != nil {
				return nil, err
			}
			text := image42
			rest := pauses[1:]
			body := reader(func(p []byte) (int, error) {
				if len(rest) == 0 {
					n := copy(p, text)
					text = text[n:]
					if text == "" {
						return n, io.EOF
					}
					return n, nil
				}
				if err := pause(rest[0]); err != nil {
					return 0, err
				}
				rest = rest[1:]
				p[0], text = text[0], text[1:]
				return 1, nil
			})
			return &http.Response{StatusCode: 200, Body: io.NopCloser(body), Request: req}, nil
		}
	}
	many := func(n int, d time.Duration) (list []time.Duration) {
		for range n {
			list = append(list, d)
		}
		return list
	}
	for name, test := range map[string]struct {
		client  http.Client
		options []wrapper.Option
		want    error
		took    time.Duration
	}{
		"silence before the headers": {client: http.Client{Transport: slow(time.Hour)}, want: wrapper.ErrNoResponse, took: time.Minute},
		"silence in the body":        {client: http.Client{Transport: slow(time.Second, time.Hour)}, want: wrapper.ErrInvalidResponse, took: time.Minute + time.Second},
		"slow":                       {client: http.Client{Transport: slow(many(9, 59*time.Second)...)}, took: 9 * 59 * time.Second},
		"too slow":                   {client: http.Client{Transport: slow(many(60, 59*time.Second)...)}, want: wrapper.ErrInvalidResponse, took: 10 * time.Minute},
		"a shorter timeout":          {client: http.Client{Transport: slow(time.Hour), Timeout: time.Second}, want: wrapper.ErrNoResponse, took: time.Second},
		"a longer timeout":           {client: http.Client{Transport: slow(time.Hour), Timeout: time.Hour}, want: wrapper.ErrNoResponse, took: time.Minute},
		"an option":                  {client: http.Client{Transport: slow(5 * time.Minute)}, options: []wrapper.Option{wrapper.WithAttemptTimeout(6 * time.Minute)}, took: 5 * time.Minute},
		"the longest of all":         {client: http.Client{Transport: slow(0, time.Second)}, options: []wrapper.Option{wrapper.WithAttemptTimeout(1 << 62)}, took: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				client, err := wrapper.NewClient(canary, append(test.options, wrapper.WithHTTPClient(&test.client), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))...)
				require.NoError(t, err)
				_, err = client.Get(t.Context(), 42)
				assert.Equal(t, test.took, time.Since(start))
				if test.want == nil {
					assert.NoError(t, err)
					return
				}
				assert.ErrorIs(t, err, test.want)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, context.Canceled)
				var timeout interface{ Timeout() bool }
				require.ErrorAs(t, err, &timeout)
				assert.True(t, timeout.Timeout())
			})
		})
	}
}

// Some bodies of a caller's transport do not look at the context. They end with it, if they return at all.
func TestBodyThatDoesNotLookAtTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drips := reader(func(p []byte) (int, error) { time.Sleep(time.Second); return copy(p, " "), nil })
		client := transportClient(t, roundTrip(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(drips), Request: req}, nil
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := client.Get(ctx, 42)
		assert.ErrorIs(t, err, wrapper.ErrNoResponse)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 6*time.Second, time.Since(start))
	})
}

// never is a server that a request never reaches, and the client for it.
type never struct {
	base   string
	client *http.Client
}

// unreached are the ways in which net/http fails before it has a connection to send a request on. Those that may pass
// are repeated.
func unreached(t *testing.T) map[string]never {
	refusing := func(status int) *http.Client {
		_, client := refusingProxy(t, status)
		return client
	}
	dialling := newHTTPClient(t).Transport.(*http.Transport)
	dialling.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	own := newHTTPClient(t)
	own.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route in sight") }
	return map[string]never{
		"connection refused":          {base: "http://127.0.0.1:1", client: newHTTPClient(t)},
		"an error of a dialer":        {base: "http://127.0.0.1:1", client: own},
		"https to a plain port":       {base: strings.Replace(serve(t, http.NotFoundHandler()), "http:", "https:", 1), client: newHTTPClient(t)},
		"handshake closed":            {base: "https://" + listen(t, func(conn net.Conn) { _ = conn.Close() }), client: newHTTPClient(t)},
		"handshake that hangs":        {base: "https://" + listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }), client: hasty(newHTTPClient(t).Transport)},
		"dialling that hangs":         {base: "https://127.0.0.1:1", client: hasty(dialling)},
		"a proxy that refuses":        {base: "https://api.digitalocean.com", client: refusing(403)},
		"a proxy that asks":           {base: "https://api.digitalocean.com", client: refusing(407)},
		"a proxy that is down":        {base: "https://api.digitalocean.com", client: proxied(t, "http://127.0.0.1:1")},
		"a SOCKS proxy that is down":  {base: "https://api.digitalocean.com", client: proxied(t, "socks5://127.0.0.1:1")},
		"a SOCKS proxy that hangs up": {base: "https://api.digitalocean.com", client: proxied(t, "socks5://"+listen(t, func(conn net.Conn) { _ = conn.Close() }))},
	}
}

// hasty returns a client with a transport that gives up after a quarter of a second. A Timeout of the client would also
// end what a test sends through another transport after that.
func hasty(next http.RoundTripper) *http.Client {
	return &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeout(req.Context(), 250*time.Millisecond)
		defer cancel()
		return next.RoundTrip(req.WithContext(ctx))
	})}
}

func TestWhatWasNeverSentIsRepeated(t *testing.T) {
	t.Parallel()
	for name, server := range unreached(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := wrapper.NewClient(canary, wrapper.WithBaseURL(server.base), wrapper.WithHTTPClient(server.client), wrapper.WithRetry(wrapper.Retry{Attempts: 2}))
			require.NoError(t, err)
			for _, call := range []string{"create", "delete"} {
				err := calls[call](t.Context(), client)
				apiError := failed(t, err)
				assert.ErrorIs(t, err, wrapper.ErrNoResponse)
				assert.Equal(t, 2, apiError.Attempts, "%s: %v", call, err)
				assert.False(t, apiError.MayHaveActed, "%s: %v", call, err)
			}
		})
	}
}

// A DELETE that first does not reach the API, and then is of an image that does not exist, did nothing.
func TestDeleteThatWasNotSentIsNotDone(t *testing.T) {
	t.Parallel()
	fake := fakeapi.New()
	for name, server := range unreached(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attempts := 0
			server.client.Transport = firstThrough(&attempts, server.client.Transport, fake)
			client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(server.base), wrapper.WithHTTPClient(server.client))
			require.NoError(t, err)
			err = client.Delete(t.Context(), 99)
			assert.ErrorIs(t, err, wrapper.ErrNotFound)
			assert.Equal(t, 2, attempts)
		})
	}
}

// firstThrough sends the first request through one transport, and the others through another.
func firstThrough(attempts *int, first, others http.RoundTripper) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		*attempts++
		if *attempts == 1 {
			return first.RoundTrip(req)
		}
		return others.RoundTrip(req)
	}
}

// Once there was a connection, a request may have been sent, whatever error came last: a transport may have sent it
// again by itself.
func TestConnectionThatWasThereCounts(t *testing.T) {
	for name, test := range map[string]struct {
		hooks func(*httptrace.ClientTrace)
		acted bool
	}{
		"no hooks":            {hooks: func(*httptrace.ClientTrace) {}},
		"a connection sought": {hooks: func(c *httptrace.ClientTrace) { c.GetConn("a:443") }},
		"a connection had":    {hooks: func(c *httptrace.ClientTrace) { c.GetConn("a:443"); c.GotConn(httptrace.GotConnInfo{}) }, acted: true},
		"had, and sought again": {hooks: func(c *httptrace.ClientTrace) {
			c.GetConn("a:443")
			c.GotConn(httptrace.GotConnInfo{})
			c.GetConn("a:443")
		}, acted: true},
		"headers only":           {hooks: func(c *httptrace.ClientTrace) { c.WroteHeaders() }, acted: true},
		"headers, no connection": {hooks: func(c *httptrace.ClientTrace) { c.GetConn("a:443"); c.WroteHeaders() }, acted: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			client := transportClient(t, roundTrip(func(req *http.Request) (*http.Response, error) {
				sent++
				test.hooks(httptrace.ContextClientTrace(req.Context()))
				return refused()
			}), wrapper.WithRetry(wrapper.Retry{Attempts: 3}))
			err := calls["create"](t.Context(), client)
			apiError := failed(t, err, name)
			assert.Equal(t, test.acted, apiError.MayHaveActed, name)
			assert.Equal(t, map[bool]int{true: 1, false: 3}[test.acted], sent, name)
		})
	}
}

// The fake calls no hooks. A response that it loses may have had an effect.
func TestLostResponseOfATransportWithoutHooks(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.LoseAnswer()}))
	before := len(fake.Images())
	err := calls["create"](t.Context(), transportClient(t, fake))
	apiError := failed(t, err)
	assert.ErrorIs(t, err, wrapper.ErrNoResponse)
	assert.True(t, apiError.MayHaveActed)
	assert.Len(t, fake.Images(), before+1)
}

// The caller's own hooks are called, too.
func TestHooksOfTheCaller(t *testing.T) {
	var got atomic.Int64
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { got.Add(1) }})
	client, err := wrapper.NewClient(canary, wrapper.WithBaseURL(serve(t, respond(200, image42, nil))), wrapper.WithHTTPClient(newHTTPClient(t)))
	require.NoError(t, err)
	_, err = client.Get(ctx, 42)
	require.NoError(t, err)
	assert.Equal(t, int64(1), got.Load())
}

// A body that cannot be had again is not sent again.
func TestBodyThatCannotBeRewound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{status(429, "")}}
		sender := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 2})).API().ClientInterface.(*gen.Client).Client
		req, err := http.NewRequest(http.MethodPost, "https://api.digitalocean.com/v2/images", strings.NewReader("{}"))
		require.NoError(t, err)
		gone := errors.New("the file is gone")
		req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
		_, err = sender.Do(req)
		apiError := failed(t, err)
		assert.ErrorIs(t, err, gone)
		assert.False(t, apiError.MayHaveActed)
		assert.Len(t, s.at, 1)
	})
}
