package wrapper_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// aheads are how far the clock of the server is ahead of that of the client.
var aheads = []time.Duration{0, 7 * time.Minute, -7 * time.Minute, 26 * time.Hour, -26 * time.Hour}

// dated returns a response of a server whose clock is ahead, and what it says of the budget: with a reset that is so
// far from its Date. Other headers come after that.
func dated(code, remaining int, ahead, reset time.Duration, others ...string) responder {
	return func() (*http.Response, error) {
		now := time.Now().Add(ahead).UTC()
		headers := append([]string{
			"Date", now.Format(http.TimeFormat),
			"ratelimit-limit", "5000",
			"ratelimit-remaining", strconv.Itoa(remaining),
			"ratelimit-reset", strconv.FormatInt(now.Add(reset).Unix(), 10),
		}, others...)
		return status(code, image42, headers...)()
	}
}

// datedRetryAfter returns a 429 of a server whose clock is ahead, with a retry-after that is a date.
func datedRetryAfter(ahead, pause time.Duration) responder {
	return func() (*http.Response, error) {
		now := time.Now().Add(ahead).UTC()
		return status(429, "", "Date", now.Format(http.TimeFormat), "retry-after", now.Add(pause).Format(http.TimeFormat))()
	}
}

// Pauses are as long by any clock.
func TestPausesByAWrongClock(t *testing.T) {
	for name, test := range map[string]struct {
		response    func(ahead time.Duration) responder
		least, most time.Duration // of the pause
		says        time.Duration // RetryAfter
	}{
		"a reset ahead": {
			response: func(ahead time.Duration) responder { return dated(429, 0, ahead, 20*time.Minute) },
			least:    20 * time.Minute,
			most:     20*time.Minute + time.Second,
			says:     20*time.Minute + time.Second,
		},
		"a reset in the past": {
			response: func(ahead time.Duration) responder { return dated(429, 0, ahead, -20*time.Minute) },
			most:     time.Second + 1,
		},
		"a reset now": {
			response: func(ahead time.Duration) responder { return dated(429, 0, ahead, 0) },
			most:     time.Second + 1,
		},
		"a reset in the past, and seconds": {
			response: func(ahead time.Duration) responder {
				return dated(429, 0, ahead, -20*time.Minute, "retry-after", "26")
			},
			least: 26 * time.Second,
			most:  26 * time.Second,
			says:  26 * time.Second,
		},
		"a reset in a year": {
			response: func(ahead time.Duration) responder { return dated(429, 0, ahead, 365*24*time.Hour) },
			least:    time.Hour,
			most:     time.Hour,
			says:     time.Hour,
		},
		"a date": {
			response: func(ahead time.Duration) responder { return datedRetryAfter(ahead, 90*time.Second) },
			least:    90 * time.Second,
			most:     90 * time.Second,
			says:     90 * time.Second,
		},
		"a date in the past": {
			response: func(ahead time.Duration) responder { return datedRetryAfter(ahead, -90*time.Second) },
			most:     time.Second + 1,
		},
	} {
		for _, ahead := range aheads {
			t.Run(name+" "+ahead.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{responses: []responder{test.response(ahead), fine}}
					_, err := s.client(t, wrapper.WithoutAdaptiveLimit()).Get(t.Context(), 42)
					require.NoError(t, err)
					assert.GreaterOrEqual(t, s.pauses()[0], test.least)
					assert.LessOrEqual(t, s.pauses()[0], test.most)

					s = &script{responses: []responder{test.response(ahead)}}
					_, err = s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1})).Get(t.Context(), 42)
					assert.Equal(t, test.says, failed(t, err).RetryAfter)
				})
			})
		}
	}
}

// Without a Date, or with one that is none, the local clock counts.
func TestPausesWithoutADate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, date := range []string{"", "yesterday", strconv.FormatInt(time.Now().Unix(), 10)} {
			reset := strconv.FormatInt(time.Now().Add(20*time.Minute).Unix(), 10)
			s := &script{responses: []responder{
				status(429, "", "Date", date, "ratelimit-limit", "5000", "ratelimit-remaining", "0", "ratelimit-reset", reset),
			}}
			_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1})).Get(t.Context(), 42)
			assert.InDelta(t, 20*time.Minute, failed(t, err).RetryAfter, float64(2*time.Second), date)
		}
	})
}

// The budget keeps the reset as the API sent it, also where it says nothing.
func TestRateLimitKeepsTheReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, reset := range []time.Duration{-time.Hour, 0, time.Hour} {
			client := (&script{responses: []responder{dated(200, 4000, 26*time.Hour, reset)}}).client(t)
			_, err := client.Get(t.Context(), 42)
			require.NoError(t, err)
			want := time.Now().Add(26*time.Hour + reset).Truncate(time.Second)
			assert.True(t, want.Equal(client.RateLimit().Reset), client.RateLimit().Reset)
		}
	})
}

// The adaptive limit spaces and holds back requests for as long by any clock.
func TestAdaptiveLimitByAWrongClock(t *testing.T) {
	for name, test := range map[string]struct {
		remaining []int
		reset     time.Duration
		least     time.Duration // until the last request
		most      time.Duration
	}{
		"a full budget":                     {remaining: []int{4000, 3999}, reset: 40 * time.Minute},
		"one request left":                  {remaining: []int{1}, reset: 40 * time.Minute, least: 19 * time.Minute, most: 21 * time.Minute},
		"an empty budget":                   {remaining: []int{1, 0}, reset: 40 * time.Minute, least: 59 * time.Minute, most: 61 * time.Minute},
		"one that falls to 0 at once":       {remaining: []int{0}, reset: 40 * time.Minute, least: time.Minute, most: time.Minute + 1},
		"few left, and a reset in the past": {remaining: []int{1}, reset: -40 * time.Minute, least: 600 * time.Millisecond, most: 800 * time.Millisecond},
		"none left, and a reset in the past": {
			remaining: []int{1, 0}, reset: -40 * time.Minute, least: 1300 * time.Millisecond, most: 1500 * time.Millisecond,
		},
	} {
		for _, ahead := range aheads {
			t.Run(name+" "+ahead.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{}
					for _, remaining := range append(test.remaining, 4000) {
						left := test.reset
						s.responses = append(s.responses, dated(200, remaining, ahead, left))
					}
					client := s.client(t)
					for range s.responses {
						_, err := client.Get(t.Context(), 42)
						require.NoError(t, err)
					}
					took := s.at[len(s.at)-1].Sub(s.at[0])
					assert.GreaterOrEqual(t, took, test.least)
					assert.LessOrEqual(t, took, test.most)
				})
			})
		}
	}
}

// A refusal holds back the next request for as long by any clock, and says so to one that has not the time.
func TestARefusalHoldsBackByAWrongClock(t *testing.T) {
	for _, ahead := range aheads {
		synctest.Test(t, func(t *testing.T) {
			s := &script{responses: []responder{dated(429, 0, ahead, 20*time.Minute), fine}}
			client := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
			_, err := client.Get(t.Context(), 42)
			require.ErrorIs(t, err, wrapper.ErrRateLimited)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err = client.Get(ctx, 42)
			assert.Zero(t, failed(t, err).Attempts)
			assert.InDelta(t, 20*time.Minute, failed(t, err).RetryAfter, float64(2*time.Second))
			_, err = client.Get(t.Context(), 42)
			require.NoError(t, err)
			assert.InDelta(t, 20*time.Minute, s.pauses()[0], float64(2*time.Second), ahead)
		})
	}
}
