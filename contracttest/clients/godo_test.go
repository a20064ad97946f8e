// Package clients drives the fake with clients that others wrote. What they make of its responses checks the fake in
// a way that our own client cannot. It is a module of its own, so that those clients are no dependencies of ours.
package clients

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// serve starts a fake on loopback. Every exchange with it is checked against the contract; a breaking finding fails
// the test when it ends.
func serve(t *testing.T, options ...fakeapi.Option) *httptest.Server {
	t.Helper()
	contract, err := check.Load(openapi.Document())
	require.NoError(t, err)
	r := report.New(contract)
	fake := captured(fakeapi.New(options...), func(exchange traffic.Exchange) {
		if traffic.IsImagesPath(exchange.URL.Path) { // nothing is said of /v2/actions, where clients wait
			r.Add(exchange)
		}
	})
	server := httptest.NewServer(fake)
	t.Cleanup(func() {
		server.Close()
		assert.True(t, r.Exchanges > 0 || t.Skipped(), "nothing was checked")
		assert.Zero(t, r.CountAtLeast(check.Breaking), "%v", r.Findings)
	})
	return server
}

// newGodo returns a client of godo for a fake of its own.
func newGodo(t *testing.T, options ...fakeapi.Option) *godo.Client {
	t.Helper()
	server := serve(t, options...)
	token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: fakeapi.Token})
	client, err := godo.New(oauth2.NewClient(t.Context(), token), godo.SetBaseURL(server.URL))
	require.NoError(t, err)
	return client
}

// all reads every page of a list with the loop that godo documents.
func all(t *testing.T, list func(*godo.ListOptions) ([]godo.Image, *godo.Response, error)) []godo.Image {
	t.Helper()
	var images []godo.Image
	opt := &godo.ListOptions{Page: 1, PerPage: 7}
	for range 100 {
		page, resp, err := list(opt)
		require.NoError(t, err)
		images = append(images, page...)
		if resp.Links == nil || resp.Links.IsLastPage() {
			assert.Equal(t, resp.Meta.Total, len(images))
			return images
		}
		current, err := resp.Links.CurrentPage()
		require.NoError(t, err)
		opt.Page = current + 1
	}
	t.Fatal("the list has no end")
	return nil
}

func TestGodoImages(t *testing.T) {
	ctx := t.Context()
	client := newGodo(t, fakeapi.WithImportPolls(3))
	images := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.List(ctx, opt)
	})
	assert.Len(t, images, 60)
	distributions := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.ListDistribution(ctx, opt)
	})
	applications := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.ListApplication(ctx, opt)
	})
	own := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.ListUser(ctx, opt)
	})
	assert.Equal(t, len(images), len(distributions)+len(applications)+len(own))
	for _, image := range distributions {
		assert.True(t, image.Public)
		assert.NotEmpty(t, image.Slug)
	}
	tagged := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.ListByTag(ctx, "fleet", opt)
	})
	require.NotEmpty(t, tagged)
	for _, image := range tagged {
		assert.Contains(t, image.Tags, "fleet")
	}

	image, _, err := client.Images.GetByID(ctx, images[0].ID)
	require.NoError(t, err)
	assert.Equal(t, images[0], *image)
	image, _, err = client.Images.GetBySlug(ctx, "ubuntu-24-04-x64")
	require.NoError(t, err)
	assert.Equal(t, "Ubuntu", image.Distribution)

	created, resp, err := client.Images.Create(ctx, &godo.CustomImageCreateRequest{
		Name:         "new",
		Url:          "https://example.com/a.img",
		Region:       "nyc3",
		Distribution: "Ubuntu",
		Description:  "d",
		Tags:         []string{"a"},
	})
	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, resp.StatusCode)
	assert.Equal(t, "NEW", created.Status)
	assert.Equal(t, "custom", created.Type)
	for range 3 {
		image, _, err = client.Images.GetByID(ctx, created.ID)
		require.NoError(t, err)
	}
	assert.Equal(t, "available", image.Status)
	assert.Equal(t, []string{"nyc3"}, image.Regions)

	updated, _, err := client.Images.Update(ctx, created.ID, &godo.ImageUpdateRequest{
		Name:         "renamed",
		Distribution: "Debian",
		Description:  "e",
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"renamed", "Debian", "e"}, []string{updated.Name, updated.Distribution, updated.Description})

	resp, err = client.Images.Delete(ctx, created.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
	assert.Equal(t, 5000, resp.Limit)
	assert.Positive(t, resp.Remaining)
	assert.True(t, resp.Reset.After(time.Now()))
	_, _, err = client.Images.GetByID(ctx, created.ID)
	var apiError *godo.ErrorResponse
	require.ErrorAs(t, err, &apiError)
	assert.Equal(t, http.StatusNotFound, apiError.Response.StatusCode)
	assert.Equal(t, "The resource you were accessing could not be found.", apiError.Message)
	assert.NotEmpty(t, apiError.RequestID)
}

func TestGodoImageActions(t *testing.T) {
	ctx := t.Context()
	client := newGodo(t, fakeapi.WithActionPolls(2))
	own := all(t, func(opt *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return client.Images.ListUser(ctx, opt)
	})
	byType := map[string]godo.Image{}
	for _, image := range own {
		byType[image.Type] = image
	}
	snapshot, backup := byType["snapshot"], byType["backup"]
	region := "nyc3"
	if slices.Contains(snapshot.Regions, region) {
		region = "sgp1"
	}
	action, _, err := client.ImageActions.Transfer(ctx, snapshot.ID, &godo.ActionRequest{"type": "transfer", "region": region})
	require.NoError(t, err)
	assert.Equal(t, []string{"transfer", "in-progress", region}, []string{action.Type, action.Status, action.RegionSlug})
	assert.Equal(t, snapshot.ID, action.ResourceID)
	assert.Equal(t, region, action.Region.Slug)

	action, _, err = client.ImageActions.Get(ctx, snapshot.ID, action.ID)
	require.NoError(t, err)
	assert.Equal(t, "in-progress", action.Status)
	uri := client.BaseURL.JoinPath("v2/images", strconv.Itoa(snapshot.ID), "actions", strconv.Itoa(action.ID)).String()
	action, _, err = client.ImageActions.GetByURI(ctx, uri)
	require.NoError(t, err)
	assert.Equal(t, "completed", action.Status)
	assert.NotNil(t, action.CompletedAt)
	image, _, err := client.Images.GetByID(ctx, snapshot.ID)
	require.NoError(t, err)
	assert.Contains(t, image.Regions, region)

	action, _, err = client.ImageActions.Convert(ctx, backup.ID)
	require.NoError(t, err)
	for range 2 {
		action, _, err = client.Actions.Get(ctx, action.ID) // where services wait that know nothing of the image
		require.NoError(t, err)
	}
	assert.Equal(t, "completed", action.Status)
	image, _, err = client.Images.GetByID(ctx, backup.ID)
	require.NoError(t, err)
	assert.Equal(t, "snapshot", image.Type)
}
