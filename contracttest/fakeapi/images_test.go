package fakeapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
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

func TestCatalogue(t *testing.T) {
	for _, n := range []int{0, 1, 4, 60, 1000} {
		images := fakeapi.New(fakeapi.WithCatalogue(n, 7)).Images()
		require.Len(t, images, n)
		again := fakeapi.New(fakeapi.WithCatalogue(n, 7)).Images()
		assert.Equal(t, images, again, "the same seed gives the same images")
		if n >= 60 {
			assert.NotEqual(t, images, fakeapi.New(fakeapi.WithCatalogue(n, 8)).Images())
		}
		ids, slugs, types := map[int64]bool{}, map[string]bool{}, map[gen.ImageType]bool{}
		for _, image := range images {
			assert.False(t, ids[image.ID])
			ids[image.ID], types[image.Type] = true, true
			assert.Equal(t, image.Public, image.Slug != nil)
			if image.Slug != nil {
				assert.False(t, slugs[*image.Slug], *image.Slug)
				slugs[*image.Slug] = true
			}
		}
		if n >= 60 {
			assert.Len(t, types, 3, "snapshots, backups and custom images")
		}
	}
}

func TestAMillionImages(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithCatalogue(1_000_000, 1)), fakeapi.Token)
	pages := 0
	for page, err := range client.ImagePages(t.Context(), wrapper.ListParams{Page: 5000}) {
		require.NoError(t, err)
		assert.Len(t, page.Images, openapi.MaxPerPage)
		assert.Equal(t, 1_000_000, page.Meta.Total)
		assert.Empty(t, page.Links.Pages.Next)
		pages++
	}
	assert.Equal(t, 1, pages)
}

func TestImagesOfTheCaller(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(
		gen.Image{ID: 42, Name: "mine", Regions: []gen.RegionSlug{"nyc3"}},
		gen.Image{Name: "everybody's", Public: true, Slug: ptr("ubuntu-26-04-x64"), Distribution: gen.DistributionUbuntu},
	))
	client := newClient(t, fake, fakeapi.Token)
	image, err := client.Get(t.Context(), 42)
	require.NoError(t, err)
	assert.Equal(t, "mine", image.Name)
	assert.Equal(t, gen.ImageStatusAvailable, image.Status)
	image, err = client.GetBySlug(t.Context(), "ubuntu-26-04-x64")
	require.NoError(t, err)
	assert.NotZero(t, image.ID)
	assert.NotZero(t, image.CreatedAt)
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Len(t, images, 2)
}

func TestLinks(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithCatalogue(45, 1))
	for query, want := range map[string]string{
		"":                          `{"next":"/v2/images?page=2","last":"/v2/images?page=3"}`,
		"?page=2":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=1","next":"/v2/images?page=3","last":"/v2/images?page=3"}`,
		"?page=3":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=2"}`,
		"?page=9":                   `{"first":"/v2/images?page=1","prev":"/v2/images?page=3"}`,
		"?per_page=45":              `{}`,
		"?per_page=44&page=1":       `{"next":"/v2/images?page=2&per_page=44","last":"/v2/images?page=2&per_page=44"}`,
		"?private=true&tag_name=a+": `{}`,
		"?private=true&per_page=20": `{"next":"/v2/images?page=2&per_page=20&private=true","last":"/v2/images?page=2&per_page=20&private=true"}`,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, openapi.BaseURL+"/v2/images"+query, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		resp, err := fake.RoundTrip(req)
		require.NoError(t, err)
		var page struct {
			Images []any
			Links  struct{ Pages json.RawMessage }
		}
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&page))
		assert.JSONEq(t, want, strings.ReplaceAll(string(page.Links.Pages), openapi.BaseURL, ""), query)
		if query == "?page=9" {
			assert.Empty(t, page.Images)
		}
	}
}

func TestFiltersCombine(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(
		gen.Image{ID: 1, Public: true, Slug: ptr("ubuntu-24-04-x64"), Distribution: gen.DistributionUbuntu, Tags: []string{"a"}},
		gen.Image{ID: 2, Public: true, Slug: ptr("docker-24-04"), Distribution: gen.DistributionUbuntu},
		gen.Image{ID: 3, Public: true, Slug: ptr("rocky-linux-9-x64"), Distribution: gen.DistributionRockyLinux},
		gen.Image{ID: 4, Tags: []string{"a", "b"}},
		gen.Image{ID: 5, Tags: []string{"b"}},
	))
	client := newClient(t, fake, fakeapi.Token)
	for want, params := range map[string]wrapper.ListParams{
		"[1 2 3 4 5]": {},
		"[1 3]":       {Type: gen.ImagesListParamsTypeDistributions},
		"[2]":         {Type: gen.ImagesListParamsTypeApplications},
		"[4 5]":       {Private: true},
		"[1 4]":       {TagName: "a"},
		"[4]":         {TagName: "a", Private: true},
		"[1]":         {TagName: "a", Type: gen.ImagesListParamsTypeDistributions},
		"[]":          {Private: true, Type: gen.ImagesListParamsTypeDistributions},
	} {
		images, err := wrapper.Collect(client.Images(t.Context(), params))
		require.NoError(t, err)
		ids := []int64{}
		for _, image := range images {
			ids = append(ids, image.ID)
		}
		assert.Equal(t, want, fmt.Sprint(ids))
	}
}

func TestImportByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(fakeapi.WithImportTime(30*time.Minute)), fakeapi.Token)
		created, err := client.Create(t.Context(), newImage)
		require.NoError(t, err)
		assert.Equal(t, gen.ImageStatusNEW, created.Status)
		assert.Equal(t, gen.ImageTypeCustom, created.Type)
		assert.Nil(t, created.SizeGigabytes)
		assert.Empty(t, created.Regions)
		for _, step := range []struct {
			after time.Duration // since the step before
			want  gen.ImageStatus
		}{
			{after: 0, want: gen.ImageStatusNEW},
			{after: 9 * time.Minute, want: gen.ImageStatusNEW},
			{after: 2 * time.Minute, want: gen.ImageStatusPending},
			{after: 18 * time.Minute, want: gen.ImageStatusPending},
			{after: time.Minute, want: gen.ImageStatusAvailable},
		} {
			time.Sleep(step.after)
			image, err := client.Get(t.Context(), created.ID)
			require.NoError(t, err)
			assert.Equal(t, step.want, image.Status)
		}
		image, err := client.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, []gen.RegionSlug{"nyc3"}, image.Regions)
		assert.NotNil(t, image.SizeGigabytes)
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{Private: true}))
		require.NoError(t, err)
		assert.Equal(t, *image, images[len(images)-1])
	})
}

func TestImportByPolls(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(3)), fakeapi.Token)
	created, err := client.Create(t.Context(), newImage)
	require.NoError(t, err)
	for _, want := range []gen.ImageStatus{gen.ImageStatusPending, gen.ImageStatusPending, gen.ImageStatusAvailable, gen.ImageStatusAvailable} {
		image, err := client.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, want, image.Status)
	}
}

func TestImportIsPolledOnlyByItsOwner(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImportPolls(2), fakeapi.WithAccounts(fakeapi.Account{Token: "one"}, fakeapi.Account{Token: "two"}))
	one, two := newClient(t, fake, "one"), newClient(t, fake, "two")
	created, err := one.Create(t.Context(), newImage)
	require.NoError(t, err)
	for range 5 {
		_, err := two.Get(t.Context(), created.ID)
		require.ErrorIs(t, err, wrapper.ErrNotFound)
	}
	for _, want := range []gen.ImageStatus{gen.ImageStatusPending, gen.ImageStatusAvailable} {
		image, err := one.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, want, image.Status)
	}
}

func TestImportFormats(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(1)), fakeapi.Token)
	for address, want := range map[string]gen.ImageStatus{
		"https://example.com/a.img":        gen.ImageStatusAvailable,
		"http://example.com/a.qcow2?sig=1": gen.ImageStatusAvailable,
		"https://example.com/a.VMDK.bz2":   gen.ImageStatusAvailable,
		"https://example.com/a.raw.gz":     gen.ImageStatusAvailable,
		"https://example.com/a.iso":        gen.ImageStatusDeleted,
		"https://example.com/a.tar.gz":     gen.ImageStatusDeleted,
		"https://example.com/":             gen.ImageStatusDeleted,
		"a.img":                            gen.ImageStatusDeleted,
		"file:///etc/passwd.img":           gen.ImageStatusDeleted,
	} {
		params := newImage
		params.URL = address
		image, err := client.CreateAndWait(t.Context(), params)
		require.NotNil(t, image, address)
		assert.Equal(t, want, image.Status, address)
		assert.Equal(t, want == gen.ImageStatusDeleted, err != nil && image.ErrorMessage != "", address)
	}
}

func TestCreateRefuses(t *testing.T) {
	client := newClient(t, fakeapi.New(), fakeapi.Token)
	params := newImage
	params.Region = "mars1"
	_, err := client.Create(t.Context(), params)
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
}

func TestUnknownDistribution(t *testing.T) {
	client := newClient(t, fakeapi.New(), fakeapi.Token)
	params := newImage
	params.Distribution = "talos"
	created, err := client.Create(t.Context(), params)
	require.NoError(t, err)
	assert.Equal(t, gen.Distribution("Unknown OS"), created.Distribution)
	image, err := client.Get(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, gen.DistributionUnknown, image.Distribution)
}

func TestUpdateRules(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "custom", Type: gen.ImageTypeCustom, Description: "old", Distribution: gen.DistributionDebian},
		gen.Image{ID: 2, Name: "snapshot", Type: gen.ImageTypeSnapshot, Description: "old"},
		gen.Image{ID: 3, Name: "public", Public: true},
	))
	client := newClient(t, fake, fakeapi.Token)
	image, err := client.Update(t.Context(), 1, gen.ImageUpdate{Description: ptr("")})
	require.NoError(t, err)
	assert.Empty(t, image.Description)
	assert.Equal(t, "custom", image.Name, "a field that is left out does not change")
	image, err = client.Update(t.Context(), 1, gen.ImageUpdate{Distribution: "talos"})
	require.NoError(t, err)
	assert.Equal(t, gen.DistributionUnknown, image.Distribution)
	image, err = client.Update(t.Context(), 2, gen.ImageUpdate{Name: ptr("renamed")})
	require.NoError(t, err)
	assert.Equal(t, "renamed", image.Name)
	_, err = client.Update(t.Context(), 2, gen.ImageUpdate{Description: ptr("new")})
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	_, err = client.Update(t.Context(), 2, gen.ImageUpdate{Name: ptr("")})
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	_, err = client.Update(t.Context(), 3, gen.ImageUpdate{Name: ptr("mine now")})
	assert.ErrorIs(t, err, wrapper.ErrForbidden)
}

func TestDeleteAndAfter(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1}, gen.Image{ID: 2})), fakeapi.Token)
	require.NoError(t, client.Delete(t.Context(), 1))
	_, err := client.Get(t.Context(), 1)
	assert.ErrorIs(t, err, wrapper.ErrNotFound)
	err = client.Delete(t.Context(), 1)
	assert.ErrorContains(t, err, "Image Can not delete an already deleted image.")
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Len(t, images, 1)
	assert.ErrorIs(t, client.Delete(t.Context(), 99), wrapper.ErrNotFound)
}

func TestDeleteWhileImporting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(), fakeapi.Token)
		created, err := client.Create(t.Context(), newImage)
		require.NoError(t, err)
		require.NoError(t, client.Delete(t.Context(), created.ID))
		time.Sleep(time.Hour)
		_, err = client.Get(t.Context(), created.ID)
		assert.ErrorIs(t, err, wrapper.ErrNotFound)
	})
}

// The fake remembers what a list shows, but only until something changes.
func TestListsFollowEveryChange(t *testing.T) {
	const team = "22222222-2222-4222-8222-222222222222"
	fake := fakeapi.New(fakeapi.WithCatalogue(0, 0), fakeapi.WithAccounts(fakeapi.Account{Token: "alice"}, fakeapi.Account{Token: "bob", UUID: team}))
	alice, bob := newClient(t, fake, "alice"), newClient(t, fake, "bob")
	count := func(client *wrapper.Client) int {
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{Private: true}))
		require.NoError(t, err)
		return len(images)
	}
	require.Zero(t, count(alice))
	fake.Inject(fakeapi.Fault{Operation: "images_list", Count: 1, Do: fakeapi.AddImages(1)})
	require.Equal(t, 1, count(alice))
	created, err := alice.Create(t.Context(), newImage)
	require.NoError(t, err)
	require.Equal(t, 2, count(alice))
	require.Zero(t, count(bob))
	snapshot := fake.Images()[0].ID
	id, err := alice.CreateAccountTransfer(t.Context(), snapshot, wrapper.Recipient{UUID: team})
	require.NoError(t, err)
	require.NoError(t, bob.AcceptAccountTransfer(t.Context(), snapshot, id, team))
	assert.Equal(t, 1, count(alice))
	assert.Equal(t, 1, count(bob))
	require.NoError(t, alice.Delete(t.Context(), created.ID))
	assert.Zero(t, count(alice))
}
