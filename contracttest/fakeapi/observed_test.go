package fakeapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// Links have the whole query of the request, and the page that they point to.
func TestLinks(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithCatalogue(45, 1))
	for query, want := range map[string]string{
		"":                          `{"next":"/v2/images?page=2","last":"/v2/images?page=3"}`,
		"?page=2":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=1","next":"/v2/images?page=3","last":"/v2/images?page=3"}`,
		"?page=3":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=2"}`,
		"?page=9":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=8"}`,
		"?per_page=45":              `{}`,
		"?per_page=0":               `{"next":"/v2/images?page=2&per_page=0","last":"/v2/images?page=3&per_page=0"}`,
		"?per_page=44&page=1":       `{"next":"/v2/images?page=2&per_page=44","last":"/v2/images?page=2&per_page=44"}`,
		"?private=true&tag_name=a+": `{}`,
		"?private=true&per_page=20": `{"next":"/v2/images?page=2&per_page=20&private=true","last":"/v2/images?page=2&per_page=20&private=true"}`,
		"?type=snapshot&a=b%26%20c": `{"next":"/v2/images?a=b%26+c&page=2&type=snapshot","last":"/v2/images?a=b%26+c&page=3&type=snapshot"}`,
	} {
		resp, body := fetch(t, fake, "/v2/images"+query)
		assert.Equal(t, http.StatusOK, resp.StatusCode, query)
		var page struct {
			Links struct{ Pages json.RawMessage }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &page))
		assert.JSONEq(t, want, strings.ReplaceAll(string(page.Links.Pages), openapi.BaseURL, ""), query)
	}
	_, body := fetch(t, fake, "/v2/images?per_page=45")
	assert.Contains(t, body, `"links":{"pages":{}}`)
}

func TestPageAfterTheLast(t *testing.T) {
	for _, n := range []int{0, 45} {
		_, body := fetch(t, fakeapi.New(fakeapi.WithCatalogue(n, 1)), "/v2/images?page=4")
		var page gen.ImageList
		require.NoError(t, json.Unmarshal([]byte(body), &page))
		assert.Empty(t, page.Images)
		assert.Contains(t, body, `"images":[]`)
		assert.Zero(t, page.Meta.Total)
	}
}

func TestPageOfNoSizeHasTheDefault(t *testing.T) {
	_, body := fetch(t, fakeapi.New(), "/v2/images?per_page=0")
	var page gen.ImageList
	require.NoError(t, json.Unmarshal([]byte(body), &page))
	assert.Len(t, page.Images, 20)
}

// The filters private and tag_name combine; the type has no effect beside them, nor has an unknown one.
func TestFilters(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(
		gen.Image{ID: 1, Type: gen.ImageTypeBase, Public: true, Slug: ptr("ubuntu-24-04-x64"), Tags: []string{"a"}},
		gen.Image{ID: 2, Type: gen.ImageTypeApplication, Slug: ptr("ubuntu-desktop")},
		gen.Image{ID: 3, Type: gen.ImageTypeBase, Public: true, Slug: ptr("rockylinux-9-x64")},
		gen.Image{ID: 4, Tags: []string{"a", "b"}},
		gen.Image{ID: 5, Tags: []string{"b"}},
		gen.Image{ID: 6, Type: gen.ImageTypeSnapshot, Public: true, Slug: ptr("debian-9-x64")},
	))
	for query, want := range map[string]string{
		"":                               "[1 2 3 4 5 6]",
		"type=distribution":              "[1 3 6]",
		"type=application":               "[2]",
		"type=snapshot":                  "[1 2 3 4 5 6]",
		"private=true":                   "[4 5]",
		"private=false&type=application": "[2]",
		"tag_name=a":                     "[1 4]",
		"tag_name=a&private=true":        "[4]",
		"tag_name=b&type=distribution":   "[4 5]",
		"private=true&type=application":  "[4 5]",
		"tag_name=a&private=true&type=application": "[4]",
	} {
		_, body := fetch(t, fake, "/v2/images?"+query)
		var page gen.ImageList
		require.NoError(t, json.Unmarshal([]byte(body), &page))
		ids := []int64{}
		for _, image := range page.Images {
			ids = append(ids, image.ID)
		}
		assert.Equal(t, want, fmt.Sprint(ids), query)
	}
}

// Everybody can read DigitalOcean's images, whether or not they are public; nobody can change them.
func TestOfficialImagesThatAreNotPublic(t *testing.T) {
	retired := gen.Image{ID: 1, Type: gen.ImageTypeBase, Status: gen.ImageStatusRetired, Regions: []gen.RegionSlug{}}
	fake := fakeapi.New(
		fakeapi.WithAccounts(fakeapi.Account{Token: "one"}, fakeapi.Account{Token: "two"}),
		fakeapi.WithImages(retired, gen.Image{ID: 2, Type: gen.ImageTypeApplication}),
	)
	for _, token := range []string{"one", "two"} {
		client := newClient(t, fake, token)
		image, err := client.Get(t.Context(), 1)
		require.NoError(t, err)
		assert.Equal(t, gen.ImageStatusRetired, image.Status)
		assert.Nil(t, image.Slug)
		assert.False(t, image.Public)
		assert.ErrorIs(t, client.Delete(t.Context(), 2), wrapper.ErrForbidden)
		own, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{Private: true}))
		require.NoError(t, err)
		assert.Empty(t, own)
	}
}

func TestNewestFirst(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2025, 1, n, 0, 0, 0, 0, time.UTC) }
	fake := fakeapi.New(fakeapi.WithActionPolls(1), fakeapi.WithImages(
		gen.Image{ID: 1, CreatedAt: day(2)},
		gen.Image{ID: 2, CreatedAt: day(3), Regions: []gen.RegionSlug{"nyc3"}},
		gen.Image{ID: 3, CreatedAt: day(1)},
		gen.Image{ID: 4},
		gen.Image{ID: 5},
	))
	client := newClient(t, fake, fakeapi.Token)
	created, err := client.Create(t.Context(), newImage)
	require.NoError(t, err)
	order := func() (ids []int64) {
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.NoError(t, err)
		assert.Equal(t, images, fake.Images())
		for _, image := range images {
			ids = append(ids, image.ID)
		}
		return ids
	}
	assert.Equal(t, []int64{created.ID, 4, 5, 2, 1, 3}, order())
	fake.Inject(fakeapi.Fault{Operation: "images_list", Count: 1, Do: fakeapi.RemoveImages(2)})
	assert.Equal(t, []int64{5, 2, 1, 3}, order())
	fake.Inject(fakeapi.Fault{Operation: "images_list", Count: 1, Do: fakeapi.AddImages(1)})
	with := order()
	assert.Equal(t, []int64{5, 2, 1, 3}, with[1:])

	for _, to := range []gen.RegionSlug{"fra1", "sgp1"} {
		action, err := client.Transfer(t.Context(), 2, to)
		require.NoError(t, err)
		_, err = client.Action(t.Context(), 2, action.ID)
		require.NoError(t, err)
	}
	actions, err := wrapper.Collect(client.Actions(t.Context(), 2))
	require.NoError(t, err)
	require.Len(t, actions, 2)
	assert.Equal(t, []string{"sgp1", "fra1"}, []string{*actions[0].RegionSlug, *actions[1].RegionSlug})
}

// An image that is given an id gets none that another has, wherever that one stands.
func TestIDsOfGivenImages(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 6_000_000}, gen.Image{}, gen.Image{}))
	ids := map[int64]bool{}
	for _, image := range fake.Images() {
		ids[image.ID] = true
	}
	assert.Len(t, ids, 3)
}

// The bodies and headers of errors are the same whether the fake finds a fault in a request or Status injects one.
func TestErrorsLookLikeThoseOfTheAPI(t *testing.T) {
	const service, gateway = "application/json; charset=utf-8", "application/json"
	image := func(token string, options ...fakeapi.Option) *http.Response {
		req := newRequest(t, http.MethodGet, openapi.BaseURL+"/v2/images/1", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := fakeapi.New(options...).RoundTrip(req)
		require.NoError(t, err)
		return resp
	}
	status := func(n int) fakeapi.Option { return fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Status(n)}) }
	noScopes := fakeapi.WithAccounts(fakeapi.Account{Token: fakeapi.Token, Scopes: []string{}})
	for name, test := range map[string]struct {
		resp   *http.Response
		body   string
		kind   string
		limits bool
	}{
		"401": {
			resp: image("wrong"),
			body: `{"id":"Unauthorized","message":"Unable to authenticate you"}`,
			kind: gateway,
		},
		"401, injected": {
			resp: image(fakeapi.Token, status(401)),
			body: `{"id":"Unauthorized","message":"an injected fault"}`,
			kind: gateway,
		},
		"403": {
			resp:   image(fakeapi.Token, noScopes),
			body:   `{"id":"Forbidden","message":"You are not authorized to perform this operation"}`,
			kind:   gateway,
			limits: true,
		},
		"403, injected": {
			resp:   image(fakeapi.Token, status(403)),
			body:   `{"id":"Forbidden","message":"an injected fault"}`,
			kind:   gateway,
			limits: true,
		},
		"404": {
			resp:   image(fakeapi.Token),
			body:   `{"id":"not_found","message":"The resource you were accessing could not be found."}`,
			kind:   service,
			limits: true,
		},
		"500, injected": {
			resp:   image(fakeapi.Token, status(500)),
			body:   `{"id":"internal_server_error","message":"an injected fault","request_id":"00000000-0000-4000-8000-000000000001"}`,
			kind:   service,
			limits: true,
		},
		"503, injected": {
			resp:   image(fakeapi.Token, status(503)),
			body:   `{"id":"service_unavailable","message":"an injected fault","request_id":"00000000-0000-4000-8000-000000000001"}`,
			kind:   gateway,
			limits: true,
		},
	} {
		body, err := io.ReadAll(test.resp.Body)
		require.NoError(t, err)
		assert.JSONEq(t, test.body, string(body), name)
		assert.Equal(t, test.kind, test.resp.Header.Get("Content-Type"), name)
		for _, header := range []string{"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} {
			assert.Equal(t, test.limits, test.resp.Header.Get(header) != "", "%s: %s", name, header)
		}
	}
	cloudflare := image(fakeapi.Token, status(521))
	assert.Equal(t, 521, cloudflare.StatusCode)
	assert.Equal(t, "text/html", cloudflare.Header.Get("Content-Type"))
	assert.Empty(t, cloudflare.Header.Get("ratelimit-limit"))
}

func TestEveryResponseHasARequestID(t *testing.T) {
	for _, text := range []string{
		"*:page=99,delay=0s", "*:status=503", "*:status=522", "*:html", "*:redirect=/", "*:burst=1s", "*:gzip",
	} {
		fault, err := fakeapi.ParseFault(text)
		require.NoError(t, err)
		fake := fakeapi.New(fakeapi.WithFaults(fault))
		for n, path := range []string{"/v2/images", "/v2/images/1", "/nowhere"} {
			resp, _ := fetch(t, fake, path)
			want := fmt.Sprintf("00000000-0000-4000-8000-%012d", n+1)
			assert.Equal(t, want, resp.Header.Get("x-request-id"), "%s %s", text, path)
		}
	}
}

func TestNoContentHasNoContentType(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1}))
	resp, _ := send(t, fake, newRequest(t, http.MethodDelete, openapi.BaseURL+"/v2/images/1", nil))
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
	assert.NotContains(t, resp.Header, "Content-Type")
	assert.NotEmpty(t, resp.Header.Get("ratelimit-remaining"))
}

// The reset is when the oldest request of the last hour expires or, of old, when it was made.
func TestReset(t *testing.T) {
	for name, test := range map[string]struct {
		options []fakeapi.Option
		after   time.Duration // from when the oldest request was made to the reset
	}{
		"ahead":       {after: time.Hour},
		"in the past": {options: []fakeapi.Option{fakeapi.WithPastReset()}, after: 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			fake, began := fakeapi.New(test.options...), time.Now()
			for _, request := range []struct{ at, oldest time.Duration }{
				{at: 0, oldest: 0},
				{at: 20 * time.Minute, oldest: 0},
				{at: 59 * time.Minute, oldest: 0},
				{at: 61 * time.Minute, oldest: 20 * time.Minute},
			} {
				time.Sleep(time.Until(began.Add(request.at)))
				resp, _ := fetch(t, fake, "/v2/images?per_page=1")
				reset, err := strconv.ParseInt(resp.Header.Get("ratelimit-reset"), 10, 64)
				require.NoError(t, err)
				assert.Equal(t, began.Add(request.oldest+test.after).Unix(), reset, "%s, after %s", name, request.at)
			}
		})
	}
}

// A fault that replaces a request shows the budget of the request's token, as a service would that failed.
func TestInjectedErrorsShowTheBudget(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{After: 3, Do: fakeapi.Status(503)}))
	for _, remaining := range []string{"4999", "4998", "4997", "4997"} {
		resp, _ := fetch(t, fake, "/v2/images?per_page=1")
		assert.Equal(t, remaining, resp.Header.Get("ratelimit-remaining"))
	}
}

// The clock of a bubble begins in 2000. A new image is the newest there as well.
func TestNewestFirstInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(fakeapi.WithCatalogue(1_000_000, 1)), fakeapi.Token)
		created, err := client.Create(t.Context(), gen.ImageCreate{
			Name:   "web",
			URL:    "https://example.com/web.qcow2",
			Region: gen.RegionSlugNyc3,
		})
		require.NoError(t, err)
		for page, err := range client.ImagePages(t.Context(), wrapper.ListParams{PerPage: 2}) {
			require.NoError(t, err)
			assert.Equal(t, created.ID, page.Images[0].ID)
			assert.True(t, page.Images[0].CreatedAt.After(page.Images[1].CreatedAt))
			break
		}
	})
}
