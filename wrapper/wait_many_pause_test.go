package wrapper_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// overloaded responds to the first reads of single images with a status and a pause of two minutes, and then with the
// images. Its list of private images is empty, so that images are read one by one. It keeps when they were.
func overloaded(refusals, status int, reads *[]time.Duration) http.HandlerFunc {
	start := time.Now()
	return func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/v2/images/")
		if name == r.URL.Path {
			reply(w, 200, `{"images":[],"links":{},"meta":{"total":0}}`)
			return
		}
		*reads = append(*reads, time.Since(start))
		if len(*reads) <= refusals {
			w.Header().Set("Retry-After", "120")
			reply(w, status, `{"id":"service_unavailable","message":"down"}`)
			return
		}
		reply(w, 200, `{"image":{"id":`+name+`,"status":"available"}}`)
	}
}

// The pause that the API asks for is kept, also if it is for one image of many.
func TestWaitAllAvailableKeepsToRetryAfter(t *testing.T) {
	for _, ids := range [][]int64{{1}, {1, 2}, {1, 2, 3, 4}} {
		for _, status := range []int{503, 502, 429} {
			synctest.Test(t, func(t *testing.T) {
				var reads []time.Duration
				client := newClient(t, overloaded(1, status, &reads))
				for _, err := range client.WaitAllAvailable(t.Context(), ids) {
					require.NoError(t, err)
				}
				require.Len(t, reads, len(ids)+1)
				assert.GreaterOrEqual(t, reads[1], 2*time.Minute, "%d of %d images", status, len(ids))
				assert.Less(t, reads[1], 3*time.Minute)
			})
		}
	}
}

// A pause that is longer than the deadline ends the wait at once: until then nothing can change.
func TestWaitAllAvailableWithAPauseBeyondItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reads []time.Duration
		client := newClient(t, overloaded(99, 503, &reads))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start, failures := time.Now(), 0
		for _, err := range client.WaitAllAvailable(ctx, []int64{1, 2}) {
			require.ErrorAs(t, err, new(*wrapper.WaitError))
			require.ErrorIs(t, err, wrapper.ErrServer)
			failures++
		}
		assert.Equal(t, 2, failures)
		assert.Len(t, reads, 1)
		assert.Less(t, time.Since(start), time.Second)
	})
}

// A wait that is interrupted in such a pause ends then.
func TestWaitAllAvailableInterruptedInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reads []time.Duration
		client := newClient(t, overloaded(99, 503, &reads))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		start := time.Now()
		_, err := wrapper.Collect(client.WaitAllAvailable(ctx, []int64{1, 2}))
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// What ends is not waited for.
func TestWaitAllAvailableDoesNotPauseForWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "120")
			if strings.HasSuffix(r.URL.Path, "/images") {
				reply(w, 200, `{"images":[],"links":{},"meta":{"total":0}}`)
				return
			}
			reply(w, 404, apiNotFound)
		})
		for _, err := range client.WaitAllAvailable(t.Context(), []int64{1, 2, 3}) {
			require.ErrorIs(t, err, wrapper.ErrNotFound)
		}
		assert.Less(t, time.Since(start), time.Second)
	})
}
