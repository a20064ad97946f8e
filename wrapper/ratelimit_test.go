package wrapper_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

// Twice as many requests as the hour allows, from one goroutine or from several. With the adaptive limiter none is
// refused.
func TestAdaptiveLimitSpacesRequests(t *testing.T) {
	t.Parallel()
	perHour := size(200, 500)
	for _, workers := range []int{1, 8} {
		for _, adaptive := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				options := []wrapper.Option{wrapper.WithoutAdaptiveLimit()}
				if adaptive {
					options = nil
				}
				client, counter := fakeClient(t, fakeapi.New(fakeapi.WithRateLimit(perHour, 0)), options...)
				start := time.Now()
				var running sync.WaitGroup
				for range workers {
					running.Go(func() {
						for range 2 * perHour / workers {
							_, err := client.Get(t.Context(), 6_000_000)
							assert.NoError(t, err)
						}
					})
				}
				running.Wait()
				assert.Equal(t, 2*perHour, counter.seen[200])
				assert.Equal(t, adaptive, counter.seen[429] == 0, "%d workers, %v", workers, counter.seen)
				assert.Less(t, time.Since(start), 2*time.Hour, "it waits no longer than the budget makes it")
			})
		}
	}
}

func TestAdaptiveLimitDoesNotDelayWithAFullBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		perHour := size(1000, 5000)
		client, _ := fakeClient(t, fakeapi.New(fakeapi.WithRateLimit(perHour, 0)))
		start := time.Now()
		for range perHour * 9 / 10 {
			_, err := client.Get(t.Context(), 6_000_000)
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(start))
	})
}

// While budget remains, a request whose deadline precedes its turn is sent at once.
func TestAdaptiveLimitSendsWhileBudgetRemains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, counter := fakeClient(t, fakeapi.New(fakeapi.WithRateLimit(100, 0)))
		for range 100 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := client.Get(ctx, 6_000_000)
			require.NoError(t, err)
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Get(ctx, 6_000_000)
		apiError := failed(t, err)
		assert.ErrorIs(t, err, wrapper.ErrRateLimited)
		assert.Zero(t, apiError.Attempts)
		assert.Positive(t, apiError.RetryAfter)
		assert.EqualError(t, err, "get image 6000000: 429 Too Many Requests: not sent, because the request budget is used up (retry after "+apiError.RetryAfter.String()+") (gave up: its turn would come after the deadline)")
		assert.Zero(t, counter.seen[429])
	})
}

// Nothing is sent if the context has ended, and the error does not blame the budget.
func TestAContextThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, options := range map[string][]wrapper.Option{"by default": nil, "without the adaptive limit": {wrapper.WithoutAdaptiveLimit()}} {
			s := &script{responses: []responder{fine}}
			client := s.client(t, options...)
			ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
			defer cancel()
			for used := range 2 { // by a new client, and by one that had a response
				_, err := client.Create(ctx, createParams)
				apiError := failed(t, err, name)
				assert.Zero(t, apiError.Attempts, name)
				assert.False(t, apiError.MayHaveActed, name)
				assert.ErrorIs(t, err, wrapper.ErrNoResponse, name)
				assert.ErrorIs(t, err, context.DeadlineExceeded, name)
				assert.EqualError(t, err, `create image "a": not sent: context deadline exceeded`, name)
				assert.Len(t, s.at, used, name)
				_, err = client.Get(t.Context(), 42)
				require.NoError(t, err, name)
			}
		}
	})
}

// A reset in the past, an absurd budget or none: requests go on.
func TestAdaptiveLimitSurvivesWrongHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, headers := range map[string][]string{
			"a reset in the past": {"ratelimit-limit", "5000", "ratelimit-remaining", "3", "ratelimit-reset", strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)},
			"no reset":            {"ratelimit-limit", "5000", "ratelimit-remaining", "0", "ratelimit-reset", ""},
			"a reset in a year":   {"ratelimit-limit", "5000", "ratelimit-remaining", "0", "ratelimit-reset", strconv.FormatInt(time.Now().Add(365*24*time.Hour).Unix(), 10)},
			"negative numbers":    {"ratelimit-limit", "-5", "ratelimit-remaining", "-5", "ratelimit-reset", "-5"},
			"a budget of one":     {"ratelimit-limit", "1", "ratelimit-remaining", "0", "ratelimit-reset", "0"},
		} {
			s := &script{responses: []responder{status(200, image42, headers...)}}
			client := s.client(t)
			start := time.Now()
			for range 5 {
				_, err := client.Get(t.Context(), 42)
				require.NoError(t, err, name)
			}
			assert.LessOrEqual(t, time.Since(start), 5*time.Hour, name)
			if name == "a reset in the past" {
				assert.InDelta(t, 4*3600.0/5000, time.Since(start).Seconds(), 0.1, "the pace that lasts")
			}
		}
	})
}

// A budget that was seen to run out is the hour's; one that is suddenly 0 may be the minute's.
func TestHowLongAnEmptyBudgetHoldsBack(t *testing.T) {
	for name, test := range map[string]struct {
		remaining []int
		want      time.Duration
	}{
		"at first":   {remaining: []int{0}, want: time.Minute},
		"a fall":     {remaining: []int{4000, 0}, want: time.Minute},
		"a way down": {remaining: []int{4000, 1, 0}, want: 40 * time.Minute},
		"two falls":  {remaining: []int{4000, 0, 0}, want: 2 * time.Minute}, // the first does not show a way down
		"and a rise": {remaining: []int{4000, 499, 4000, 0}, want: time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			reset := strconv.FormatInt(time.Now().Add(40*time.Minute).Unix(), 10)
			s := &script{}
			for _, remaining := range append(test.remaining, 4000) {
				s.responses = append(s.responses, status(200, image42,
					"ratelimit-limit", "5000", "ratelimit-remaining", strconv.Itoa(remaining), "ratelimit-reset", reset))
			}
			client := s.client(t)
			for range s.responses {
				_, err := client.Get(t.Context(), 42)
				require.NoError(t, err)
			}
			held := s.at[len(s.at)-1].Sub(s.at[0])
			assert.InDelta(t, test.want.Seconds(), held.Seconds(), 2, name)
		})
	}
}

// A response that was under way during a refusal does not undo it, and one with a larger budget ends a long wait.
func TestResponsesWhileRequestsAreHeldBack(t *testing.T) {
	soon := func() string { return strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10) }
	synctest.Test(t, func(t *testing.T) {
		refusedOnce := false
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				time.Sleep(time.Second)
				w.Header().Set("ratelimit-limit", "5000")
				w.Header().Set("ratelimit-remaining", "4000")
				w.Header().Set("ratelimit-reset", soon())
			} else if !refusedOnce {
				refusedOnce = true
				w.Header().Set("retry-after", "60")
				reply(w, 429, "")
				return
			}
			reply(w, 200, image42)
		})
		go func() { _, _ = client.Update(t.Context(), 42, updateName) }()
		synctest.Wait()
		_, err := client.Get(t.Context(), 42)
		require.ErrorIs(t, err, wrapper.ErrRateLimited)
		time.Sleep(2 * time.Second) // the update has its response
		start := time.Now()
		_, err = client.Get(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, 58*time.Second, time.Since(start))
	})
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			remaining := "1"
			if r.Method == http.MethodPut {
				time.Sleep(90 * time.Second)
				remaining = "4000"
			}
			w.Header().Set("ratelimit-limit", "5000")
			w.Header().Set("ratelimit-remaining", remaining)
			w.Header().Set("ratelimit-reset", soon())
			reply(w, 200, image42)
		}, wrapper.WithAttemptTimeout(2*time.Minute))
		go func() { _, _ = client.Update(t.Context(), 42, updateName) }()
		synctest.Wait()
		_, err := client.Get(t.Context(), 42)
		require.NoError(t, err)
		start := time.Now()
		_, err = client.Get(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, 2*time.Minute, time.Since(start), "instead of the half hour that one of two requests would wait")
	})
}

// One refusal holds back every request of the client, so that not each has to be refused.
func TestARefusalHoldsBackAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, counter := fakeClient(t, fakeapi.New(fakeapi.WithRateLimit(0, 250)))
		var running sync.WaitGroup
		for range 10 {
			running.Go(func() {
				for range 50 {
					_, err := client.Get(t.Context(), 6_000_000)
					assert.NoError(t, err)
				}
			})
		}
		running.Wait()
		assert.Equal(t, 500, counter.seen[200])
		assert.LessOrEqual(t, counter.seen[429], 10)
	})
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

func TestWithLimiterIsAskedBeforeEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		s := &script{responses: []responder{down, down, fine}}
		client := s.client(t, wrapper.WithLimiter(limiterFunc(func(ctx context.Context) error {
			assert.Equal(t, "value", ctx.Value(requestKey{}), "the request's context")
			asked++
			assert.Len(t, s.at, asked-1)
			return nil
		})))
		_, err := client.Get(context.WithValue(t.Context(), requestKey{}, "value"), 42)
		require.NoError(t, err)
		assert.Equal(t, 3, asked)
	})
}

type requestKey struct{}

func TestALimiterThatRefuses(t *testing.T) {
	full := errors.New("the budget is used up")
	s := &script{responses: []responder{fine}}
	client := s.client(t, wrapper.WithLimiter(limiterFunc(func(context.Context) error { return full })))
	_, err := client.Get(t.Context(), 42)
	require.ErrorIs(t, err, full)
	require.ErrorIs(t, err, wrapper.ErrNoResponse)
	apiError := failed(t, err)
	assert.Zero(t, apiError.Attempts)
	assert.False(t, apiError.MayHaveActed)
	assert.Empty(t, s.at)
}
