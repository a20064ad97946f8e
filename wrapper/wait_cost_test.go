package wrapper_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A wait sends no more requests than a poll every five seconds would. With -v it prints the cost of imports by length.
func TestWhatAWaitCosts(t *testing.T) {
	runs := size(10, 50) // each with pauses of its own
	t.Logf("%10s %18s %16s %16s", "import", "requests, at most", "every 5 s", "noticed after, at most")
	for _, seconds := range []time.Duration{10, 15, 20, 30, 60, 120, 300, 600, 1200, 1800} {
		takes, most, latest := seconds*time.Second, 0, time.Duration(0)
		fixed := 1 + int(takes/(5*time.Second)) // at once, and every five seconds up to the end
		for range runs {
			synctest.Test(t, func(t *testing.T) {
				start, polls, before := time.Now(), 0, time.Duration(0)
				image, err := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
					polls++
					status := "pending"
					if time.Since(start) >= takes {
						status = "available"
					} else {
						before = time.Since(start)
					}
					reply(w, 200, `{"image":`+imageJSON(42, status)+`}`)
				}).WaitAvailable(t.Context(), 42)
				require.NoError(t, err)
				require.Equal(t, int64(42), image.ID)
				late := time.Since(start) - takes
				most, latest = max(most, polls), max(latest, late)
				interval := time.Since(start) - before
				assert.LessOrEqual(t, interval, 36*time.Second) // the longest, and a fifth
				assert.LessOrEqual(t, interval, takes+takes/5)  // no longer than the import took, and a fifth
			})
		}
		assert.LessOrEqual(t, most, fixed, takes)
		t.Logf("%10s %18d %16d %16s", takes, most, fixed, latest.Round(time.Second/10))
	}
}
