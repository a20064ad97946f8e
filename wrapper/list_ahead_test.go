package wrapper_test

import (
	"context"
	"math"
	"net/http"
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

// 50 pages at 50 ms each, in order, with as many requests under way as were allowed and no more. By default they take
// three round trips: the first page, the 32 after it, and the 17 that are left.
func TestListReadsAhead(t *testing.T) {
	t.Parallel()
	const pages, roundTrip = 50, 50 * time.Millisecond
	for _, test := range []struct {
		name        string
		options     []wrapper.Option
		concurrency int
		roundTrips  time.Duration
	}{
		{name: "by default", options: nil, concurrency: 32, roundTrips: 3},
		{name: "one at a time", options: []wrapper.Option{wrapper.WithConcurrency(1)}, concurrency: 1, roundTrips: 50},
		{name: "4 at a time", options: []wrapper.Option{wrapper.WithConcurrency(4)}, concurrency: 4, roundTrips: 1 + 13},
		{name: "16 at a time", options: []wrapper.Option{wrapper.WithConcurrency(16)}, concurrency: 16, roundTrips: 1 + 4},
		{name: "50 at a time", options: []wrapper.Option{wrapper.WithConcurrency(50)}, concurrency: 50, roundTrips: 1 + 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			perPage := size(20, 200)
			fake := fakeapi.New(
				fakeapi.WithCatalogue(pages*perPage, 1),
				fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Delay(roundTrip)}),
			)
			client, counter := fakeClient(t, fake, test.options...)
			start := time.Now()
			images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: perPage}))
			require.NoError(t, err, test.name)
			assert.Equal(t, test.roundTrips*roundTrip, time.Since(start), test.name)
			assert.Equal(t, min(test.concurrency, pages-1), counter.most, test.name)
			assert.Equal(t, pages, fake.Requests(), test.name)
			assert.Equal(t, ids(fake.Images()), ids(images), test.name)
		})
	}
}

// ids returns the ids of images.
func ids(images []gen.Image) []int64 {
	var list []int64
	for _, image := range images {
		list = append(list, image.ID)
	}
	return list
}

// Stopping on the first page costs one request. Stopping later leaves nothing running, which the bubble shows.
func TestStoppingCancelsRequestsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(10_000, 1), fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Delay(50 * time.Millisecond)}))
		client, counter := fakeClient(t, fake)
		for _, err := range client.Images(t.Context(), wrapper.ListParams{}) {
			require.NoError(t, err)
			break
		}
		assert.Equal(t, 1, fake.Requests())
		start, read := time.Now(), 0
		for _, err := range client.Images(t.Context(), wrapper.ListParams{}) {
			require.NoError(t, err)
			if read++; read == 201 {
				break
			}
		}
		assert.Equal(t, 100*time.Millisecond, time.Since(start))
		assert.Zero(t, counter.now)
		assert.LessOrEqual(t, fake.Requests(), 1+1+33)
	})
}

// An error comes in order, after every image before it, even if later pages were read earlier.
func TestErrorOfAPageThatWasReadAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(10_000, 1), fakeapi.WithFaults(
			fakeapi.Fault{Page: 7, Do: fakeapi.Status(401)}, fakeapi.Fault{Page: 3, Do: fakeapi.Delay(30 * time.Second)}))
		client, _ := fakeClient(t, fake)
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.ErrorIs(t, err, wrapper.ErrUnauthorized)
		assert.ErrorContains(t, err, "list images: page 7: 401 Unauthorized")
		assert.Len(t, images, 6*200)
	})
}

func TestReadingAheadStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(10_000, 1), fakeapi.WithFaults(fakeapi.Fault{Page: 5, Do: fakeapi.Stall()}))
		client, _ := fakeClient(t, fake)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		images, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, images, 4*200)
		assert.Equal(t, time.Unix(946684801, 0).UTC(), time.Now().UTC())
	})
}

// Requests for pages ahead keep within the budget, too.
func TestReadingAheadKeepsToTheLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(5000, 1), fakeapi.WithRateLimit(0, 250))
		client, counter := fakeClient(t, fake)
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 10}))
		require.NoError(t, err)
		assert.Len(t, images, 5000)
		assert.LessOrEqual(t, counter.seen[429], 32)
	})
}

// When the total grows, the next links lead on.
func TestReadingAheadFollowsAListThatGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(1000, 1), fakeapi.WithFaults(fakeapi.Fault{Page: 3, Count: 1, Do: fakeapi.AddImages(450)}))
		client, _ := fakeClient(t, fake)
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.NoError(t, err)
		assert.Len(t, images, 1450)
	})
}

// However long a list is, the pages that were yielded are released.
func TestListHoldsFewPages(t *testing.T) {
	third := size(5000, 20_000)
	fake := fakeapi.New(fakeapi.WithCatalogue(3*third, 1), fakeapi.WithRateLimit(0, 0))
	client, _ := fakeClient(t, fake, wrapper.WithConcurrency(4)) // so that few pages are read ahead
	var heaps []int64
	read := 0
	for _, err := range client.Images(t.Context(), wrapper.ListParams{}) {
		require.NoError(t, err)
		if read++; read%third == 0 {
			heaps = append(heaps, heap()>>10)
		}
	}
	require.Len(t, heaps, 3)
	// An image takes some 330 bytes. If all were held, this would be 660 bytes for each of a third.
	assert.Less(t, heaps[2], heaps[0]+int64(third)/4, "KB after each third: %v", heaps)
	t.Logf("KB of heap after each third of %d images: %v", 3*third, heaps)
}

func TestAnyNumberOfPagesAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(400, 1), fakeapi.WithRateLimit(0, 0), fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Delay(time.Second)}))
		client, _ := fakeClient(t, fake, wrapper.WithConcurrency(math.MaxInt))
		start := time.Now()
		_, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 20}))
		require.NoError(t, err)
		assert.Equal(t, 2*time.Second, time.Since(start), "the first page, and all others at once")
	})
	synctest.Test(t, func(t *testing.T) { // but not as many as the total of a server says
		var now, most atomic.Int64
		client, err := wrapper.NewClient(canary, wrapper.WithConcurrency(math.MaxInt), wrapper.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			if req.URL.Query().Get("page") != "1" {
				time.Sleep(time.Second)
			}
			return status(200, `{"images":[`+imageJSON(1, "available")+`],"links":{"pages":{"next":"https://a.invalid/?page=2"}},"meta":{"total":20000000}}`)()
		})}))
		require.NoError(t, err)
		_, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.Error(t, err)
		assert.LessOrEqual(t, most.Load(), int64(1000))
	})
}
