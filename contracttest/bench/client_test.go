package bench

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// Every image of an account that has 10,000, in a slice.
func BenchmarkList(b *testing.B) {
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run("delay="+delay.String(), func(b *testing.B) {
			server := serve(b, delay)
			run := func(name string, list func(context.Context) (int, error)) {
				b.Run("by="+name, func(b *testing.B) {
					measure(b, func() {
						if n, err := list(b.Context()); err != nil || n != images {
							b.Fatal(n, err)
						}
					})
				})
			}
			theirs := newGodo(b, server)
			run("godo", func(ctx context.Context) (int, error) {
				list, err := listWithGodo(ctx, theirs)
				return len(list), err
			})
			for _, ours := range []struct {
				name    string
				options []wrapper.Option
			}{
				{name: "doimages", options: nil},
				{name: "doimages50", options: []wrapper.Option{wrapper.WithConcurrency(50)}},
				{name: "doimages1", options: []wrapper.Option{wrapper.WithConcurrency(1)}},
			} {
				client := newClient(b, server, ours.options...)
				run(ours.name, func(ctx context.Context) (int, error) {
					list, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))
					return len(list), err
				})
			}
		})
	}
}

// One image, through the wrapper and through the generated client, in turn. The difference is a small part of a
// request over loopback, less than what the machine's speed changes by in a second. So the ratio is that of the calls
// that are faster than nine tenths of their kind, which are those that nothing disturbed.
func BenchmarkGet(b *testing.B) {
	server := serve(b, 0)
	client := newClient(b, server)
	generated, err := gen.NewClientWithResponses(server.URL, gen.WithHTTPClient(&http.Client{Timeout: time.Minute}),
		gen.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			return nil
		}))
	require.NoError(b, err)
	calls := [2]func(){
		func() {
			if _, err := client.Get(b.Context(), one); err != nil {
				b.Fatal(err)
			}
		},
		func() {
			resp, err := generated.ImagesGetWithResponse(b.Context(), strconv.Itoa(one))
			if err != nil || resp.JSON200 == nil {
				b.Fatal(err)
			}
		},
	}
	var times [2][]time.Duration
	for turn := 0; b.Loop(); turn++ {
		for i := range calls {
			i = (i + turn) % 2 // each is first as often as the other
			start := time.Now()
			calls[i]()
			times[i] = append(times[i], time.Since(start))
		}
	}
	b.ReportMetric(fast(times[0])/fast(times[1]), "of-generated")
}

// fast returns the time that a tenth of the calls took at most.
func fast(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/10])
}

// measure runs f for as long as the benchmark lasts. It reports allocations and, beside the mean time, the least:
// other load on the machine adds to a time and never takes from it.
func measure(b *testing.B, f func()) {
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		f()
		least = min(least, time.Since(start))
	}
	b.ReportMetric(least.Seconds(), "least-sec/op")
}

// A page of 200 images, from bytes to types.
func BenchmarkDecode(b *testing.B) {
	page := exchanges(b, 1000)[1].Body
	run := func(name string, decode func() error) {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			measure(b, func() {
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
	run("godo", func() error {
		var list struct {
			Images []godo.Image
			Links  *godo.Links
			Meta   *godo.Meta
		}
		return json.Unmarshal(page, &list)
	})
	run("encoding-json", func() error { return json.Unmarshal(page, new(gen.ImageList)) })
	run("doimages", func() error {
		_, err := wrapper.Decode[gen.ImageList](page)
		return err
	})
}
