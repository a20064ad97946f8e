package wrapper_test

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// fill returns a body of n bytes at most: begin, then part as often as it fits, then end.
func fill(n int, begin, part, end string) string {
	times := (n - len(begin) - len(end)) / len(part)
	return begin + strings.Repeat(part, times) + end
}

// hostileBodies are of n bytes and would take many times as much when they are decoded.
func hostileBodies(n int) map[string]string {
	const listEnd = `],"links":{},"meta":{"total":1}}`
	const image = `{"images":[{"id":1,"status":"new",`
	return map[string]string{
		"empty images":                    fill(n, `{"images":[{}`, `,{}`, listEnd),
		"null images":                     fill(n, `{"images":[null`, `,null`, listEnd),
		"escaped name":                    fill(n, `{"im\u0061ges":[{}`, `,{}`, listEnd),
		"images with slugs":               fill(n, `{"images":[{"slug":""}`, `,{"slug":"","min_disk_size":1}`, listEnd),
		"duplicate lists":                 fill(n, `{"images":[]`, `,"images":[{},{},{},{},{},{},{},{},{},{}]`, `,"links":{},"meta":{"total":1}}`),
		"images, and padding":             `{"images":[` + strings.Repeat(`{},`, 9999) + `{}` + fill(n-31000, ``, ` `, listEnd),
		"tags":                            fill(n, image+`"tags":[""`, `,""`, `]}`+listEnd),
		"as many tags as may be":          image + `"tags":[""` + strings.Repeat(`,""`, 320_000) + `]}` + fill(n-970_000, ``, ` `, listEnd),
		"null tags":                       fill(n, image+`"tags":[null`, `,null`, `]}`+listEnd),
		"regions":                         fill(n, image+`"regions":["a"`, `,"a"`, `]}`+listEnd),
		"duplicate tags":                  fill(n, image+`"tags":[]`, `,"tags":["","","","",""]`, `}`+listEnd),
		"a long name":                     fill(n, image+`"name":"`, `a`, `"}`+listEnd),
		"escapes":                         fill(n, image+`"name":"`, `\n`, `"}`+listEnd),
		"unpaired surrogates":             fill(n, image+`"name":"`, `\ud800`, `"}`+listEnd),
		"invalid UTF-8":                   fill(n, image+`"name":"`, "\xff", `"}`+listEnd),
		"some invalid UTF-8":              fill(n, image+`"name":"`, "aaaaaa\xff", `"}`+listEnd),
		"invalid UTF-8 now and then":      fill(n, image+`"name":"`, strings.Repeat("a", 9)+"\xff", `"}`+listEnd),
		"invalid UTF-8 in a field's name": fill(n, `{"`, strings.Repeat("a", 10)+"\xff", `":1,"images":[],"links":{},"meta":{"total":0}}`),
		"an unknown array":                fill(n, `{"images":[],"x":{"y":[1`, `,1`, `]},"links":{},"meta":{"total":0}}`),
		"unknown objects":                 fill(n, `{"images":[],"x":{"y":[{}`, `,{}`, `]},"links":{},"meta":{"total":0}}`),
		"many fields":                     fill(n, `{"images":[],"x":0`, `,"x":0`, `,"links":{},"meta":{"total":0}}`),
		"nothing but [":                   strings.Repeat(`[`, n),
		"nothing but {":                   strings.Repeat(`{"a":`, n/5),
		"a link":                          fill(n, `{"images":[],"meta":{"total":0},"links":{"pages":{"next":"`, `a`, `"}}}`),
		"a list of images that are lists": fill(n, `{"images":[[]`, `,[]`, listEnd),
	}
}

// Whatever a server sends, reading it takes less than six times the memory that WithMaxResponseBytes allows for its
// bytes.
func TestMemoryIsBounded(t *testing.T) {
	const most = 4 << 20
	for name, body := range hostileBodies(most) {
		t.Run(name, func(t *testing.T) {
			require.LessOrEqual(t, len(body), most)
			client := bodyClient(t, body, wrapper.WithMaxResponseBytes(most), wrapper.WithListRereads(0))
			var err error
			read := func() {
				for _, err = range client.ImagePages(t.Context(), wrapper.ListParams{}) {
					_ = err // what it says is not looked at, only what it costs
				}
				_, err = client.Get(t.Context(), 42)
			}
			// What is dropped while a collection runs counts as in use, so a busy machine sees more than there is.
			peak := peakOf(read)
			for range 4 {
				if peak >= 6*most {
					peak = min(peak, peakOf(read))
				}
			}
			t.Logf("%.1f times, %v", float64(peak)/most, err)
			assert.Less(t, peak, int64(6*most))
		})
	}
}

// Before they are refused, the items of a page are not even built.
func TestTooManyItemsAreRefusedUnbuilt(t *testing.T) {
	const most = 4 << 20
	for name, path := range map[string]string{"images": "images", "actions": "actions"} {
		t.Run(name, func(t *testing.T) {
			body := fill(most, `{"`+path+`":[{}`, `,{}`, `],"links":{},"meta":{"total":1}}`)
			client := bodyClient(t, body, wrapper.WithMaxResponseBytes(most))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
			if path == "actions" {
				_, err = wrapper.Collect(client.Actions(t.Context(), 42))
			}
			runtime.ReadMemStats(&after)
			require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.ErrorContains(t, err, "more than 10000 items")
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*6*most))
		})
	}
}

// A page of 10,000 items is read, however small they are. One more is refused even where memory is plenty.
func TestPagesOfManyItems(t *testing.T) {
	page := func(n int) string {
		var images []string
		for id := range n {
			images = append(images, imageJSON(int64(id+1), "available"))
		}
		return `{"images":[` + strings.Join(images, ",") + `],"links":{},"meta":{"total":` + strconv.Itoa(n) + `}}`
	}
	images, err := wrapper.Collect(bodyClient(t, page(10_000)).Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Len(t, images, 10_000)
	_, err = wrapper.Collect(bodyClient(t, page(10_001)).Images(t.Context(), wrapper.ListParams{}))
	require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	assert.ErrorContains(t, err, "more than 10000 items")
}

// A limit that a page just keeps to is no reason to refuse it.
func TestAPageAsLargeAsTheLimit(t *testing.T) {
	body := `{"images":[` + strings.Repeat(documented+",", 199) + documented + `],"links":{},"meta":{"total":200}}`
	client := bodyClient(t, body, wrapper.WithMaxResponseBytes(int64(len(body))), wrapper.WithListRereads(0))
	for page, err := range client.ImagePages(t.Context(), wrapper.ListParams{}) {
		require.NoError(t, err)
		assert.Equal(t, 200, page.Meta.Total)
		break
	}
}

// Where the limit is low, a page of small items takes many times its bytes, and yet little memory.
func TestAPageOfSmallItemsUnderALowLimit(t *testing.T) {
	var items []string
	for id := range 1000 {
		items = append(items, `{"id":`+strconv.Itoa(id+1)+`,"status":"new"}`)
	}
	body := `{"images":[` + strings.Join(items, ",") + `],"links":{},"meta":{"total":1000}}`
	client := bodyClient(t, body, wrapper.WithMaxResponseBytes(int64(len(body))))
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Len(t, images, 1000)
}

// bodyClient returns a client that gets the same body for every request.
func bodyClient(t *testing.T, body string, options ...wrapper.Option) *wrapper.Client {
	t.Helper()
	transport := roundTrip(func(req *http.Request) (*http.Response, error) { return status(200, body)() })
	client, err := wrapper.NewClient(canary, append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: transport}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
	}, options...)...)
	require.NoError(t, err)
	return client
}

// peakOf returns how much more memory was in use at most while f ran, as far as the collector saw. It runs all the time
// meanwhile.
func peakOf(f func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	before, peak := heap(), int64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			peak = max(peak, live())
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return max(peak, before) - before
}

// heap returns how many bytes are in use. It collects twice, since what a sync.Pool has outlives the first time.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	return live()
}

// live returns how many bytes the latest collection found in use. What was allocated since does not count.
func live() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

func BenchmarkPage(b *testing.B) {
	body := `{"images":[` + strings.Repeat(documented+",", 199) + documented + `],"links":{},"meta":{"total":200}}`
	transport := roundTrip(func(req *http.Request) (*http.Response, error) { return status(200, body)() })
	client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range client.ImagePages(b.Context(), wrapper.ListParams{}) {
			if err != nil {
				b.Fatal(err)
			}
			break
		}
	}
}
