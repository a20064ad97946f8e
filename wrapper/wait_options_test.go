package wrapper_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// waits are all waits, each of a client and an image that is being imported for something that takes ten minutes.
var waits = []struct {
	name string
	call func(context.Context, *wrapper.Client, int64, ...wrapper.WaitOption) error
}{
	{
		name: "WaitAvailable",
		call: func(ctx context.Context, c *wrapper.Client, id int64, options ...wrapper.WaitOption) error {
			return second(c.WaitAvailable(ctx, id, options...))
		},
	},
	{
		name: "CreateAndWait",
		call: func(ctx context.Context, c *wrapper.Client, _ int64, options ...wrapper.WaitOption) error {
			return second(c.CreateAndWait(ctx, createParams, options...))
		},
	},
	{
		name: "WaitAllAvailable",
		call: func(ctx context.Context, c *wrapper.Client, id int64, options ...wrapper.WaitOption) error {
			return second(wrapper.Collect(c.WaitAllAvailable(ctx, []int64{id, 6_000_000}, options...)))
		},
	},
	{
		name: "WaitAction",
		call: func(ctx context.Context, c *wrapper.Client, id int64, options ...wrapper.WaitOption) error {
			if _, err := c.WaitAvailable(ctx, id); err != nil {
				return err
			}
			action, err := c.Transfer(ctx, id, gen.RegionSlugFra1)
			if err != nil {
				return err
			}
			return second(c.WaitAction(ctx, id, action.ID, options...))
		},
	},
	{
		name: "Distribute",
		call: func(ctx context.Context, c *wrapper.Client, id int64, options ...wrapper.WaitOption) error {
			if _, err := c.WaitAvailable(ctx, id); err != nil {
				return err
			}
			return c.Distribute(ctx, id, []gen.RegionSlug{gen.RegionSlugFra1}, options...)
		},
	},
}

func TestEveryWaitOptionReachesEveryWait(t *testing.T) {
	for _, wait := range waits {
		t.Run(wait.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := fakeapi.New(fakeapi.WithImportTime(10*time.Minute), fakeapi.WithActionTime(10*time.Minute))
				client, _ := fakeClient(t, fake)
				var polled []time.Time
				err := wait.call(t.Context(), client, imports(t, client, 1)[0],
					wrapper.WithInterval(time.Minute, 2*time.Minute),
					wrapper.WithProgress(func(p wrapper.Progress) {
						polled = append(polled, time.Now())
						assert.Equal(t, len(polled), p.Polls)
						assert.NotEmpty(t, p.Subject)
						assert.NotEmpty(t, p.Status)
						assert.NoError(t, p.Err)
					}))
				require.NoError(t, err)
				require.GreaterOrEqual(t, len(polled), 6)
				for i, want := range []float64{60, 90, 120, 120, 120} {
					assert.InDelta(t, want, polled[i+1].Sub(polled[i]).Seconds(), want/5, "pause %d", i)
				}
			})
		})
	}
}

func TestProgressOfWaitAllAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := fakeClient(t, fakeapi.New(fakeapi.WithImportTime(10*time.Minute)))
		public := int64(6_000_000)
		var first, latest wrapper.Progress
		progress := wrapper.WithProgress(func(p wrapper.Progress) {
			if p.Polls == 1 {
				first = p
			}
			latest = p
		})
		_, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), append(imports(t, client, 2), public), progress))
		require.NoError(t, err)
		assert.Equal(t, "3 images", first.Subject)
		assert.Equal(t, "1 of 3 ended", first.Status)
		assert.Equal(t, "3 of 3 ended", latest.Status)
	})
}

// Transfers run at the same time, but their progress is reported one call after the other.
func TestProgressOfDistributeIsOneCallAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := fakeClient(t, fakeapi.New(fakeapi.WithActionTime(10*time.Minute)))
		id := available(t, client)
		var running atomic.Int64
		subjects := map[string]int{} // without a lock, which the race detector would find
		regions := []gen.RegionSlug{gen.RegionSlugFra1, gen.RegionSlugAms3, gen.RegionSlugSgp1}
		err := client.Distribute(t.Context(), id, regions, wrapper.WithProgress(func(p wrapper.Progress) {
			assert.Equal(t, int64(1), running.Add(1))
			defer running.Add(-1)
			time.Sleep(time.Second)
			subjects[p.Subject]++
		}))
		require.NoError(t, err)
		assert.Len(t, subjects, 3)
	})
}

func TestWaitWithoutProgress(t *testing.T) {
	client := newClient(t, respond(200, image42, nil))
	_, err := client.WaitAvailable(t.Context(), 42, wrapper.WithProgress(nil))
	assert.NoError(t, err)
}
