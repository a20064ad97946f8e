package bench

import (
	"context"
	"encoding/json"
	"net/http"
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
					b.ReportAllocs()
					for b.Loop() {
						if n, err := list(b.Context()); err != nil || n != images {
							b.Fatal(n, err)
						}
					}
				})
			}
			theirs := newGodo(b, server)
			run("godo", func(ctx context.Context) (int, error) {
				list, err := listWithGodo(ctx, theirs)
				return len(list), err
			})
			for name, options := range map[string][]wrapper.Option{"doimages": nil, "doimages50": {wrapper.WithConcurrency(50)}, "doimages1": {wrapper.WithConcurrency(1)}} {
				client := newClient(b, server, options...)
				run(name, func(ctx context.Context) (int, error) {
					list, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))
					return len(list), err
				})
			}
		})
	}
}

// One image, through the wrapper and through the generated client alone, in turn: a part of a request over loopback this
// small is less than what the machine's speed changes by from one second to the next.
func BenchmarkGet(b *testing.B) {
	server := serve(b, 0)
	client := newClient(b, server)
	generated, err := gen.NewClientWithResponses(server.URL, gen.WithHTTPClient(&http.Client{Timeout: time.Minute}),
		gen.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			return nil
		}))
	require.NoError(b, err)
	took := [2]time.Duration{}
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
	for turn := 0; b.Loop(); turn++ {
		for i := range calls {
			i = (i + turn) % 2
			start := time.Now()
			calls[i]()
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(float64(took[0])/float64(took[1]), "of-generated")
}

// A page of 200 images, from bytes to types.
func BenchmarkDecode(b *testing.B) {
	page := exchanges(b, 1000)[1].Body
	run := func(name string, decode func() error) {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			}
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
