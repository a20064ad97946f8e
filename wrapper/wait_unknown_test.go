package wrapper_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// unknownWaits are all waits. Each has the path of what it polls, and whether ErrNotFound does not end it for a minute.
var unknownWaits = []struct {
	name, path  string
	justCreated bool
	call        func(context.Context, *wrapper.Client, ...wrapper.WaitOption) error
}{
	{
		name: "WaitAvailable", path: "/v2/images/42",
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(c.WaitAvailable(ctx, 42, options...))
		},
	},
	{
		name: "WaitAvailable, just created", path: "/v2/images/42", justCreated: true,
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(c.WaitAvailable(ctx, 42, append(options, wrapper.WithJustCreated())...))
		},
	},
	{
		name: "WaitAllAvailable", path: "/v2/images/42",
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(wrapper.Collect(c.WaitAllAvailable(ctx, []int64{42, 43}, options...)))
		},
	},
	{
		name: "WaitAllAvailable, just created", path: "/v2/images/42", justCreated: true,
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(wrapper.Collect(c.WaitAllAvailable(ctx, []int64{42, 43}, append(options, wrapper.WithJustCreated())...)))
		},
	},
	{
		name: "CreateAndWait", path: "/v2/images/42", justCreated: true,
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(c.CreateAndWait(ctx, createParams, options...))
		},
	},
	{
		name: "WaitAction", path: "/v2/images/42/actions/7", justCreated: true,
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return second(c.WaitAction(ctx, 42, 7, options...))
		},
	},
	{
		name: "Distribute", path: "/v2/images/42/actions/7", justCreated: true,
		call: func(ctx context.Context, c *wrapper.Client, options ...wrapper.WaitOption) error {
			return c.Distribute(ctx, 42, []gen.RegionSlug{"fra1"}, options...)
		},
	},
}

// hiding serves an API where everything has ended well. To the polls of a path that polls counts, it responds with 404
// and a body instead, until a time has passed.
func hiding(path, body string, forHowLong time.Duration, polls *int) http.HandlerFunc {
	start := time.Now()
	return func(w http.ResponseWriter, r *http.Request) {
		isPolled := r.Method == http.MethodGet && r.URL.Path == path
		if isPolled {
			*polls++
		}
		switch {
		case isPolled && time.Since(start) < forHowLong:
			reply(w, 404, body)
		case strings.Contains(r.URL.Path, "/actions"):
			reply(w, 200, `{"action":`+actionJSON(7, "completed")+`}`)
		case r.Method == http.MethodGet && r.URL.Path == "/v2/images":
			reply(w, 200, `{"images":[`+imageJSON(43, "available")+`],"links":{},"meta":{"total":1}}`)
		default:
			reply(w, 200, image42)
		}
	}
}

// What was just created may be unknown to the API for a while. These failures do not count, however many they are.
func TestWaitForWhatTheAPIDoesNotKnowYet(t *testing.T) {
	for _, wait := range unknownWaits {
		for name, test := range map[string]struct {
			hidden, least, most time.Duration
			isKnown             bool
		}{
			"for 50 seconds": {hidden: 50 * time.Second, least: 50 * time.Second, most: 52 * time.Second, isKnown: true},
			"for two hours":  {hidden: 2 * time.Hour, least: time.Minute, most: 62 * time.Second},
		} {
			t.Run(wait.name+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					polls := 0
					client := newClient(t, hiding(wait.path, apiNotFound, test.hidden, &polls))
					start := time.Now()
					err := wait.call(t.Context(), client, wrapper.WithInterval(time.Second, time.Second))
					if !wait.justCreated {
						require.ErrorIs(t, err, wrapper.ErrNotFound)
						assert.Equal(t, 1, polls)
						return
					}
					assert.GreaterOrEqual(t, time.Since(start), test.least)
					assert.LessOrEqual(t, time.Since(start), test.most)
					assert.Greater(t, polls, 40)
					if test.isKnown {
						assert.NoError(t, err)
					} else {
						assert.ErrorIs(t, err, wrapper.ErrNotFound)
					}
				})
			})
		}
	}
}

// What is not known yet does not count among the failures in a row.
func TestWaitForWhatIsNotKnownYetAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, polls := statuses("404", "404", "404", "404", "404", "404", "502", "502", "404", "502", "502", "available")
		_, err := newClient(t, handler).WaitAvailable(t.Context(), 42, wrapper.WithJustCreated(), wrapper.WithInterval(time.Second, time.Second))
		require.NoError(t, err)
		assert.Equal(t, 12, *polls)
		handler, polls = statuses("404", "404", "502", "502", "404", "502", "404", "502", "502", "available")
		_, err = newClient(t, handler).WaitAvailable(t.Context(), 42, wrapper.WithJustCreated(), wrapper.WithInterval(time.Second, time.Second))
		require.ErrorIs(t, err, wrapper.ErrServer, "the fifth")
		assert.Equal(t, 9, *polls)
	})
}

// A 404 that the API did not send is a failure like that of a gateway: the fifth in a row ends a wait.
func TestWaitWithA404ThatIsNotOfTheAPI(t *testing.T) {
	for _, wait := range unknownWaits {
		t.Run(wait.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				polls := 0
				interval := wrapper.WithInterval(10*time.Second, 10*time.Second)
				client := newClient(t, hiding(wait.path, gatewayPage, 31*time.Second, &polls))
				require.NoError(t, wait.call(t.Context(), client, interval), "four failures, or fewer")
				assert.Greater(t, polls, 3)

				polls = 0
				err := wait.call(t.Context(), newClient(t, hiding(wait.path, gatewayPage, time.Hour, &polls)), interval)
				require.ErrorContains(t, err, "not a response of the API; check the base URL")
				assert.NotErrorIs(t, err, wrapper.ErrNotFound)
				assert.Equal(t, 5, polls)
			})
		})
	}
}

// The list of images is never too new: a 404 of the API ends the wait at once, and any other is a failure to bear.
func TestWaitAllAvailableWithoutAList(t *testing.T) {
	for name, test := range map[string]struct {
		body  string
		polls int
	}{
		"the API":   {body: apiNotFound, polls: 1},
		"a gateway": {body: gatewayPage, polls: 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				polls := 0
				client := newClient(t, hiding("/v2/images", test.body, time.Hour, &polls))
				for _, err := range client.WaitAllAvailable(t.Context(), []int64{42, 43}, wrapper.WithJustCreated()) {
					assert.Equal(t, test.polls == 1, errors.Is(err, wrapper.ErrNotFound), err)
				}
				assert.Equal(t, test.polls, polls)

				polls = 0
				client = newClient(t, hiding("/v2/images", test.body, 15*time.Second, &polls))
				_, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), []int64{42, 43}))
				assert.Equal(t, test.polls > 1, err == nil, err)
			})
		})
	}
}
