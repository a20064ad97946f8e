package fakeapi_test

import (
	"net/http"
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
		slugs, types := map[string]bool{}, map[gen.ImageType]bool{}
		for i, image := range images {
			types[image.Type] = true
			if i > 0 {
				assert.Less(t, image.ID, images[i-1].ID, "the newest comes first")
				assert.True(t, image.CreatedAt.Before(images[i-1].CreatedAt), "the newest comes first")
			}
			official := image.Type == gen.ImageTypeBase || image.Type == gen.ImageTypeApplication
			assert.Equal(t, official, image.Slug != nil)
			assert.Equal(t, image.Type == gen.ImageTypeBase, image.Public)
			assert.True(t, image.Distribution.Valid())
			if image.Slug != nil {
				assert.False(t, slugs[*image.Slug], *image.Slug)
				slugs[*image.Slug] = true
			}
		}
		if n >= 60 {
			assert.Len(t, types, 5, "distributions, applications, snapshots, backups and custom images")
			assert.True(t, slugs["rockylinux-9-x64"])
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
	assert.Equal(t, gen.DistributionUnknownOS, image.Distribution)
	image, err = client.Update(t.Context(), 2, gen.ImageUpdate{Name: ptr("renamed")})
	require.NoError(t, err)
	assert.Equal(t, "renamed", image.Name)
	_, err = client.Update(t.Context(), 2, gen.ImageUpdate{Description: ptr("new")})
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	resp, _ := sendJSON(t, fake, http.MethodPut, "/v2/images/2", `{"name":""}`) // the wrapper would not send it
	assert.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode)
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
	accounts := fakeapi.WithAccounts(fakeapi.Account{Token: "alice"}, fakeapi.Account{Token: "bob", UUID: team})
	fake := fakeapi.New(fakeapi.WithCatalogue(0, 0), accounts)
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
	snapshot := fake.Images()[1].ID // after the image that was created later
	id, err := alice.CreateAccountTransfer(t.Context(), snapshot, wrapper.Recipient{UUID: team})
	require.NoError(t, err)
	require.NoError(t, bob.AcceptAccountTransfer(t.Context(), snapshot, id, team))
	assert.Equal(t, 1, count(alice))
	assert.Equal(t, 1, count(bob))
	require.NoError(t, alice.Delete(t.Context(), created.ID))
	assert.Zero(t, count(alice))
}
