package traffic_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// body is a body that counts how often it was closed.
type body struct {
	io.Reader
	closed int
}

func (b *body) Close() error {
	b.closed++
	return nil
}

func newRequest(t *testing.T, method string, content io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.digitalocean.com/v2/images?page=2", content)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer token")
	return req
}

func responding(status int, content io.ReadCloser) testkit.RoundTripper {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status,
			Header:     http.Header{"Content-Type": {"application/json"}},
			Body:       content,
			Request:    req,
		}, nil
	}
}

func TestRoundTripCaptures(t *testing.T) {
	req := newRequest(t, http.MethodPost, strings.NewReader(`{"name":"a"}`))
	var sent string
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		text, err := io.ReadAll(req.Body)
		sent = string(text)
		require.NoError(t, err)
		assert.Equal(t, int64(len(text)), req.ContentLength)
		assert.Equal(t, "Bearer token", req.Header.Get("Authorization"))
		return responding(202, io.NopCloser(strings.NewReader(`{"image":{}}`)))(req)
	})
	resp, exchange, err := traffic.RoundTrip(next, req)
	require.NoError(t, err)
	assert.Equal(t, `{"name":"a"}`, sent)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, `{"image":{}}`, string(text))

	assert.False(t, exchange.Began.IsZero())
	assert.False(t, exchange.Ended.Before(exchange.Began))
	exchange.Began = exchange.Ended // which differ by some microseconds
	assert.Equal(t, traffic.Exchange{
		Method:        http.MethodPost,
		URL:           req.URL,
		RequestHeader: http.Header{"Authorization": {"Bearer token"}},
		RequestBody:   []byte(`{"name":"a"}`),
		Status:        202,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          []byte(`{"image":{}}`),
		Began:         exchange.Ended,
		Ended:         exchange.Ended,
	}, exchange)
}

// A transport has to close the body of a request, and must not change the request.
func TestRoundTripLeavesTheRequestToItsCaller(t *testing.T) {
	req := newRequest(t, http.MethodPost, nil)
	sent := &body{Reader: strings.NewReader("{}")}
	req.Body = sent
	next := testkit.RoundTripper(func(got *http.Request) (*http.Response, error) {
		assert.NotSame(t, req, got)
		assert.Equal(t, 1, sent.closed, "before the request is sent")
		got.Header.Set("Authorization", "changed by next")
		return responding(200, http.NoBody)(got)
	})
	_, exchange, err := traffic.RoundTrip(next, req)
	require.NoError(t, err)
	assert.Equal(t, 1, sent.closed)
	assert.Same(t, sent, req.Body)
	assert.Equal(t, "Bearer token", req.Header.Get("Authorization"))
	assert.Equal(t, "Bearer token", exchange.RequestHeader.Get("Authorization"), "as the caller set it")

	req.URL.Path = "/v2/changed"
	req.Header.Set("Authorization", "changed by its caller")
	assert.Equal(t, "/v2/images", exchange.URL.Path, "the caller owns its request again")
	assert.Equal(t, "Bearer token", exchange.RequestHeader.Get("Authorization"))
}

func TestRoundTripWithoutABody(t *testing.T) {
	for name, none := range map[string]io.ReadCloser{"nil": nil, "NoBody": http.NoBody} {
		req := newRequest(t, http.MethodGet, nil)
		req.Body = none
		next := testkit.RoundTripper(func(got *http.Request) (*http.Response, error) {
			assert.Same(t, req, got, "nothing has to be put back")
			return responding(204, http.NoBody)(got)
		})
		resp, exchange, err := traffic.RoundTrip(next, req)
		require.NoError(t, err, name)
		assert.Empty(t, exchange.RequestBody, name)
		assert.Empty(t, exchange.Body, name)
		text, err := io.ReadAll(resp.Body)
		assert.NoError(t, err, name)
		assert.Empty(t, text, name)
	}
}

// A truncated response is so for the caller, too, in the same place and with the same error.
func TestRoundTripOfABrokenResponse(t *testing.T) {
	broken := errors.New("connection reset")
	content := io.NopCloser(io.MultiReader(strings.NewReader(`{"images":[`), iotest.ErrReader(broken)))
	resp, exchange, err := traffic.RoundTrip(responding(200, content), newRequest(t, http.MethodGet, nil))
	require.NoError(t, err)
	assert.True(t, exchange.Truncated)
	assert.Equal(t, `{"images":[`, string(exchange.Body))
	assert.False(t, exchange.Ended.IsZero())
	for _, want := range []string{`{"images":[`, ""} {
		text, err := io.ReadAll(resp.Body)
		assert.ErrorIs(t, err, broken, "however often it is read")
		assert.Equal(t, want, string(text))
	}
}

// A body that is too large to be judged still passes whole, and only its beginning is held.
func TestRoundTripOfALargeResponse(t *testing.T) {
	const size = traffic.MaxBody + 100_000
	content := &body{Reader: io.LimitReader(zeros{}, size)}
	resp, exchange, err := traffic.RoundTrip(responding(200, content), newRequest(t, http.MethodGet, nil))
	require.NoError(t, err)
	assert.Len(t, exchange.Body, traffic.MaxBody+1)
	assert.False(t, exchange.Truncated, "the server sends more")
	n, err := io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	assert.EqualValues(t, size, n)
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestRoundTripClosesTheBodyOfTheServer(t *testing.T) {
	for name, content := range map[string]io.Reader{
		"whole":  strings.NewReader("{}"),
		"broken": iotest.ErrReader(errors.New("connection reset")),
	} {
		served := &body{Reader: content}
		resp, _, err := traffic.RoundTrip(responding(200, served), newRequest(t, http.MethodGet, nil))
		require.NoError(t, err, name)
		assert.Zero(t, served.closed, "%s: that is the caller's to do", name)
		require.NoError(t, resp.Body.Close(), name)
		assert.Equal(t, 1, served.closed, name)
	}
}

func TestRoundTripFails(t *testing.T) {
	t.Run("next", func(t *testing.T) {
		failed := errors.New("no route to host")
		next := testkit.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, failed })
		resp, exchange, err := traffic.RoundTrip(next, newRequest(t, http.MethodPost, bytes.NewReader([]byte("{}"))))
		assert.Same(t, failed, err)
		assert.Nil(t, resp)
		assert.Zero(t, exchange.Status)
		assert.Equal(t, "{}", string(exchange.RequestBody), "what was to be sent is known")
		assert.False(t, exchange.Began.IsZero())
		assert.True(t, exchange.Ended.IsZero())
	})
	t.Run("the request's body", func(t *testing.T) {
		failed := errors.New("the file is gone")
		req := newRequest(t, http.MethodPost, nil)
		sent := &body{Reader: iotest.ErrReader(failed)}
		req.Body = sent
		next := testkit.RoundTripper(func(*http.Request) (*http.Response, error) {
			t.Error("nothing can be sent")
			return nil, nil
		})
		_, exchange, err := traffic.RoundTrip(next, req)
		assert.Same(t, failed, err)
		assert.Equal(t, 1, sent.closed)
		assert.True(t, exchange.Began.IsZero())
	})
	t.Run("the context", func(t *testing.T) {
		type key struct{}
		req := newRequest(t, http.MethodPost, strings.NewReader("{}"))
		req = req.WithContext(context.WithValue(req.Context(), key{}, "kept"))
		next := testkit.RoundTripper(func(got *http.Request) (*http.Response, error) {
			assert.Equal(t, "kept", got.Context().Value(key{}))
			return nil, context.Canceled
		})
		_, _, err := traffic.RoundTrip(next, req)
		assert.ErrorIs(t, err, context.Canceled)
	})
}

// The body of 101 is the connection, which neither the context nor the server may ever end.
func TestRoundTripOfAnotherProtocol(t *testing.T) {
	for name, closed := range map[string]bool{"1xx": true, "a success": false} {
		status := 200
		if closed {
			status = 101
		}
		served := &body{Reader: strings.NewReader("bytes of another protocol")}
		resp, exchange, err := traffic.RoundTrip(responding(status, served), newRequest(t, http.MethodGet, nil))
		require.NoError(t, err, name)
		assert.Equal(t, status, exchange.Status)
		assert.Equal(t, closed, served.closed == 1, name)
		assert.Equal(t, closed, len(exchange.Body) == 0, name)
		assert.False(t, exchange.Truncated, name)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err, name)
		assert.Equal(t, exchange.Body, text, name)
		require.NoError(t, resp.Body.Close(), name)
	}

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, testkit.Switching(t)+"/v2/images", nil)
	require.NoError(t, err)
	done := make(chan traffic.Exchange, 1)
	go func() {
		_, exchange, err := traffic.RoundTrip(http.DefaultTransport, req)
		assert.NoError(t, err)
		done <- exchange
	}()
	select {
	case exchange := <-done:
		assert.Equal(t, 101, exchange.Status)
	case <-time.After(time.Minute):
		assert.Fail(t, "RoundTrip hangs")
	}
}

// dripping is a body that never ends, and knows nothing of a context.
type dripping struct{}

func (dripping) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return copy(p, " "), nil
}

// The body of a caller's transport need not end with the context.
func TestRoundTripOfABodyWithoutAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 9500*time.Millisecond)
		defer cancel()
		req := newRequest(t, http.MethodGet, nil).WithContext(ctx)
		begin := time.Now()
		resp, exchange, err := traffic.RoundTrip(responding(200, io.NopCloser(dripping{})), req)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Second, time.Since(begin))
		assert.True(t, exchange.Truncated)
		text, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, exchange.Body, text)
	})
}

// http.Client gets along with a mock that has no body, or nothing at all. So does this.
func TestRoundTripOfAnIncompleteResponse(t *testing.T) {
	for _, status := range []int{101, 204} {
		resp, exchange, err := traffic.RoundTrip(responding(status, nil), newRequest(t, http.MethodGet, nil))
		require.NoError(t, err)
		assert.Equal(t, status, exchange.Status)
		assert.Empty(t, exchange.Body)
		require.NoError(t, resp.Body.Close())
	}
	nothing := testkit.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, nil })
	_, _, err := traffic.RoundTrip(nothing, newRequest(t, http.MethodGet, nil))
	assert.ErrorContains(t, err, "neither a response nor an error")
}

// A body that was received whole can be read after the context has ended.
func TestRoundTripBeforeTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	req := newRequest(t, http.MethodGet, nil).WithContext(ctx)
	resp, _, err := traffic.RoundTrip(responding(200, io.NopCloser(strings.NewReader("whole"))), req)
	require.NoError(t, err)
	cancel()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "whole", string(text))
}
