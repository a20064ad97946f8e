package wrapper_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// An option that cannot be used is an error of NewClient. Found later, it would be a panic, or a failure that is
// repeated.
func TestNewClientRejectsOptions(t *testing.T) {
	var nilLimiter *rate.Limiter
	var nilTransport *http.Transport
	for name, test := range map[string]struct {
		option wrapper.Option
		want   string
	}{
		"a nil option":           {option: nil, want: "option 2 is nil"},
		"a nil HTTP client":      {option: wrapper.WithHTTPClient(nil), want: "WithHTTPClient: the HTTP client is nil"},
		"a nil transport":        {option: wrapper.WithHTTPClient(&http.Client{Transport: nilTransport}), want: "WithHTTPClient: the transport is nil inside its interface"},
		"a nil logger":           {option: wrapper.WithLogger(nil), want: "WithLogger: the logger is nil"},
		"a nil limiter":          {option: wrapper.WithLimiter(nil), want: "WithLimiter: the limiter is nil"},
		"a limiter of nil":       {option: wrapper.WithLimiter(nilLimiter), want: "WithLimiter: the limiter is nil"},
		"a nil function":         {option: wrapper.WithLimiter(limiterFunc(nil)), want: "WithLimiter: the limiter is nil"},
		"a newline":              {option: wrapper.WithUserAgent("inventory\n1.4"), want: "WithUserAgent: the name contains a control character, such as a newline"},
		"a newline at the end":   {option: wrapper.WithUserAgent("inventory\r\n"), want: "WithUserAgent"},
		"a control character":    {option: wrapper.WithUserAgent("inventory\x7f"), want: "WithUserAgent"},
		"negative attempts":      {option: wrapper.WithRetry(wrapper.Retry{Attempts: -1}), want: "retry policy: Attempts -1 and MaxElapsed 0s: neither can be negative"},
		"negative elapsed":       {option: wrapper.WithRetry(wrapper.Retry{MaxElapsed: -1}), want: "retry policy"},
		"negative rereads":       {option: wrapper.WithListRereads(-1), want: "WithListRereads: -1 is negative"},
		"negative concurrency":   {option: wrapper.WithConcurrency(-1), want: "WithConcurrency: -1 is not above 0"},
		"no concurrency":         {option: wrapper.WithConcurrency(0), want: "WithConcurrency: 0 is not above 0"},
		"no bytes":               {option: wrapper.WithMaxResponseBytes(0), want: "WithMaxResponseBytes: 0 is not above 0"},
		"negative bytes":         {option: wrapper.WithMaxResponseBytes(math.MinInt64), want: "WithMaxResponseBytes: -9223372036854775808 is not above 0"},
		"no time for an attempt": {option: wrapper.WithAttemptTimeout(0), want: "WithAttemptTimeout: 0s is not above 0"},
		"less than no time":      {option: wrapper.WithAttemptTimeout(-time.Second), want: "WithAttemptTimeout: -1s is not above 0"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := wrapper.NewClient(canary, wrapper.WithConcurrency(2), test.option)
			require.ErrorContains(t, err, "new client: "+test.want)
			assert.Nil(t, client)
		})
	}
}

func TestRetryOfOneRequestThatCannotBeUsed(t *testing.T) {
	var requests []string
	client := newClient(t, respond(200, "", &requests))
	for _, retry := range []wrapper.Retry{{Attempts: -1}, {MaxElapsed: -time.Second}} {
		for _, name := range []string{"get", "list", "create", "delete"} {
			err := calls[name](wrapper.ContextWithRetry(t.Context(), retry), client)
			assert.ErrorContains(t, err, "retry policy: Attempts ", name)
			assert.NotErrorIs(t, err, wrapper.ErrNoResponse, name)
		}
	}
	assert.Empty(t, requests)
}

// Nothing is sent, and above all nothing is created, if a wait could not begin.
func TestWaitOptionThatCannotBeUsed(t *testing.T) {
	for _, wait := range waits {
		t.Run(wait.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for want, option := range map[string]wrapper.WaitOption{
					"option 2 is nil": nil,
					"WithInterval: -1s and 1s: neither can be negative":  wrapper.WithInterval(-time.Second, time.Second),
					"WithInterval: 1s and -1ns: neither can be negative": wrapper.WithInterval(time.Second, -1),
				} {
					fake := fakeapi.New()
					client, _ := fakeClient(t, fake)
					before, id := fake.Requests(), int64(6_000_000)
					err := callWait(t, wait.name, client, id, wrapper.WithJustCreated(), option)
					assert.ErrorContains(t, err, want)
					assert.Equal(t, before, fake.Requests())
				}
			})
		})
	}
}

// callWait calls a wait of waits, and nothing before it.
func callWait(t *testing.T, name string, client *wrapper.Client, id int64, options ...wrapper.WaitOption) error {
	t.Helper()
	switch name {
	case "WaitAction":
		return second(client.WaitAction(t.Context(), id, 1, options...))
	case "Distribute":
		return client.Distribute(t.Context(), id, []gen.RegionSlug{gen.RegionSlugFra1}, options...)
	}
	for _, wait := range waits {
		if wait.name == name {
			return wait.call(t.Context(), client, id, options...)
		}
	}
	require.Fail(t, "no such wait", name)
	return nil
}

// Whoever watches a log wants to know why a program stands still, without every request in it.
func TestLongPausesAreLoggedAsWarnings(t *testing.T) {
	for name, test := range map[string]struct {
		responses []responder
		calls     int
		want      []string
	}{
		"a refusal":     {responses: []responder{status(429, "", "retry-after", "26"), fine}, calls: 1, want: []string{"level=WARN msg=\"images API pause\" method=GET path=/v2/images/42 attempt=1 repeated_in=26s"}},
		"a short pause": {responses: []responder{status(429, "", "retry-after", "10"), fine}, calls: 1},
		"backoff":       {responses: []responder{reset, fine}, calls: 1},
		"the adaptive limit": {responses: []responder{status(429, "", "retry-after", "90"), fine}, calls: 2, want: []string{
			"level=WARN msg=\"images API pause\" method=GET path=/v2/images/42 attempt=1 asked_to_wait=1m30s",
			"level=WARN msg=\"images API pause\" method=GET path=/v2/images/42 held_back_for=1m30s",
		}},
		"a short one of that": {responses: []responder{status(429, "", "retry-after", "5"), fine}, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				s := &script{responses: test.responses}
				attempts := 5
				if test.calls > 1 {
					attempts = 1 // so that the next call is held back
				}
				client := s.client(t, wrapper.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), wrapper.WithRetry(wrapper.Retry{Attempts: attempts}))
				for range test.calls {
					_, _ = client.Get(t.Context(), 42)
				}
				var lines []string
				for line := range strings.Lines(log.String()) {
					_, line, _ = strings.Cut(strings.TrimSpace(line), " ") // without the time
					lines = append(lines, line)
				}
				assert.Equal(t, test.want, lines)
			})
		})
	}
}

// A context's function sees each response, also those that are refused or repeated, and each page of a list.
func TestContextWithResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []wrapper.ResponseInfo
		ctx := wrapper.ContextWithResponse(t.Context(), func(r wrapper.ResponseInfo) { seen = append(seen, r) })
		s := &script{responses: []responder{
			reset,
			status(429, "", "retry-after", "3"),
			status(404, apiNotFound, "x-request-id", "echo of "+canary, "ratelimit-limit", "5000", "ratelimit-remaining", "4999", "ratelimit-reset", "1444931833"),
		}}
		_, err := s.client(t).Get(ctx, 42)
		require.ErrorIs(t, err, wrapper.ErrNotFound)
		assert.Equal(t, []wrapper.ResponseInfo{
			{Status: 429, RetryAfter: 3 * time.Second, Attempt: 2},
			{Status: 404, RequestID: "echo of [redacted-1]", RateLimit: wrapper.RateLimit{Limit: 5000, Remaining: 4999, Reset: time.Unix(1444931833, 0)}, Attempt: 3},
		}, seen)

		seen = nil
		client := newClient(t, catalogue(500, nil), wrapper.WithConcurrency(1))
		require.NoError(t, second(wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))))
		assert.Len(t, seen, 3)
		require.NoError(t, second(wrapper.Collect(client.Images(context.WithoutCancel(t.Context()), wrapper.ListParams{}))))
		require.NoError(t, second(wrapper.Collect(client.Images(wrapper.ContextWithResponse(ctx, nil), wrapper.ListParams{}))))
		assert.Len(t, seen, 3, "a nil function stands for none")

		slow := newClient(t, func(w http.ResponseWriter, r *http.Request) { time.Sleep(2 * time.Second); reply(w, 503, "") })
		require.Error(t, second(slow.Get(ctx, 42)))
		assert.Equal(t, wrapper.ResponseInfo{Status: 503, Attempt: 1, Duration: 2 * time.Second}, seen[3])
	})
}
