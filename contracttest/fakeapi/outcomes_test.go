package fakeapi_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// faulty returns a fake whose imports and actions end at the first poll, with a fault.
func faulty(t *testing.T, fault string, options ...fakeapi.Option) *fakeapi.API {
	t.Helper()
	f, err := fakeapi.ParseFault(fault)
	require.NoError(t, err)
	options = append(options, fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1), fakeapi.WithFaults(f))
	return fakeapi.New(options...)
}

// A fault chooses the creates whose imports fail, not the reads that find it out.
func TestFailImport(t *testing.T) {
	for fault, want := range map[string][]string{
		"images_create_custom:fail-import":                       {"We had a problem decompressing your file.", "We had a problem"},
		"*:fail-import=too large,count=1":                        {"too large", ""},
		"images_create_custom:fail-import=too large,after=1":     {"", "too large"},
		"images_create_custom:fail-import=too large,page=0":      {"too large", "too large"},
		"*:count=1,fail-import=a message: with several signs = ": {"a message: with several signs = ", ""},
	} {
		fake := faulty(t, fault)
		client := newClient(t, fake, fakeapi.Token)
		for n, message := range want {
			image, err := client.CreateAndWait(t.Context(), newImage)
			require.NotNil(t, image, fault)
			if message == "" {
				assert.NoError(t, err, "%s, import %d", fault, n)
				assert.Equal(t, gen.ImageStatusAvailable, image.Status)
				assert.Empty(t, image.ErrorMessage)
				continue
			}
			var failed *wrapper.ImageFailedError
			require.ErrorAs(t, err, &failed, "%s, import %d", fault, n)
			assert.Equal(t, gen.ImageStatusDeleted, failed.Image.Status)
			assert.True(t, strings.HasPrefix(failed.Image.ErrorMessage, message), failed.Image.ErrorMessage)
		}
		assert.Equal(t, len(want), fake.Done("images_create_custom"), "each create itself succeeds")
	}
}

func TestFailAction(t *testing.T) {
	fake := faulty(t, "imageActions_post:fail-action,count=2", threeImages())
	client := newClient(t, fake, fakeapi.Token)
	converted := func() *gen.Action {
		started, err := client.Convert(t.Context(), 2)
		require.NoError(t, err)
		assert.Equal(t, gen.ActionStatusInProgress, started.Status)
		ended, err := client.Action(t.Context(), 2, started.ID)
		require.NoError(t, err)
		assert.NotNil(t, ended.CompletedAt)
		return ended
	}
	started, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
	require.NoError(t, err)
	ended, err := client.Action(t.Context(), 1, started.ID)
	require.NoError(t, err)
	assert.Equal(t, gen.ActionStatusErrored, ended.Status)
	image, err := client.Get(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []gen.RegionSlug{"nyc3"}, image.Regions)

	assert.Equal(t, gen.ActionStatusErrored, converted().Status)
	image, err = client.Get(t.Context(), 2)
	require.NoError(t, err)
	assert.Equal(t, gen.ImageTypeBackup, image.Type)
	assert.Equal(t, gen.ActionStatusCompleted, converted().Status, "the fault has struck twice")
}

// An action names where it goes, or where its image is; a region that is not there is null.
func TestRegionsOfActions(t *testing.T) {
	images := fakeapi.WithImages(
		gen.Image{ID: 1, Type: gen.ImageTypeCustom, Regions: []gen.RegionSlug{"nyc3"}},
		gen.Image{ID: 2, Type: gen.ImageTypeCustom},
	)
	client := newClient(t, fakeapi.New(images), fakeapi.Token)
	action, err := client.Transfer(t.Context(), 1, gen.RegionSlugAtl1)
	require.NoError(t, err)
	assert.Equal(t, "Atlanta 1", action.Region.Name)
	action, err = client.Convert(t.Context(), 2)
	require.NoError(t, err)
	assert.Nil(t, action.Region)
	assert.Nil(t, action.RegionSlug)

	client = newClient(t, fakeapi.New(images, fakeapi.WithNullRegions(), fakeapi.WithActionTime(0)), fakeapi.Token)
	action, err = client.Transfer(t.Context(), 1, gen.RegionSlugAtl1)
	require.NoError(t, err)
	assert.Nil(t, action.Region)
	assert.Nil(t, action.RegionSlug)
	image, err := client.Get(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []gen.RegionSlug{"nyc3", "atl1"}, image.Regions)
}

// Every region of the contract has a name.
func TestNamesOfRegions(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(t, err)
	regions := doc.Components.Schemas["region_slug"].Value.Enum
	require.NotEmpty(t, regions)
	for _, slug := range regions {
		region := gen.RegionSlug(slug.(string))
		fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1, Type: gen.ImageTypeSnapshot}))
		action, err := newClient(t, fake, fakeapi.Token).Transfer(t.Context(), 1, region)
		require.NoError(t, err, region)
		assert.Regexp(t, `^[A-Z][A-Za-z ]+ [0-9]$`, action.Region.Name, region)
	}
}

// A request that is refused starts nothing that could fail, so it uses up no fault.
func TestRefusedRequestsDoNotCount(t *testing.T) {
	fake := fakeapi.New(threeImages(), fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1), fakeapi.WithFaults(
		fakeapi.Fault{Do: fakeapi.FailImport("No partition table."), After: 1, Count: 1},
		fakeapi.Fault{Do: fakeapi.FailAction(), Count: 1},
		fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.Reset(), Count: 1},
	))
	client := newClient(t, fake, fakeapi.Token)
	_, err := client.Create(t.Context(), newImage)
	require.ErrorIs(t, err, wrapper.ErrNoResponse, "a request that is not carried out starts nothing either")
	elsewhere := newImage
	elsewhere.Region = "mars1"
	for _, want := range []gen.ImageStatus{gen.ImageStatusAvailable, gen.ImageStatusDeleted, gen.ImageStatusAvailable} {
		_, err := client.Create(t.Context(), elsewhere)
		require.ErrorIs(t, err, wrapper.ErrUnprocessable)
		created, err := client.Create(t.Context(), newImage)
		require.NoError(t, err)
		image, err := client.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, want, image.Status)
	}
	for _, want := range []gen.ActionStatus{gen.ActionStatusErrored, gen.ActionStatusCompleted} {
		_, err := client.Transfer(t.Context(), 1, "mars1")
		require.ErrorIs(t, err, wrapper.ErrUnprocessable)
		started, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
		require.NoError(t, err)
		action, err := client.Action(t.Context(), 1, started.ID)
		require.NoError(t, err)
		assert.Equal(t, want, action.Status)
	}
}
