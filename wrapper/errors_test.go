package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

func TestErrorIsOfItsStatus(t *testing.T) {
	sentinels := []error{
		wrapper.ErrUnauthorized, wrapper.ErrForbidden, wrapper.ErrNotFound, wrapper.ErrUnprocessable,
		wrapper.ErrRateLimited, wrapper.ErrServer, wrapper.ErrInvalidResponse,
	}
	for status, want := range map[int]error{
		401: wrapper.ErrUnauthorized,
		403: wrapper.ErrForbidden,
		404: wrapper.ErrNotFound,
		422: wrapper.ErrUnprocessable,
		429: wrapper.ErrRateLimited,
		500: wrapper.ErrServer,
		503: wrapper.ErrServer,
		200: wrapper.ErrInvalidResponse,
		400: nil,
		418: nil,
	} {
		_, err := newClient(t, respond(status, `{"id":"some_id","message":"some message"}`, nil)).Get(t.Context(), 42)
		for _, sentinel := range sentinels {
			assert.Equal(t, sentinel == want, errors.Is(err, sentinel), "%d: %v", status, sentinel)
		}
	}
}

func TestErrorSaysWhatTheAPISaid(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ratelimit-limit", "5000")
		w.Header().Set("ratelimit-remaining", "0")
		w.Header().Set("ratelimit-reset", "1444931833")
		w.Header().Set("retry-after", "26")
		reply(w, 429, `{"id":"too_many_requests","message":"API rate limit exceeded.","request_id":"4d9d8375"}`)
	})
	_, err := client.Get(t.Context(), 42)
	got := failed(t, err)
	assert.Equal(t, "images_get", got.Operation)
	assert.Equal(t, 429, got.Status)
	assert.Equal(t, "too_many_requests", got.ID)
	assert.Equal(t, "API rate limit exceeded.", got.Message)
	assert.Equal(t, "4d9d8375", got.RequestID)
	assert.Equal(t, 26*time.Second, got.RetryAfter)
	assert.Equal(t, wrapper.RateLimit{Limit: 5000, Reset: time.Unix(1444931833, 0)}, got.RateLimit)
	assert.EqualError(t, err, "get image 42: 429 too_many_requests: API rate limit exceeded. (retry after 26s) (request id 4d9d8375)")
}

func TestErrorForBodiesThatAreNotAPIErrors(t *testing.T) {
	for name, test := range map[string]struct{ kind, body, want string }{
		"an HTML page":       {kind: "text/html", body: "<html><h1>502 Bad Gateway</h1></html>", want: "get image 42: 502 Bad Gateway: the body is not an API error (text/html, 37 bytes): <html><h1>502 Bad Gateway</h1></html>"},
		"nothing":            {kind: "", body: "", want: "get image 42: 502 Bad Gateway: the body is empty"},
		"another JSON":       {kind: "application/json", body: `{"errors":[]}`, want: "get image 42: 502 Bad Gateway: the body is not an API error (application/json, 13 bytes): {\"errors\":[]}"},
		"broken JSON":        {kind: "application/json", body: `{"id":"server_err`, want: "get image 42: 502 Bad Gateway: the body is not an API error (application/json, 17 bytes): {\"id\":\"server_err"},
		"only a message":     {kind: "application/json", body: `{"message":"try later"}`, want: "get image 42: 502 Bad Gateway: try later"},
		"an HTML label only": {kind: "text/html", body: `{"id":"server_error","message":"try later"}`, want: "get image 42: 502 server_error: try later"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.Header().Set("x-request-id", "")
				w.WriteHeader(http.StatusBadGateway)
				_, _ = w.Write([]byte(test.body))
			})
			_, err := client.Get(t.Context(), 42)
			assert.EqualError(t, err, test.want)
			assert.ErrorIs(t, err, wrapper.ErrServer)
		})
	}
}

func TestErrorOfAStatusWithoutAName(t *testing.T) {
	_, err := newClient(t, respond(520, "", nil)).Get(t.Context(), 42)
	assert.EqualError(t, err, "get image 42: 520 unknown status: the body is empty")
}

func TestErrorIsShortWhateverTheServerSends(t *testing.T) {
	client := newClient(t, respond(500, `{"id":"server_error","message":"`+strings.Repeat("é", 100_000)+`"}`, nil))
	_, err := client.Get(t.Context(), 42)
	assert.Less(t, len(err.Error()), 1000)
	assert.True(t, strings.HasSuffix(err.Error(), "é…"))
}

// net/http quotes a Location that it cannot parse, of which a server may send megabytes.
func TestErrorIsShortWhateverTheLocation(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://["+strings.Repeat("é", 100_000))
		w.WriteHeader(http.StatusFound)
	})
	_, err := client.Get(t.Context(), 42)
	require.ErrorIs(t, err, wrapper.ErrNoResponse)
	assert.ErrorContains(t, err, "failed to parse Location header")
	for ; err != nil; err = errors.Unwrap(err) {
		assert.Less(t, len(err.Error()), 1000)
	}
}

func TestRetryAfterForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for value, want := range map[string]time.Duration{
			"0":                       0,
			"-5":                      0,
			"120":                     2 * time.Minute,
			"2147483647":              time.Hour,
			"2147483648":              time.Hour,
			"9223372036854775807":     time.Hour,
			"-9223372036854775808":    0,
			"99999999999999999999999": 0,
			"soon":                    0,
			"":                        0,
			time.Now().Add(time.Minute).UTC().Format(http.TimeFormat):  time.Minute,
			time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat): 0,
		} {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", value)
				reply(w, 429, `{"id":"too_many_requests","message":"API rate limit exceeded."}`)
			})
			_, err := client.Get(t.Context(), 42)
			got := failed(t, err)
			assert.Equal(t, want, got.RetryAfter, "retry-after: %q", value)
		}
	})
}

// A success that cannot be used must never become an empty image.
func TestInvalidSuccess(t *testing.T) {
	for name, body := range map[string]string{
		"an empty body":         ``,
		"an empty object":       `{}`,
		"null":                  `null`,
		"a null image":          `{"image":null}`,
		"an empty image":        `{"image":{}}`,
		"an image without id":   `{"image":{"name":"a","status":"available"}}`,
		"a bare image":          imageJSON(42, "available"),
		"no status":             `{"image":{"id":42}}`,
		"another image":         `{"image":` + imageJSON(43, "available") + `}`,
		"a list":                `[]`,
		"an id of another type": `{"image":{"id":"42"}}`,
		"an id out of range":    `{"image":{"id":9223372036854775808}}`,
		"an HTML page":          `<html>log in to the airport's network</html>`,
		"a truncated body":      `{"image":{"id":42,`,
		"trailing data":         `{"image":` + imageJSON(42, "available") + `}}`,
	} {
		t.Run(name, func(t *testing.T) {
			image, err := newClient(t, respond(200, body, nil)).Get(t.Context(), 42)
			require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.Nil(t, image)
			assert.ErrorContains(t, err, "get image 42: 200 OK: the response cannot be used: ")
		})
	}
}

func TestTruncatedBody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(image42))
	}))
	t.Cleanup(server.Close)
	client, err := wrapper.NewClient(canary, wrapper.WithBaseURL(server.URL), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	image, err := client.Get(t.Context(), 42)
	require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	assert.ErrorContains(t, err, "truncated after")
	assert.Nil(t, image)
}

func TestMaxBody(t *testing.T) {
	for bound, want := range map[int64]error{
		int64(len(image42)): nil, math.MaxInt64: nil, int64(len(image42)) - 1: wrapper.ErrInvalidResponse, 1: wrapper.ErrInvalidResponse,
	} {
		_, err := newClient(t, respond(200, image42, nil), wrapper.WithMaxResponseBytes(bound)).Get(t.Context(), 42)
		if want == nil {
			assert.NoError(t, err, bound)
		} else {
			assert.ErrorIs(t, err, want, bound)
			assert.ErrorContains(t, err, fmt.Sprintf("too large: more than %d byte", bound))
		}
	}
}

// endless is a body without an end.
type endless []byte

func (e endless) Read(p []byte) (int, error) { return copy(p, e), nil }

func TestBodyOfUnboundedSize(t *testing.T) {
	spaces := bytes.Repeat([]byte(" "), 1<<16)
	transport := roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(endless(spaces)), ContentLength: -1, Request: req}, nil
	})
	options := []wrapper.Option{wrapper.WithHTTPClient(&http.Client{Transport: transport})}
	limit := size(1<<20, 32<<20) // the default takes seconds with the race detector
	if limit < 32<<20 {
		options = append(options, wrapper.WithMaxResponseBytes(int64(limit)))
	}
	client, err := wrapper.NewClient(canary, options...)
	require.NoError(t, err)
	_, err = client.Get(t.Context(), 42)
	require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	assert.ErrorContains(t, err, fmt.Sprintf("too large: more than %d bytes", limit))
}

// Errors are kept in logs and queues. The megabytes that a server sent must not be.
func TestErrorDoesNotHoldTheBody(t *testing.T) {
	for _, test := range []struct {
		code          int
		before, after string
	}{
		{code: 200, before: `{"id":"`, after: `"}`},
		{code: 500, before: `{"id":"`, after: `"}`},
		{code: 200, before: `{"image":{"created_at":"`, after: `"}}`},
		{code: 200, before: `{"image":{"id":1.`, after: `1}}`},
	} {
		const size = 1 << 18
		code, body := test.code, test.before+strings.Repeat("1", size)+test.after
		before := heap()
		var kept []error
		for range 6 {
			s := &script{responses: []responder{status(code, body)}}
			_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1})).Get(t.Context(), 42)
			require.Error(t, err)
			kept = append(kept, err)
			for ; err != nil; err = errors.Unwrap(err) {
				assert.Less(t, len(err.Error()), 1000, "%d %s", code, test.before)
			}
		}
		assert.Less(t, heap()-before, int64(2*size), "with %d errors of %d %s kept", len(kept), code, test.before)
		runtime.KeepAlive(kept)
	}
}

func TestNoResponseAtAll(t *testing.T) {
	const address = "http://127.0.0.1:1" // a reserved port, which no test server gets
	client, err := wrapper.NewClient(canary, wrapper.WithBaseURL(address), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, err = client.Get(t.Context(), 42)
	require.ErrorContains(t, err, "get image 42: no response: Get ")
	require.ErrorIs(t, err, wrapper.ErrNoResponse)
	require.NotErrorIs(t, err, wrapper.ErrServer)
	var network *url.Error
	require.ErrorAs(t, err, &network)
	apiError := failed(t, err)
	assert.Equal(t, "images_get", apiError.Operation)
	assert.Equal(t, 1, apiError.Attempts)
	assert.False(t, apiError.MayHaveActed)
}

// A server that responds to everything with a page of HTML is not the API, and did nothing.
func TestInvalidSuccessWithoutABody(t *testing.T) {
	for name, call := range map[string]func(context.Context, *wrapper.Client) error{
		"delete":  func(ctx context.Context, c *wrapper.Client) error { return c.Delete(ctx, 42) },
		"accept":  func(ctx context.Context, c *wrapper.Client) error { return c.AcceptAccountTransfer(ctx, 42, 1, "a") },
		"cancel":  func(ctx context.Context, c *wrapper.Client) error { return c.CancelAccountTransfer(ctx, 42, 1) },
		"decline": func(ctx context.Context, c *wrapper.Client) error { return c.DeclineAccountTransfer(ctx, 42, 1) },
	} {
		err := call(t.Context(), newClient(t, respond(200, "<html>log in</html>", nil)))
		assert.ErrorIs(t, err, wrapper.ErrInvalidResponse, name)
		apiError := failed(t, err)
		assert.NotEmpty(t, apiError.Operation)
		for _, body := range []string{"", " \n", "{}", `{"id":"done"}`} {
			assert.NoError(t, call(t.Context(), newClient(t, respond(200, body, nil))), name)
		}
	}
}

// A status or type of the server may have any length.
func TestErrorsOfWaitsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := newClient(t, respond(200, `{"image":`+imageJSON(42, long)+`}`, nil)).WaitAvailable(ctx, 42)
		assert.Less(t, len(err.Error()), 1000)
		_, err = newClient(t, respond(200, `{"image":`+strings.Replace(imageJSON(42, "deleted"), `_message":"`, `_message":"`+long, 1)+`}`, nil)).WaitAvailable(t.Context(), 42)
		assert.Less(t, len(err.Error()), 1000)
		_, err = newClient(t, respond(200, `{"action":{"id":7,"status":"errored","type":"`+long+`"}}`, nil)).WaitAction(t.Context(), 42, 7)
		assert.Less(t, len(err.Error()), 1000)
	})
}
