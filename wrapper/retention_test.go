package wrapper_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// What ExampleNewest_retention promises: it deletes nothing on the word of a list that is old, or not whole.
func TestRetention(t *testing.T) {
	rename := func(client *wrapper.Client) error {
		return second(client.Update(t.Context(), 2, gen.ImageUpdate{Name: ptr("keep me")}))
	}
	remove := func(client *wrapper.Client) error { return client.Delete(t.Context(), 2) }
	for name, test := range map[string]struct {
		before func(*wrapper.Client) error // called when image 2 is about to be read, or deleted
		method string
		faults []fakeapi.Fault
		left   []int64
		fails  bool
	}{
		"renamed after the list":    {before: rename, method: http.MethodGet, left: []int64{2, 3, 4, 5, 6}},
		"deleted after the list":    {before: remove, method: http.MethodGet, left: []int64{3, 4, 5, 6}},
		"deleted after the reading": {before: remove, method: http.MethodDelete, left: []int64{3, 4, 5, 6}},
		"a list that breaks off":    {faults: []fakeapi.Fault{{Operation: "images_list", Do: fakeapi.Status(400)}}, left: []int64{1, 2, 3, 4, 5, 6}, fails: true},
		"a deletion that fails":     {faults: []fakeapi.Fault{{Operation: "images_delete", Do: fakeapi.Status(400)}}, left: []int64{1, 2, 3, 4, 5, 6}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			fake := fakeapi.New(nightlies())
			other := clientOf(fake, fakeapi.Token)
			transport := roundTrip(func(req *http.Request) (*http.Response, error) {
				if test.before != nil && req.Method == test.method && strings.HasSuffix(req.URL.Path, "/2") {
					require.NoError(t, test.before(other))
				}
				return fake.RoundTrip(req)
			})
			client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
			require.NoError(t, err)
			fake.Inject(test.faults...)
			err = keepNewest(t.Context(), client, "nightly-", 2, false)
			assert.Equal(t, test.fails, err != nil, err)
			var left []int64
			for _, image := range fake.Images() {
				if !image.Public {
					left = append(left, image.ID)
				}
			}
			assert.ElementsMatch(t, test.left, left)
		})
	}
}

// Images that are deleted while the list is read are yielded all the same, if they were on a page that was read before.
// They do not count among those that are kept.
func TestRetentionKeepsImagesThatExist(t *testing.T) {
	for name, test := range map[string]struct {
		kind gen.ImageType
		keep func(*wrapper.Client) error
	}{
		"ExampleNewest_retention": {
			kind: gen.ImageTypeSnapshot,
			keep: func(client *wrapper.Client) error { return keepNewest(t.Context(), client, "nightly-", 202, false) },
		},
		"Example_service": {
			kind: gen.ImageTypeCustom,
			keep: func(client *wrapper.Client) error {
				return (&service{client: client, out: io.Discard}).retain(t.Context(), "nightly-", 202)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var series []gen.Image
			for n := range 205 {
				series = append(series, gen.Image{
					ID:        int64(n + 1),
					Name:      fmt.Sprint("nightly-", n),
					Type:      test.kind,
					CreatedAt: time.Date(2026, time.May, n, 3, 0, 0, 0, time.UTC),
				})
			}
			fake := fakeapi.New(fakeapi.WithRateLimit(0, 0), fakeapi.WithImages(series...), fakeapi.WithFaults(fakeapi.Fault{
				Operation: "images_list",
				Page:      2,
				Count:     1,
				Do:        fakeapi.RemoveImages(2), // the newest, as another process may do
			}))
			require.NoError(t, test.keep(clientOf(fake, fakeapi.Token)))
			left := fake.Images()
			require.Len(t, left, 202)
			assert.Equal(t, int64(203), left[0].ID)
			assert.Equal(t, int64(2), left[201].ID)
		})
	}
}

// However a publication of Example_service fails, it leaves no image.
func TestServiceCleansUp(t *testing.T) {
	web := gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: gen.RegionSlugNyc3}
	for name, fault := range map[string]fakeapi.Fault{
		"a create whose response is lost": {Operation: "images_create_custom", Do: fakeapi.LoseAnswer()},
		"a create that is cut off":        {Operation: "images_create_custom", Do: fakeapi.Truncate()},
		"a create without JSON":           {Operation: "images_create_custom", Do: fakeapi.Malformed()},
		"a create that is refused":        {Operation: "images_create_custom", Do: fakeapi.Status(400)},
		"an import that fails":            {Operation: "images_create_custom", Do: fakeapi.FailImport("The format is unknown.")},
		"a wait that fails":               {Operation: "images_get", Do: fakeapi.Status(401)},
		"a transfer that fails":           {Operation: "imageActions_post", Do: fakeapi.FailAction()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1, Name: "web", CreatedAt: time.Unix(0, 0)}), fakeapi.WithFaults(fault))
				client, _ := fakeClient(t, fake)
				s := &service{client: client, out: io.Discard}
				image, err := s.publish(t.Context(), web, gen.RegionSlugFra1)
				require.Error(t, err)
				assert.Nil(t, image)
				var left []int64
				for _, image := range fake.Images() {
					if !image.Public {
						left = append(left, image.ID)
					}
				}
				assert.Equal(t, []int64{1}, left, err)
			})
		})
	}
}

// That holds for every reading of the image on the way, the last one included.
func TestServiceCleansUpAfterEveryReading(t *testing.T) {
	web := gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: gen.RegionSlugNyc3}
	failures, published := 0, false
	for after := 0; !published && after < 20; after++ {
		synctest.Test(t, func(t *testing.T) {
			fake := fakeapi.New(fakeapi.WithImages(), fakeapi.WithFaults(fakeapi.Fault{
				Operation: "images_get",
				Do:        fakeapi.Status(401),
				After:     after,
			}))
			client, _ := fakeClient(t, fake)
			s := &service{client: client, out: io.Discard}
			image, err := s.publish(t.Context(), web, gen.RegionSlugFra1)
			published = err == nil
			assert.Equal(t, published, image != nil)
			assert.Equal(t, published, len(fake.Images()) == 1, "after %d readings: %v", after, err)
		})
		if !published {
			failures++
		}
	}
	assert.True(t, published, "a fault that no reading meets changes nothing")
	assert.GreaterOrEqual(t, failures, 3)
}

// Of a create whose response is lost, only its own image is deleted, and that even if the API lists it only later.
func TestServiceDeletesItsOwnImage(t *testing.T) {
	web := gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: "nyc3", Description: "for the web"}
	for name, delay := range map[string]time.Duration{"listed at once": 0, "listed after 50 seconds": 50 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake, empty := fakeapi.New(fakeapi.WithImages()), fakeapi.New(fakeapi.WithImages())
				_, err := clientOf(fake, fakeapi.Token).Create(t.Context(), web) // by another process
				require.NoError(t, err)
				fake.Inject(fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.LoseAnswer()})
				start := time.Now()
				transport := roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodGet && time.Since(start) < delay {
						return empty.RoundTrip(req)
					}
					return fake.RoundTrip(req)
				})
				client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				before := fake.Images()[0].ID
				_, err = (&service{client: client, out: io.Discard}).publish(t.Context(), web)
				require.ErrorIs(t, err, wrapper.ErrNoResponse)
				assert.Equal(t, 2, fake.Done("images_create_custom"))
				require.Len(t, fake.Images(), 1)
				assert.Equal(t, before, fake.Images()[0].ID)
			})
		})
	}
}

// A refusal may name an image. It is deleted only if this create has made it.
func TestServiceKeepsWhatOthersMade(t *testing.T) {
	params := gen.ImageCreate{Name: "web", URL: "https://downloads.invalid/web.qcow2", Region: "nyc3"} // unreachable
	for name, refusal := range map[string]string{
		"its own image":   "", // the refusal of the fake
		"another's image": `{"id":"bad_request","message":"no"} {"image":{"id":7}}`,
		"no such image":   `{"id":"bad_request","message":"no"} {"image":{"id":8}}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 7, Name: "web", Type: gen.ImageTypeCustom}))
				transport := roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodPost && refusal != "" {
						return status(http.StatusBadRequest, refusal)()
					}
					return fake.RoundTrip(req)
				})
				client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				_, err = (&service{client: client, out: io.Discard}).publish(t.Context(), params)
				require.Error(t, err)
				require.Len(t, fake.Images(), 1)
				assert.Equal(t, int64(7), fake.Images()[0].ID)
			})
		})
	}
}

// If no image is found, that does not mean that there is none: the error says by what to know it.
func TestServiceSaysWhatMayRemain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithImages(), fakeapi.WithFaults(
			fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.Reset()},
		))
		client, counter := fakeClient(t, fake)
		_, err := (&service{client: client, out: io.Discard}).publish(t.Context(), createParams)
		require.ErrorIs(t, err, wrapper.ErrNoResponse)
		require.Regexp(t, `there may be an image all the same: its description ends in [A-Z2-7]{26}$`, err.Error())
		assert.Equal(t, 7, counter.seen[200], "the list is read for a minute")
	})
}

// An image that was found is deleted even if the rest of the list cannot be read.
func TestServiceDeletesWhatItFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var others []gen.Image
		for n := range 201 {
			others = append(others, gen.Image{ID: int64(n + 1), Type: gen.ImageTypeCustom})
		}
		fake := fakeapi.New(fakeapi.WithImages(others...), fakeapi.WithFaults(
			fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.LoseAnswer()},
			fakeapi.Fault{Operation: "images_list", Page: 2, Do: fakeapi.Status(500)},
		))
		client, _ := fakeClient(t, fake)
		_, err := (&service{client: client, out: io.Discard}).publish(t.Context(), createParams)
		require.ErrorIs(t, err, wrapper.ErrNoResponse)
		assert.Equal(t, 1, fake.Done("images_create_custom"))
		assert.Len(t, fake.Images(), len(others))
	})
}

// A series without a name, and a number that keeps nothing, are mistakes that would delete every image.
func TestRetentionRefusesMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		series string
		n      int
	}{
		"no series": {series: "", n: 2},
		"nothing":   {series: "nightly-", n: 0},
		"negative":  {series: "nightly-", n: -1},
	} {
		t.Run(name, func(t *testing.T) {
			fake := fakeapi.New(nightlies())
			client := clientOf(fake, fakeapi.Token)
			before := len(fake.Images())
			s := &service{client: client, out: io.Discard}
			require.Error(t, s.retain(t.Context(), test.series, test.n))
			require.Error(t, keepNewest(t.Context(), client, test.series, test.n, false))
			assert.Len(t, fake.Images(), before)
		})
	}
}

// The service keeps to what it imports: a snapshot or a backup with such a name is not its own.
func TestServiceRetainsOtherTypes(t *testing.T) {
	fake := fakeapi.New(nightlies())
	before := len(fake.Images())
	s := &service{client: clientOf(fake, fakeapi.Token), out: io.Discard}
	require.NoError(t, s.retain(t.Context(), "nightly-", 1))
	assert.Len(t, fake.Images(), before)
}
