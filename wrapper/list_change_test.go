package wrapper_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// changing is a list that changes before each of its pages is read.
type changing struct {
	mu     sync.Mutex
	ids    []int64
	newest int64
	change func(*changing)
	all    map[int64]bool // every image that was there at some time
	stayed map[int64]bool // those that were there all the time
}

func newChanging(n int, change func(*changing)) *changing {
	c := &changing{change: change, all: map[int64]bool{}, stayed: map[int64]bool{}}
	for range n {
		c.add(len(c.ids))
		c.stayed[c.newest] = true
	}
	return c
}

func (c *changing) add(place int) {
	c.newest++
	c.ids = slices.Insert(c.ids, place, c.newest)
	c.all[c.newest] = true
}

func (c *changing) remove(place int) {
	delete(c.stayed, c.ids[place])
	c.ids = slices.Delete(c.ids, place, place+1)
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change(c)
	servePage(w, r, c.ids, "api.digitalocean.com")
}

// Images are added and deleted between two pages, but never as many of each. No image is yielded twice. Those that
// stayed are yielded, or the list ends with ErrListChanged.
func TestListUnderChange(t *testing.T) {
	t.Parallel()
	complete, mended, changed := 0, 0, 0
	seeds := size(60, 1000)
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 0))
		often := rng.Float64() / 2
		requests, changes := 0, 0
		list := newChanging(10+rng.IntN(60), func(c *changing) {
			if requests++; requests == 1 || rng.Float64() > often {
				return
			}
			adds, removes := rng.IntN(8), rng.IntN(min(8, len(c.ids)))
			if adds == removes {
				removes = 0
			}
			changes += adds + removes
			for range adds {
				c.add(rng.IntN(len(c.ids) + 1))
			}
			for range removes {
				c.remove(rng.IntN(len(c.ids)))
			}
		})
		repeats := rng.IntN(6)
		client := newClient(t, list.ServeHTTP, wrapper.WithListRereads(repeats), wrapper.WithConcurrency(1+rng.IntN(3)*rng.IntN(8)))
		got := map[int64]bool{}
		var last error
		for image, err := range client.Images(t.Context(), wrapper.ListParams{PerPage: 1 + rng.IntN(12)}) {
			if last = err; err != nil {
				break
			}
			require.False(t, got[image.ID], "seed %d: image %d is duplicated", seed, image.ID)
			got[image.ID] = true
		}
		for id := range got {
			require.True(t, list.all[id])
		}
		if last != nil {
			require.ErrorIs(t, last, wrapper.ErrListChanged, "seed %d", seed)
			times := "once"
			if repeats > 0 {
				times = fmt.Sprintf("%d times", repeats+1)
			}
			require.ErrorContains(t, last, "(read "+times+")")
			changed++
			continue
		}
		complete++
		if changes > 0 {
			mended++
		}
		for id := range list.stayed {
			require.True(t, got[id], "seed %d: image %d was lost", seed, id)
		}
	}
	t.Logf("%d complete, %d of them although they changed; %d ended with ErrListChanged", complete, mended, changed)
	// In which order pages are read at a time differs from run to run, and so do these numbers, though by little.
	assert.Greater(t, mended, seeds/20, "of some 9 in 60")
	assert.Greater(t, changed, seeds/10, "of some 27 in 60")
}

// A list that does not change is read once, and one that changes once is read twice.
func TestListIsReadAgainOnlyWhenItChanged(t *testing.T) {
	for name, test := range map[string]struct {
		change   func(c *changing, request int)
		requests int
	}{
		"no change":                 {change: func(*changing, int) {}, requests: 5},
		"a change before the start": {change: func(c *changing, request int) { changeAt(request, 1, func() { c.remove(0) }) }, requests: 5},
		"a loss":                    {change: func(c *changing, request int) { changeAt(request, 3, func() { c.remove(0) }) }, requests: 10},
		"an addition at the head":   {change: func(c *changing, request int) { changeAt(request, 3, func() { c.add(0) }) }, requests: 6 + 6},
		"an addition at the end":    {change: func(c *changing, request int) { changeAt(request, 3, func() { c.add(len(c.ids)) }) }, requests: 6 + 6},
		"as many of each, seen by a duplicate": {change: func(c *changing, request int) {
			changeAt(request, 3, func() { c.add(0); c.remove(len(c.ids) - 1) })
		}, requests: 10},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			list := newChanging(50, func(c *changing) {
				requests++
				test.change(c, requests)
			})
			images, err := wrapper.Collect(newClient(t, list.ServeHTTP, wrapper.WithConcurrency(1)).Images(t.Context(), wrapper.ListParams{PerPage: 10}))
			require.NoError(t, err)
			assert.Equal(t, test.requests, requests)
			got := map[int64]bool{}
			for _, image := range images {
				got[image.ID] = true
			}
			for id := range list.stayed {
				assert.True(t, got[id], id)
			}
		})
	}
}

func changeAt(request, at int, change func()) {
	if request == at {
		change()
	}
}

// What no client of offset paging can see, as the package comment says. One image is deleted from a page that was
// read, and one is created after it, between two pages. Every total, count and link stays as it was.
func TestLossThatOffsetPagingCannotShow(t *testing.T) {
	requests := 0
	list := newChanging(50, func(c *changing) {
		if requests++; requests == 3 {
			c.remove(0)
			c.add(len(c.ids))
		}
	})
	images, err := wrapper.Collect(newClient(t, list.ServeHTTP, wrapper.WithConcurrency(1)).Images(t.Context(), wrapper.ListParams{PerPage: 10}))
	require.NoError(t, err, "nothing shows the change")
	ids := map[int64]bool{}
	for _, image := range images {
		ids[image.ID] = true
	}
	assert.False(t, ids[21], "it moved from the third page to the second, which had been read")
	assert.True(t, list.stayed[21])
	assert.Len(t, images, 50)
}

// Pages of a list that is read again have only new images, but the totals of the API.
func TestPagesOfAListThatIsReadAgain(t *testing.T) {
	requests := 0
	list := newChanging(30, func(c *changing) {
		if requests++; requests == 2 {
			c.remove(0)
		}
	})
	var sizes, totals []int
	for page, err := range newClient(t, list.ServeHTTP, wrapper.WithConcurrency(1)).ImagePages(t.Context(), wrapper.ListParams{PerPage: 10}) {
		require.NoError(t, err)
		sizes, totals = append(sizes, len(page.Images)), append(totals, page.Meta.Total)
	}
	assert.Equal(t, []int{10, 10, 9, 1}, sizes)
	assert.Equal(t, []int{30, 29, 29, 29}, totals)
}

// A server that repeats its pages without end is read as often as any list that changes.
func TestListThatNeverEnds(t *testing.T) {
	requests := 0
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		reply(w, 200, fmt.Sprintf(`{"images":[%s],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=%d"}},"meta":{"total":9}}`, imageJSON(1, "available"), page+1))
	}, wrapper.WithConcurrency(1))
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 1}))
	require.ErrorIs(t, err, wrapper.ErrListChanged)
	assert.Len(t, images, 1)
	assert.Equal(t, 6, requests)

	client = newClient(t, func(w http.ResponseWriter, r *http.Request) {
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		reply(w, 200, fmt.Sprintf(`{"images":[],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=%d"}},"meta":{"total":9}}`, page+1))
	})
	_, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 1}))
	require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	assert.ErrorContains(t, err, "it is empty and has a next link")
}
