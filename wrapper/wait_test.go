package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// statuses responds to one request after the other with an image of each status, and then keeps to the last. A status
// that begins with a digit is an HTTP status instead.
func statuses(list ...string) (handler http.HandlerFunc, polls *int) {
	polls = new(int)
	return func(w http.ResponseWriter, r *http.Request) {
		status := list[min(*polls, len(list)-1)]
		*polls++
		switch status {
		case "429":
			reply(w, 429, `{"id":"too_many_requests","message":"API rate limit exceeded."}`)
		case "429 for a minute":
			w.Header().Set("retry-after", "60")
			reply(w, 429, `{"id":"too_many_requests","message":"API rate limit exceeded."}`)
		case "404":
			reply(w, 404, apiNotFound)
		case "502":
			w.WriteHeader(502)
		case "200 broken":
			reply(w, 200, `{"image":`)
		default:
			reply(w, 200, `{"image":`+imageJSON(42, status)+`}`)
		}
	}, polls
}

func TestWaitAvailableReturnsAtOnceWhenAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("available")
		start := time.Now()
		image, err := newClient(t, handler).WaitAvailable(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, int64(42), image.ID)
		assert.Equal(t, 1, *polls)
		assert.Zero(t, time.Since(start))
	})
}

func TestWaitAvailableKeepsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("NEW", "new", "New", "pending", "thawing", "available")
		image, err := newClient(t, handler).WaitAvailable(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, gen.ImageStatusAvailable, image.Status)
		assert.Equal(t, 6, *polls)
	})
}

func TestWaitIntervalGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var polled []time.Time
		handler, _ := statuses("NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "available")
		progress := wrapper.WithProgress(func(wrapper.Progress) { polled = append(polled, time.Now()) })
		_, err := newClient(t, handler).WaitAvailable(t.Context(), 42, progress, wrapper.WithInterval(10*time.Second, 40*time.Second))
		require.NoError(t, err)
		for i, want := range []float64{10, 15, 22.5, 33.75, 40, 40} {
			assert.InDelta(t, want, polled[i+1].Sub(polled[i]).Seconds(), want/5, "pause %d", i)
		}
	})
}

// There is a pause, however short the interval.
func TestWaitNeverPollsWithoutAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, interval := range [][2]time.Duration{{0, 30 * time.Second}, {0, 0}, {1, 1}} {
			handler, _ := statuses("NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "NEW", "available")
			start := time.Now()
			_, err := newClient(t, handler).WaitAvailable(t.Context(), 42, wrapper.WithInterval(interval[0], interval[1]))
			require.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(start), 8*time.Millisecond, interval)
		}
	})
}

func TestWaitsThatBeganTogetherDriftApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		durations := map[time.Duration]bool{}
		for range 10 {
			handler, _ := statuses("NEW", "available")
			start := time.Now()
			_, err := newClient(t, handler).WaitAvailable(t.Context(), 42)
			require.NoError(t, err)
			durations[time.Since(start)] = true
		}
		assert.Greater(t, len(durations), 1)
	})
}

func TestWaitAvailableFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []gen.ImageStatus{gen.ImageStatusDeleted, gen.ImageStatusRetired} {
			client := newClient(t, respond(200, `{"image":{"id":42,"status":"`+string(status)+`","error_message":"We don't support this format."}}`, nil))
			image, err := client.WaitAvailable(t.Context(), 42)
			var failed *wrapper.ImageFailedError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, status, failed.Image.Status)
			assert.Equal(t, "We don't support this format.", failed.Image.ErrorMessage)
			assert.Equal(t, failed.Image, *image)
			assert.EqualError(t, err, "wait for image 42: image 42 is "+string(status)+": We don't support this format.")
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, _ := statuses("NEW", "pending")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		image, err := newClient(t, handler).WaitAvailable(ctx, 42)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start))
		var waitError *wrapper.WaitError
		require.ErrorAs(t, err, &waitError)
		assert.Equal(t, "image 42", waitError.Subject)
		assert.Equal(t, "pending", waitError.Status)
		assert.Equal(t, time.Hour, waitError.Elapsed)
		assert.Equal(t, gen.ImageStatusPending, image.Status)
		assert.EqualError(t, err, fmt.Sprintf(`wait for image 42: context deadline exceeded (last seen with status "pending"; %d polls in 1h0m0s)`, waitError.Polls))
	})
}

func TestWaitUnderAContextThatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, _ := statuses("NEW")
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("shutting down")
		cancel(cause)
		image, err := newClient(t, handler).WaitAvailable(ctx, 42)
		require.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, cause)
		assert.Nil(t, image)
		assert.EqualError(t, err, "wait for image 42: context canceled: shutting down (no status seen; 0 polls in 0s)")
	})
}

func TestWaitHonoursRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("429 for a minute", "available")
		start := time.Now()
		client := newClient(t, handler, wrapper.WithoutAdaptiveLimit()) // which would make it wait as well
		_, err := client.WaitAvailable(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, 2, *polls)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

func TestWaitThatIsRateLimitedBeyondItsDeadlineFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("NEW", "429 for a minute")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		start := time.Now()
		_, err := newClient(t, handler).WaitAvailable(ctx, 42, wrapper.WithInterval(time.Second, 30*time.Second))
		require.ErrorIs(t, err, wrapper.ErrRateLimited)
		assert.ErrorContains(t, err, "retry after 1m0s")
		assert.Equal(t, 2, *polls)
		assert.Less(t, time.Since(start), 5*time.Second)
	})
}

func TestWaitToleratesTransientFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, _ := statuses("NEW", "502", "200 broken", "502", "502", "NEW", "502", "502", "502", "502",
			"429", "429", "429", "429", "429", "429", "429", "available")
		var failed int
		_, err := newClient(t, handler).WaitAvailable(t.Context(), 42, wrapper.WithProgress(func(p wrapper.Progress) {
			if p.Err != nil {
				failed++
				assert.Equal(t, "NEW", p.Status)
			}
		}))
		require.NoError(t, err)
		assert.Equal(t, 15, failed)
	})
}

func TestWaitGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			statuses []string
			polls    int
			want     error
			text     string
		}{
			{statuses: []string{"NEW", "404"}, polls: 2, want: wrapper.ErrNotFound, text: `(last seen with status "NEW"; 2 polls in `},
			{statuses: []string{"NEW", "502"}, polls: 6, want: wrapper.ErrServer, text: `(last seen with status "NEW"; 6 polls in `},
			{statuses: []string{"200 broken"}, polls: 5, want: wrapper.ErrInvalidResponse, text: `(no status seen; 5 polls in `},
		} {
			handler, polls := statuses(test.statuses...)
			_, err := newClient(t, handler).WaitAvailable(t.Context(), 42)
			require.ErrorIs(t, err, test.want)
			assert.ErrorContains(t, err, test.text)
			assert.Equal(t, test.polls, *polls)
		}
	})
}

// A poll that fails is not repeated at once, since the next poll follows: five failures are five requests.
func TestWaitPollsAreSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{down}}
		_, err := s.client(t).WaitAvailable(t.Context(), 42)
		require.ErrorIs(t, err, wrapper.ErrServer)
		assert.Len(t, s.at, 5)
	})
}

func TestWaitThatWasRateLimitedToTheEndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, _ := statuses("NEW", "429")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		_, err := newClient(t, handler).WaitAvailable(ctx, 42)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, "the latest failed: get image 42: 429 too_many_requests: API rate limit exceeded.")
	})
}

func TestWaitAction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		polls := 0
		final := "completed"
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			polls++
			assert.Equal(t, "/v2/images/42/actions/7", r.URL.Path)
			status := []string{"in-progress", "paused", final}[min(polls-1, 2)]
			reply(w, 200, `{"action":`+actionJSON(7, status)+`}`)
		})
		action, err := client.WaitAction(t.Context(), 42, 7)
		require.NoError(t, err)
		assert.Equal(t, gen.ActionStatusCompleted, action.Status)
		assert.Equal(t, 3, polls)

		polls, final = 0, "errored"
		_, err = client.WaitAction(t.Context(), 42, 7)
		var failed *wrapper.ActionFailedError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, int64(7), failed.Action.ID)
		assert.EqualError(t, err, "wait for action 7 of image 42: action 7 (transfer) is errored")

		polls, final = 0, "paused"
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = client.WaitAction(ctx, 42, 7)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, `last seen with status "paused"`)
	})
}

func TestCreateAndWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("NEW", "NEW", "pending", "available")
		start := time.Now()
		image, err := newClient(t, handler).CreateAndWait(t.Context(), createParams, wrapper.WithInterval(time.Second, 30*time.Second))
		require.NoError(t, err)
		assert.Equal(t, gen.ImageStatusAvailable, image.Status)
		assert.Equal(t, 4, *polls)
		assert.Less(t, time.Since(start), 10*time.Second)
	})
	synctest.Test(t, func(t *testing.T) { // the image that was created is never lost
		handler, _ := statuses("NEW", "404")
		image, err := newClient(t, handler).CreateAndWait(t.Context(), createParams)
		require.ErrorIs(t, err, wrapper.ErrNotFound)
		require.NotNil(t, image)
		assert.Equal(t, int64(42), image.ID)
	})
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("502")
		image, err := newClient(t, handler).CreateAndWait(t.Context(), createParams)
		require.ErrorIs(t, err, wrapper.ErrServer)
		assert.Nil(t, image)
		assert.Equal(t, 1, *polls, "a create is sent once")
	})
}

// retry-after is honoured with any status.
func TestWaitHonoursRetryAfterOfAServerError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{status(503, "", "retry-after", "120"), fine}}
		_, err := s.client(t).WaitAvailable(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{2 * time.Minute}, s.pauses())
	})
}

// The longest interval does not overflow.
func TestWaitWithAnIntervalWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			s := &script{responses: []responder{status(200, `{"image":`+imageJSON(42, "NEW")+`}`)}}
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			_, err := s.client(t).WaitAvailable(ctx, 42, wrapper.WithInterval(math.MaxInt64, math.MaxInt64))
			cancel()
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Len(t, s.at, 1)
		}
	})
}

// A wait whose retry-after is after its deadline ends at once.
func TestWaitWithRetryAfterBeyondItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, code := range []int{429, 503} {
			s := &script{responses: []responder{status(code, "", "retry-after", "3600")}}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			start := time.Now()
			_, err := s.client(t).WaitAvailable(ctx, 42)
			cancel()
			apiError := failed(t, err)
			assert.Equal(t, time.Hour, apiError.RetryAfter)
			assert.Zero(t, time.Since(start))
		}
	})
}
