package fakeapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// The fake has each operation of the document, and requires the scopes that the document names.
func TestEveryOperationNeedsItsScopes(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(t, err)
	all := []string{"image:read", "image:create", "image:update", "image:delete"}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			needed := (*operation.Security)[0]["bearer_auth"]
			for _, without := range append(all, "") {
				scopes := []string{}
				for _, scope := range all {
					if scope != without {
						scopes = append(scopes, scope)
					}
				}
				fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: "t", Scopes: scopes}))
				concrete := strings.NewReplacer("{image_id}", "1", "{action_id}", "1").Replace(path)
				req := newRequest(t, method, openapi.BaseURL+concrete, strings.NewReader("{}"))
				req.Header.Set("Authorization", "Bearer t")
				resp, _ := send(t, fake, req)
				forbidden := slices.Contains(needed, without)
				assert.Equal(t, forbidden, resp.StatusCode == http.StatusForbidden,
					"%s without %q: %s", operation.OperationID, without, resp.Status)
				assert.NotEqual(t, http.StatusMethodNotAllowed, resp.StatusCode, operation.OperationID)
				assert.Less(t, resp.StatusCode, 500, operation.OperationID)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	for _, token := range []string{"wrong", fakeapi.Token + "x"} {
		_, err := newClient(t, fakeapi.New(), token).Get(t.Context(), 6_000_000)
		require.ErrorIs(t, err, wrapper.ErrUnauthorized)
		assert.ErrorContains(t, err, "401 Unauthorized: Unable to authenticate you")
	}
	cannotRead := fakeapi.WithAccounts(fakeapi.Account{Token: "t", Scopes: []string{"image:create"}})
	_, err := newClient(t, fakeapi.New(cannotRead), "t").Get(t.Context(), 6_000_000)
	assert.ErrorIs(t, err, wrapper.ErrForbidden)
}

func TestErrorsCarryARequestID(t *testing.T) {
	client := newClient(t, fakeapi.New(), fakeapi.Token)
	ids := map[string]bool{}
	for range 3 {
		_, err := client.Get(t.Context(), 1)
		var apiError *wrapper.Error
		require.ErrorAs(t, err, &apiError)
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$`, apiError.RequestID)
		ids[apiError.RequestID] = true
	}
	assert.Len(t, ids, 3)
}

func TestAccountsSeeTheirOwnImages(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: "one"}, fakeapi.Account{Token: "two"}))
	one, two := newClient(t, fake, "one"), newClient(t, fake, "two")
	private, err := wrapper.Collect(one.Images(t.Context(), wrapper.ListParams{Private: true}))
	require.NoError(t, err)
	require.NotEmpty(t, private)
	others, err := wrapper.Collect(two.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	require.NotEmpty(t, others)
	for _, image := range others {
		assert.Contains(t, []gen.ImageType{gen.ImageTypeBase, gen.ImageTypeApplication}, image.Type)
	}
	_, err = two.Get(t.Context(), private[0].ID)
	assert.ErrorIs(t, err, wrapper.ErrNotFound)
	assert.ErrorIs(t, two.Delete(t.Context(), private[0].ID), wrapper.ErrNotFound)
}

func TestRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(), fakeapi.Token)
		get := func() *wrapper.Error {
			_, err := client.Get(t.Context(), 6_000_000)
			if err == nil {
				return nil
			}
			var apiError *wrapper.Error
			require.ErrorAs(t, err, &apiError)
			require.ErrorIs(t, apiError, wrapper.ErrRateLimited)
			return apiError
		}
		for i := range 250 {
			require.Nil(t, get())
			require.Equal(t, 5000-1-i, client.RateLimit().Remaining)
		}
		time.Sleep(20 * time.Second)
		limited := get()
		require.NotNil(t, limited, "the 251st in a minute")
		assert.Equal(t, 40*time.Second, limited.RetryAfter)
		assert.Zero(t, limited.RateLimit.Remaining)
		assert.Equal(t, 5000, limited.RateLimit.Limit)
		time.Sleep(limited.RetryAfter)
		require.Nil(t, get())

		// The hour's budget, at four requests a second.
		for client.RateLimit().Remaining > 0 {
			time.Sleep(250 * time.Millisecond)
			require.Nil(t, get())
		}
		limited = get()
		require.NotNil(t, limited, "the 5,001st in an hour")
		assert.InDelta(t, time.Until(limited.RateLimit.Reset), limited.RetryAfter, float64(time.Second),
			"the limit per hour has no retry-after, only the reset")
		time.Sleep(time.Until(limited.RateLimit.Reset) + time.Second)
		assert.Nil(t, get())
	})
}

func TestRateLimitsSwitchedOff(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithRateLimit(0, 0)), fakeapi.Token)
	for range 300 {
		_, err := client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
	}
	assert.Equal(t, 4700, client.RateLimit().Remaining)
	for range 5000 {
		_, err := client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
	}
	assert.Equal(t, 2500, client.RateLimit().Remaining)
}

// The limit per minute holds even above the 2,500 requests that the headers count where there is no limit per hour.
func TestRateLimitPerMinuteOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(fakeapi.WithRateLimit(0, 3000)), fakeapi.Token)
		for range 3000 {
			_, err := client.Get(t.Context(), 6_000_000)
			require.NoError(t, err)
			require.GreaterOrEqual(t, client.RateLimit().Remaining, 2500)
			require.Equal(t, 5000, client.RateLimit().Limit)
		}
		_, err := client.Get(t.Context(), 6_000_000)
		var apiError *wrapper.Error
		require.ErrorAs(t, err, &apiError)
		require.ErrorIs(t, err, wrapper.ErrRateLimited)
		assert.Equal(t, time.Minute, apiError.RetryAfter)
		time.Sleep(time.Minute)
		_, err = client.Get(t.Context(), 6_000_000)
		assert.NoError(t, err)
	})
}

// A caller may change the images it gave or was given, without a change to those of the fake.
func TestImagesAreACopy(t *testing.T) {
	text := func(fake *fakeapi.API) string {
		b, err := json.Marshal(fake.Images())
		require.NoError(t, err)
		return string(b)
	}
	mine := gen.Image{
		ID:            42,
		Slug:          ptr("mine"),
		MinDiskSize:   ptr(7),
		SizeGigabytes: ptr(0.5),
		Regions:       []gen.RegionSlug{"nyc3"},
		Tags:          []string{"a"},
	}
	fake := fakeapi.New(fakeapi.WithImportPolls(1)) // so that the image that is created stays NEW
	given, other := fakeapi.New(fakeapi.WithImages(mine)), fakeapi.New()
	params := newImage
	params.Tags = []string{"a", "b"}
	_, err := newClient(t, fake, fakeapi.Token).Create(t.Context(), params)
	require.NoError(t, err)
	before := []string{text(fake), text(given), text(other)}
	images := slices.Concat(fake.Images(), given.Images(), []gen.Image{mine})
	for _, image := range images {
		_, _ = append(image.Regions, "mars1"), append(image.Tags, "mine")
		for i := range image.Regions {
			image.Regions[i] = "mars1"
		}
		for i := range image.Tags {
			image.Tags[i] = "mine"
		}
		if image.Slug != nil {
			*image.Slug = "mine"
		}
		if image.MinDiskSize != nil {
			*image.MinDiskSize, *image.SizeGigabytes = -1, -1
		}
	}
	assert.Equal(t, before, []string{text(fake), text(given), text(other)})
}

func TestAccountsAreACopy(t *testing.T) {
	accounts := []fakeapi.Account{{Token: "one", Scopes: []string{"image:read"}}}
	fake := fakeapi.New(fakeapi.WithAccounts(accounts...))
	accounts[0].Token, accounts[0].Scopes[0] = "another", "image:create"
	_, err := newClient(t, fake, "one").Get(t.Context(), 6_000_000)
	assert.NoError(t, err)
}

func TestUnknownOperations(t *testing.T) {
	fake := fakeapi.New()
	for operation, call := range map[string]func(){
		"image_list": func() { fake.Inject(fakeapi.Fault{Do: fakeapi.Reset()}, fakeapi.Fault{Operation: "image_list"}) },
		"images":     func() { fakeapi.WithFaults(fakeapi.Fault{Operation: "images"}) },
		"ImagesList": func() { fake.Done("ImagesList") },
		"":           func() { fake.Done("") },
	} {
		assert.PanicsWithValue(t, fmt.Sprintf("fakeapi: there is no operation %q", operation), call)
	}
	assert.PanicsWithValue(t, "fakeapi: images_list: fail-action concerns only imageActions_post", func() {
		fake.Inject(fakeapi.Fault{Operation: "images_list", Do: fakeapi.FailAction()})
	})
	assert.Zero(t, fake.Done("images_list"))
	_, err := newClient(t, fake, fakeapi.Token).Get(t.Context(), 6_000_000)
	assert.NoError(t, err, "nothing was injected, and the fake is not locked")
}

// A fault that forgot its effect would strike, and do nothing.
func TestFaultsWithoutAnEffect(t *testing.T) {
	fake := fakeapi.New()
	forgotten := fakeapi.Fault{Operation: "images_get", Count: 1}
	for name, call := range map[string]func(){
		"WithFaults": func() { fakeapi.WithFaults(forgotten) },
		"Inject":     func() { fake.Inject(forgotten) },
		"SetFaults":  func() { fake.SetFaults(forgotten) },
	} {
		assert.PanicsWithValue(t, "fakeapi: images_get: the fault has no effect: Do is not set", call, name)
	}
	assert.PanicsWithValue(t, "fakeapi: every operation: the fault has no effect: Do is not set", func() { fake.Inject(fakeapi.Fault{}) })
}

func TestPaths(t *testing.T) {
	for request, want := range map[string]int{
		"GET /v2/images":                     200,
		"HEAD /v2/images":                    200,
		"GET /v2/images/":                    200,
		"PATCH /v2/images":                   405,
		"DELETE /v2/images":                  405,
		"PUT /v2/images/6000000/actions":     405,
		"GET /v2/droplets":                   404,
		"GET /":                              404,
		"PUT /v2/images/ubuntu-24-04-x64":    404, // only ids
		"GET /v2/images/6000000/actions/x":   404,
		"GET /v2/images?page=0":              200,
		"GET /v2/images?per_page=201":        200,
		"GET /v2/images?per_page=all":        200,
		"GET /v2/images?private=perhaps":     422,
		"GET /v2/images?type=snapshot":       200,
		"GET /v2/images?page=-1":             200,
		"GET /v2/images?per_page=0":          200,
		"GET /v2/images?per_page=-1":         200,
		"POST /v2/images":                    400, // without a body
		"GET /v2//images":                    200, // the API has no redirects
		"GET //v2/images/6000000//":          200,
		"GET /v2/images/ubuntu%2D24-04-x64/": 200,
		"GET /v2/images/.":                   404,
		"GET /v2/images/6000000/..":          404,
		"PATCH /v2//images":                  405,
		"GET /v2/images/%2F":                 404,
		"GET /v2/images/%2e":                 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		resp, _ := send(t, fakeapi.New(), newRequest(t, method, openapi.BaseURL+path, nil))
		assert.Equal(t, want, resp.StatusCode, request)
		assert.Equal(t, "application/json; charset=utf-8", resp.Header.Get("Content-Type"), request)
	}
}

func TestManyGoroutines(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithRateLimit(0, 0), fakeapi.WithImportPolls(1))
	before := len(fake.Images())
	client := newClient(t, fake, fakeapi.Token)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			image, err := client.CreateAndWait(context.Background(), newImage)
			if assert.NoError(t, err) {
				_, err = wrapper.Collect(client.Images(context.Background(), wrapper.ListParams{Private: true}))
				assert.NoError(t, err)
				assert.NoError(t, client.Delete(context.Background(), image.ID))
			}
		})
	}
	wg.Wait()
	assert.Len(t, fake.Images(), before)
	assert.Equal(t, 20*4, fake.Requests())
}
