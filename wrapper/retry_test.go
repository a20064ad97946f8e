package wrapper_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

func TestRetryPausesAreFullJitterAndGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		longest := make([]time.Duration, 7)
		shortest := []time.Duration{time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour, time.Hour}
		for range 400 {
			s := &script{responses: []responder{down}}
			_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 8})).Get(t.Context(), 42)
			require.ErrorIs(t, err, wrapper.ErrServer)
			for i, pause := range s.pauses() {
				longest[i], shortest[i] = max(longest[i], pause), min(shortest[i], pause)
			}
		}
		for i, bound := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
			bound *= time.Second
			assert.LessOrEqual(t, longest[i], bound+1, "pause %d", i)
			assert.Greater(t, longest[i], bound*9/10, "pause %d", i)
			assert.Less(t, shortest[i], bound/10, "pause %d", i)
		}
	})
}

func TestRetryCountsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for attempts, want := range map[int]int{0: 5, 1: 1, 3: 3} {
			s := &script{responses: []responder{down}}
			_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: attempts})).Get(t.Context(), 42)
			apiError := failed(t, err)
			assert.Equal(t, want, apiError.Attempts)
			assert.Len(t, s.at, want)
			assert.Equal(t, want > 1, strings.Contains(err.Error(), "attempts)"), err)
		}
	})
}

func TestRetryOfOneRequestOverridesTheClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{down}}
		client := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
		_, err := client.Get(wrapper.ContextWithRetry(t.Context(), wrapper.Retry{Attempts: 4}), 42)
		require.Error(t, err)
		assert.Len(t, s.at, 4)
		_, err = client.Get(t.Context(), 42)
		require.Error(t, err)
		assert.Len(t, s.at, 5)
	})
}

func TestRetryMaxElapsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{down}}
		start := time.Now()
		_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1000, MaxElapsed: time.Minute})).Get(t.Context(), 42)
		require.ErrorIs(t, err, wrapper.ErrServer)
		assert.LessOrEqual(t, time.Since(start), time.Minute)
		assert.Greater(t, len(s.at), 3)
	})
}

func TestRetryReplaysTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{reset, down, fine}}
		image, err := s.client(t).Update(t.Context(), 42, updateName)
		require.NoError(t, err)
		assert.Equal(t, int64(42), image.ID)
		require.Len(t, s.bodies, 3)
		assert.NotEmpty(t, s.bodies[0])
		assert.Equal(t, s.bodies[0], s.bodies[1])
		assert.Equal(t, s.bodies[0], s.bodies[2])
	})
}

// A body that a caller of the generated client streams cannot be sent again, so the request is not repeated.
func TestBodyThatCannotBeSentAgain(t *testing.T) {
	s := &script{responses: []responder{down}}
	resp, err := s.client(t).API().ImagesUpdateWithBody(t.Context(), 42, "application/json", io.MultiReader(strings.NewReader(`{"name":"a"}`)))
	require.NoError(t, err)
	assert.Equal(t, 503, resp.StatusCode)
	assert.Equal(t, []string{`{"name":"a"}`}, s.bodies)
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := func(in time.Duration) func() (*http.Response, error) {
			return func() (*http.Response, error) {
				return status(429, "", "retry-after", time.Now().Add(in).UTC().Format(http.TimeFormat))()
			}
		}
		budget := func(remaining string, reset time.Duration) func() (*http.Response, error) {
			return func() (*http.Response, error) {
				at := strconv.FormatInt(time.Now().Add(reset).Unix(), 10)
				return status(429, "", "ratelimit-limit", "5000", "ratelimit-remaining", remaining, "ratelimit-reset", at)()
			}
		}
		for name, test := range map[string]struct {
			response    responder
			least, most time.Duration
		}{
			"seconds":                               {response: status(429, "", "retry-after", "26"), least: 26 * time.Second, most: 26 * time.Second},
			"a date":                                {response: date(90 * time.Second), least: 89 * time.Second, most: 90 * time.Second},
			"of a 503":                              {response: status(503, "", "retry-after", "7"), least: 7 * time.Second, most: 7 * time.Second},
			"the reset":                             {response: budget("0", 20*time.Minute), least: 20 * time.Minute, most: 20*time.Minute + time.Second},
			"a reset in the past":                   {response: budget("0", -time.Hour), most: time.Second + 1},
			"a reset of a budget that is not spent": {response: budget("4000", time.Hour), most: time.Second + 1},
			"a date in the past":                    {response: date(-time.Hour), most: time.Second + 1},
			"nonsense":                              {response: status(429, "", "retry-after", "soon"), most: time.Second + 1},
			"neither":                               {response: status(429, ""), most: time.Second + 1},
		} {
			s := &script{responses: []responder{test.response, fine}}
			_, err := s.client(t).Get(t.Context(), 42)
			require.NoError(t, err, name)
			require.Len(t, s.at, 2, name)
			assert.GreaterOrEqual(t, s.pauses()[0], test.least, name)
			assert.LessOrEqual(t, s.pauses()[0], test.most, name)
		}
	})
}

func TestADeadlineThatComesFirstFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reset := strconv.FormatInt(time.Now().Add(20*time.Minute).Unix(), 10)
		for name, test := range map[string]struct {
			response responder
			wait     time.Duration
		}{
			"retry-after":     {response: status(429, `{"id":"too_many_requests","message":"API rate limit exceeded."}`, "retry-after", "26"), wait: 26 * time.Second},
			"ratelimit-reset": {response: status(429, "", "ratelimit-limit", "5000", "ratelimit-remaining", "0", "ratelimit-reset", reset), wait: 20 * time.Minute},
		} {
			s := &script{responses: []responder{test.response}}
			client := s.client(t)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			start := time.Now()
			for attempts := range 2 { // the second is not even sent
				_, err := client.Get(ctx, 42)
				apiError := failed(t, err, name)
				assert.ErrorIs(t, err, wrapper.ErrRateLimited, name)
				assert.Equal(t, "images_get", apiError.Operation)
				assert.InDelta(t, test.wait.Seconds(), apiError.RetryAfter.Seconds(), 1, name)
				assert.Equal(t, 1-attempts, apiError.Attempts, name)
				assert.ErrorContains(t, err, "retry after", name)
			}
			assert.Zero(t, time.Since(start), name)
			assert.Len(t, s.at, 1, name)
			cancel()
		}
	})
}

// A request that pauses learns from the responses to others.
func TestADeadlineThatComesFirstAfterAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for first, acted := range map[int]bool{429: false, 503: true} {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("retry-after", "2")
				if r.Method == http.MethodPut {
					time.Sleep(time.Second)
					w.Header().Set("retry-after", "60")
					reply(w, 429, "")
					return
				}
				reply(w, first, "")
			})
			go func() { _, _ = client.Update(t.Context(), 42, updateName) }()
			synctest.Wait()
			ctx, cancel := context.WithTimeout(wrapper.ContextWithRetry(t.Context(), wrapper.Retry{}), 10*time.Second)
			defer cancel()
			err := client.Delete(ctx, 42)
			apiError := failed(t, err)
			assert.ErrorIs(t, err, wrapper.ErrRateLimited)
			assert.Equal(t, 1, apiError.Attempts)
			assert.Equal(t, 59*time.Second, apiError.RetryAfter)
			assert.Equal(t, acted, apiError.MayHaveActed, "after %d", first)
		}
	})
}

func TestAnEndedContextEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for latest, respond := range map[string]responder{"status 429": status(429, "", "retry-after", "60"), "EOF": failing(io.EOF)} {
			s := &script{responses: []responder{respond}}
			ctx, cancel := context.WithCancelCause(t.Context())
			shutdown := errors.New("shutting down")
			time.AfterFunc(1, func() { cancel(shutdown) })
			_, err := s.client(t).Get(ctx, 42)
			require.ErrorIs(t, err, wrapper.ErrNoResponse)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, shutdown)
			assert.ErrorContains(t, err, latest)
			assert.Len(t, s.at, 1)
		}
	})
}

// Once a POST was sent its effect is unknown, so it is repeated only if it cannot have taken effect.
func TestRetryOfPosts(t *testing.T) {
	created := status(202, `{"image":`+imageJSON(42, "NEW")+`}`)
	limited := status(429, "", "retry-after", "1")
	proxyRefused := failing(&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}})
	synctest.Test(t, func(t *testing.T) {
		for name, test := range map[string]struct {
			retry     wrapper.Retry
			responses []responder
			requests  int
			want      error
			acted     bool
		}{
			"refused, limited":       {responses: []responder{refused, limited, created}, requests: 3},
			"refused every time":     {responses: []responder{refused}, requests: 5, want: wrapper.ErrNoResponse},
			"proxy refused":          {responses: []responder{proxyRefused, created}, requests: 2},
			"certificate":            {responses: []responder{failing(&tls.CertificateVerificationError{Err: io.EOF})}, requests: 1, want: wrapper.ErrNoResponse},
			"reset":                  {responses: []responder{reset, created}, requests: 1, want: wrapper.ErrNoResponse, acted: true},
			"refused, reset":         {responses: []responder{refused, reset, created}, requests: 2, want: wrapper.ErrNoResponse, acted: true},
			"server error":           {responses: []responder{down, created}, requests: 1, want: wrapper.ErrServer, acted: true},
			"reset, and allowed":     {retry: wrapper.Retry{RepeatPosts: true}, responses: []responder{reset, down, created}, requests: 3},
			"refused, server error":  {responses: []responder{refused, down}, requests: 2, want: wrapper.ErrServer, acted: true},
			"reset, server error":    {retry: wrapper.Retry{RepeatPosts: true}, responses: []responder{reset, down}, requests: 5, want: wrapper.ErrServer, acted: true},
			"refused, but only once": {retry: wrapper.Retry{Attempts: 1}, responses: []responder{refused, created}, requests: 1, want: wrapper.ErrNoResponse},
		} {
			s := &script{responses: test.responses}
			_, err := s.client(t, wrapper.WithRetry(test.retry)).Create(t.Context(), createParams)
			assert.Len(t, s.at, test.requests, name)
			if test.want == nil {
				assert.NoError(t, err, name)
				continue
			}
			apiError := failed(t, err, name)
			assert.ErrorIs(t, err, test.want, name)
			assert.Equal(t, test.requests, apiError.Attempts, name)
			assert.Equal(t, test.acted, apiError.MayHaveActed, name)
		}
	})
}

func TestRetryOfDeletes(t *testing.T) {
	gone := status(404, apiNotFound)
	again := status(422, `{"id":"unprocessable_entity","message":"Image Can not delete an already deleted image."}`)
	other := status(422, `{"id":"unprocessable_entity","message":"The image is in use."}`)
	limited := status(429, "", "retry-after", "1")
	truncated := func() (*http.Response, error) {
		resp, err := gone()
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":`), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, err
	}
	synctest.Test(t, func(t *testing.T) {
		for name, test := range map[string]struct {
			responses []responder
			want      error
		}{
			"lost, gone":      {responses: []responder{reset, gone}},
			"lost, again":     {responses: []responder{down, again}},
			"lost, refused":   {responses: []responder{reset, refused, limited, gone}},
			"lost, other":     {responses: []responder{reset, other}, want: wrapper.ErrUnprocessable},
			"gone":            {responses: []responder{gone}, want: wrapper.ErrNotFound},
			"again":           {responses: []responder{again}, want: wrapper.ErrAlreadyDeleted},
			"limited, gone":   {responses: []responder{limited, refused, gone}, want: wrapper.ErrNotFound}, // nothing was deleted by us
			"lost, 204":       {responses: []responder{reset, status(204, "")}},
			"lost every time": {responses: []responder{reset}, want: wrapper.ErrNoResponse},
			"truncated, gone": {responses: []responder{truncated, gone}, want: wrapper.ErrNotFound}, // the status of the first said enough
			"lost, and down":  {responses: []responder{reset, down, limited, down, gone}},
		} {
			s := &script{responses: test.responses}
			err := s.client(t).Delete(t.Context(), 42)
			if test.want == nil {
				assert.NoError(t, err, name)
			} else {
				assert.ErrorIs(t, err, test.want, name)
			}
		}
	})
}

// A failure that would recur is returned at once.
func TestFailuresThatAreNotRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		response responder
		want     error
	}{
		"400":          {response: status(400, "{}")},
		"401":          {response: status(401, "{}"), want: wrapper.ErrUnauthorized},
		"404":          {response: status(404, apiNotFound), want: wrapper.ErrNotFound},
		"422":          {response: status(422, "{}"), want: wrapper.ErrUnprocessable},
		"501":          {response: status(501, "{}"), want: wrapper.ErrServer},
		"no such host": {response: failing(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), want: wrapper.ErrNoResponse},
		"broken JSON":  {response: status(200, "{"), want: wrapper.ErrInvalidResponse},
	} {
		s := &script{responses: []responder{test.response}}
		_, err := s.client(t).Get(t.Context(), 42)
		require.Error(t, err, name)
		assert.Len(t, s.at, 1, name)
		if test.want != nil {
			assert.ErrorIs(t, err, test.want, name)
		}
	}
}

func TestAttemptsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &script{responses: []responder{reset, status(429, "", "retry-after", "26"), fine}}
		logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		_, err := s.client(t, wrapper.WithLogger(logger)).Get(t.Context(), 42)
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 5)
		for i, want := range []string{
			`msg="images API request" method=GET path=/v2/images/42 attempt=1 error=`,
			`msg="images API pause" method=GET path=/v2/images/42 attempt=1 repeated_in=`,
			`msg="images API request" method=GET path=/v2/images/42 attempt=2 status=429 duration=`,
			`msg="images API pause" method=GET path=/v2/images/42 attempt=2 repeated_in=26s`,
			`msg="images API request" method=GET path=/v2/images/42 attempt=3 status=200 duration=`,
		} {
			assert.Contains(t, lines[i], want)
		}
		assert.NotContains(t, log.String(), canary)
	})
}

// The generated client goes through the same retries.
func TestTheGeneratedClientIsRetriedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{down, fine}}
		resp, err := s.client(t).API().ImagesGetWithResponse(t.Context(), "42")
		require.NoError(t, err)
		assert.Equal(t, int64(42), resp.JSON200.Image.ID)
	})
}
