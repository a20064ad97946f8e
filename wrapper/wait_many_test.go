package wrapper_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// imports starts n imports and returns their ids. Those whose indexes are in failing will fail.
func imports(t *testing.T, client *wrapper.Client, n int, failing ...int) (ids []int64) {
	t.Helper()
	for i := range n {
		address := "https://example.com/a.img"
		if slices.Contains(failing, i) {
			address = "https://example.com/a.txt"
		}
		image, err := client.Create(t.Context(), gen.ImageCreate{Name: fmt.Sprint("import ", i), URL: address, Region: gen.RegionSlugNyc3})
		require.NoError(t, err)
		ids = append(ids, image.ID)
	}
	return ids
}

func TestWaitAllAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithImportTime(10*time.Minute), fakeapi.WithRateLimit(0, 0))
		client, _ := fakeClient(t, fake)
		ids := imports(t, client, 20, 3, 7)
		var available, failed []int64
		for image, err := range client.WaitAllAvailable(t.Context(), append(ids, ids[0])) {
			if err == nil {
				assert.Equal(t, gen.ImageStatusAvailable, image.Status)
				available = append(available, image.ID)
				continue
			}
			var failure *wrapper.ImageFailedError
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, image, failure.Image)
			failed = append(failed, image.ID)
		}
		all := append(slices.Clone(available), failed...)
		slices.Sort(all)
		assert.Equal(t, ids, all, "each once")
		assert.ElementsMatch(t, []int64{ids[3], ids[7]}, failed)
	})
}

// The polls of 150 images are shared: at most a fiftieth of the requests that a wait for each would make.
func TestWaitAllAvailableSharesItsPolls(t *testing.T) {
	t.Parallel()
	for _, others := range []int{0, 60, size(300, 2000)} { // images that are not awaited
		requests := func(wait func(*testing.T, *wrapper.Client, []int64)) (n int) {
			synctest.Test(t, func(t *testing.T) {
				fake := fakeapi.New(fakeapi.WithCatalogue(others, 1), fakeapi.WithImportTime(10*time.Minute), fakeapi.WithRateLimit(0, 0))
				client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
				require.NoError(t, err)
				ids := imports(t, client, 150)
				before := fake.Requests()
				wait(t, client, ids)
				n = fake.Requests() - before
			})
			return n
		}
		together := requests(func(t *testing.T, client *wrapper.Client, ids []int64) {
			images, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), ids))
			require.NoError(t, err)
			assert.Len(t, images, 150)
		})
		single := 150 * requests(func(t *testing.T, client *wrapper.Client, ids []int64) {
			_, err := client.WaitAvailable(t.Context(), ids[0])
			require.NoError(t, err)
		})
		t.Logf("%d other images: %d requests together, %d one by one", others, together, single)
		assert.LessOrEqual(t, together*50, single, "%d other images", others)
	}
}

// An image that the list lacks, such as a public one, is read by itself; so is the last that is awaited.
func TestWaitAllAvailableReadsOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		client, _ := fakeClient(t, fake)
		public, err := client.GetBySlug(t.Context(), "ubuntu-24-04-x64")
		require.NoError(t, err)
		ids := imports(t, client, 2)
		paths := map[string]int{}
		watch := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			paths[req.URL.Path]++
			return fake.RoundTrip(req)
		})}
		client, err = wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(watch))
		require.NoError(t, err)
		images, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), []int64{ids[0], public.ID, ids[1]}))
		require.NoError(t, err)
		assert.Len(t, images, 3)
		assert.Equal(t, public.ID, images[0].ID, "an available image is yielded at once")
		assert.Equal(t, 1, paths[fmt.Sprintf("/v2/images/%d", public.ID)])

		clear(paths)
		_, err = wrapper.Collect(client.WaitAllAvailable(t.Context(), ids[:1]))
		require.NoError(t, err)
		assert.Equal(t, map[string]int{fmt.Sprintf("/v2/images/%d", ids[0]): 1}, paths)
	})
}

func TestWaitAllAvailableFailsOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithImportTime(time.Hour))
		client, _ := fakeClient(t, fake)
		ids := imports(t, client, 3)
		require.NoError(t, client.Delete(t.Context(), ids[1]))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		start := time.Now()
		got := map[int64]error{}
		for image, err := range client.WaitAllAvailable(ctx, ids) {
			got[image.ID] = err
			if image.ID == ids[1] {
				assert.Zero(t, time.Since(start), "what cannot become available is reported at once")
			}
		}
		require.Len(t, got, 3)
		assert.ErrorIs(t, got[ids[1]], wrapper.ErrNotFound)
		for _, id := range []int64{ids[0], ids[2]} {
			var waitError *wrapper.WaitError
			require.ErrorAs(t, got[id], &waitError)
			assert.ErrorIs(t, waitError, context.DeadlineExceeded)
			assert.Equal(t, fmt.Sprintf("image %d", id), waitError.Subject)
			assert.Equal(t, "NEW", waitError.Status)
			assert.Equal(t, 10*time.Minute, waitError.Elapsed)
			assert.Positive(t, waitError.Polls)
		}
	})
}

// A failure of one image does not end the wait for the others.
func TestWaitAllAvailableGoesOnAfterAFailureOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithImportTime(10 * time.Minute))
		client, _ := fakeClient(t, fake)
		ids := imports(t, client, 2)
		fake.Inject(fakeapi.Fault{Operation: "images_get", Do: fakeapi.Status(500)})
		got := map[int64]error{}
		for image, err := range client.WaitAllAvailable(t.Context(), append(ids, 6_000_000)) { // a public image
			got[image.ID] = err
		}
		require.Len(t, got, 3)
		assert.ErrorIs(t, got[6_000_000], wrapper.ErrServer)
		assert.NoError(t, got[ids[0]])
	})
}

func TestWaitAllAvailableToleratesTransientFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, fault := range map[string]fakeapi.Fault{
			"server errors": {Operation: "images_list", Count: 4, Do: fakeapi.Status(502)},
			"a burst limit": {Operation: "images_list", Count: 20, Do: fakeapi.BurstLimit(time.Minute)},
			"resets":        {Operation: "images_list", After: 1, Count: 4, Do: fakeapi.Reset()},
		} {
			fake := fakeapi.New(fakeapi.WithImportTime(10 * time.Minute))
			client, _ := fakeClient(t, fake)
			ids := imports(t, client, 3)
			fake.Inject(fault)
			images, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), ids))
			require.NoError(t, err, name)
			assert.Len(t, images, 3, name)
		}
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Status(401)}))
		client, _ := fakeClient(t, fake)
		errs := 0
		for _, err := range client.WaitAllAvailable(t.Context(), []int64{1, 2, 3}) {
			assert.ErrorIs(t, err, wrapper.ErrUnauthorized)
			errs++
		}
		assert.Equal(t, 3, errs)
		assert.Equal(t, 1, fake.Requests())
	})
}

// The limit per minute and transient failures are tolerated for images that are read one by one, too.
func TestWaitAllAvailableToleratesTransientFailuresOfOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, faults := range map[string][]fakeapi.Fault{
			"a burst limit": {{Operation: "images_get", Count: 20, Do: fakeapi.BurstLimit(time.Minute)}},
			"failures, but not five in a row": {
				{Operation: "images_get", Count: 4, Do: fakeapi.Status(500)},
				{Operation: "images_get", After: 5 - 4, Count: 4, Do: fakeapi.Status(500)}, // it counts the requests that the first lets pass
			},
		} {
			fake := fakeapi.New(fakeapi.WithImportTime(10 * time.Minute))
			client, _ := fakeClient(t, fake)
			ids := imports(t, client, 1)
			fake.Inject(faults...)
			images, err := wrapper.Collect(client.WaitAllAvailable(t.Context(), ids))
			require.NoError(t, err, name)
			assert.Len(t, images, 1, name)
		}
	})
}

func TestWaitAllAvailableStopsWithItsLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		client, _ := fakeClient(t, fake)
		ids := imports(t, client, 5)
		seq := client.WaitAllAvailable(t.Context(), ids)
		before := fake.Requests()
		for range 2 { // it can be ranged over again
			for _, err := range seq {
				require.NoError(t, err)
				break
			}
		}
		time.Sleep(time.Hour)
		assert.Less(t, fake.Requests()-before, 10)
		before = fake.Requests()
		// They are public, so that each is read by itself.
		for _, err := range client.WaitAllAvailable(t.Context(), []int64{6_000_000, 6_000_007, 6_000_014}) {
			require.NoError(t, err)
			break
		}
		assert.Equal(t, 2, fake.Requests()-before, "the list, and the first")
		fake = fakeapi.New(fakeapi.WithCatalogue(2000, 1))
		client, _ = fakeClient(t, fake)
		ids = nil
		for _, image := range fake.Images() {
			if !image.Public {
				ids = append(ids, image.ID)
			}
		}
		for _, err := range client.WaitAllAvailable(t.Context(), ids) {
			require.NoError(t, err)
			break
		}
		assert.Equal(t, 1, fake.Requests(), "the first page of many")
		for image, err := range client.WaitAllAvailable(t.Context(), nil) {
			assert.Fail(t, "there is nothing to wait for", "%v %v", image, err)
		}
	})
}

// A total says how many pages there are, and not how many are worth remembering.
func TestWaitAllAvailableWithAWrongTotal(t *testing.T) {
	requests := 0
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		reply(w, 200, fmt.Sprintf(`{"images":[%s,%s],"meta":{"total":2000000000},"links":{}}`, imageJSON(1, "available"), imageJSON(2, "available")))
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, err := range client.WaitAllAvailable(t.Context(), []int64{1, 2}) {
		assert.NoError(t, err)
	}
	runtime.ReadMemStats(&after)
	assert.Equal(t, 1, requests)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10<<20))
}

func TestWaitForOneOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, respond(200, `{"image":`+imageJSON(42, "pending")+`}`, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var subject string
		progress := wrapper.WithProgress(func(p wrapper.Progress) { subject = p.Subject })
		for _, err := range client.WaitAllAvailable(ctx, []int64{42}, progress) {
			require.Error(t, err)
			assert.Equal(t, "1 image", subject)
		}
	})
}
