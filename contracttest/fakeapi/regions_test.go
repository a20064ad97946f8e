package fakeapi_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

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
