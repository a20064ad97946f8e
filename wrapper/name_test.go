package wrapper_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func TestGetByName(t *testing.T) {
	images := []gen.Image{
		{ID: 1, Name: "web"},
		{ID: 2, Name: "web-2"},
		{ID: 3, Name: "Web"},
		{ID: 4, Name: "db", Status: gen.ImageStatusDeleted},
		{ID: 5, Name: "twin"},
		{ID: 6, Name: "twin", Status: gen.ImageStatusPending},
		{ID: 7, Name: "24.04 (LTS) x64", Public: true, Slug: ptr("ubuntu-24-04-x64")},
	}
	for id := range int64(450) { // of which the last page has what is looked for
		images = append(images, gen.Image{ID: 1000 + id, Name: fmt.Sprint("other ", id)})
	}
	client, _ := fakeClient(t, fakeapi.New(fakeapi.WithImages(images...)))
	for name, test := range map[string]struct {
		name     string
		id       int64
		sentinel error
		want     string
	}{
		"one":                {name: "web", id: 1},
		"in upper case":      {name: "Web", id: 3},
		"not available":      {name: "db", id: 4},
		"on the last page":   {name: "other 449", id: 1449},
		"none":               {name: "we", sentinel: wrapper.ErrNotFound, want: `get image by name "we": not found: no private image has this name`},
		"only a public one":  {name: "24.04 (LTS) x64", sentinel: wrapper.ErrNotFound, want: "no private image has this name"},
		"the token, mistold": {name: fakeapi.Token, sentinel: wrapper.ErrNotFound, want: `get image by name "[redacted-1]": not found`},
	} {
		t.Run(name, func(t *testing.T) {
			image, err := client.GetByName(t.Context(), test.name)
			if test.sentinel != nil {
				require.ErrorIs(t, err, test.sentinel)
				assert.ErrorContains(t, err, test.want)
				assert.Nil(t, image)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.id, image.ID)
		})
	}

	_, err := client.GetByName(t.Context(), "twin")
	var ambiguous *wrapper.AmbiguousNameError
	require.ErrorAs(t, err, &ambiguous)
	assert.Equal(t, "twin", ambiguous.Name)
	assert.ElementsMatch(t, []int64{5, 6}, ambiguous.IDs)
	assert.Regexp(t, `^get image by name "twin": 2 private images have the name "twin": \[[56] [56]\]$`, err.Error())
	assert.NotErrorIs(t, err, wrapper.ErrNotFound)
}

// An error of many ids, or of a name that is long, is short.
func TestAmbiguousNameErrorIsShort(t *testing.T) {
	name := strings.Repeat("x", 10_000)
	var images []gen.Image
	for id := range int64(1000) {
		images = append(images, gen.Image{ID: id + 1, Name: name})
	}
	client, _ := fakeClient(t, fakeapi.New(fakeapi.WithImages(images...)))
	_, err := client.GetByName(t.Context(), name)
	var ambiguous *wrapper.AmbiguousNameError
	require.ErrorAs(t, err, &ambiguous)
	assert.Len(t, ambiguous.IDs, 1000)
	assert.Less(t, len(err.Error()), 1500)
	assert.Contains(t, err.Error(), " and more")
}

// While a list cannot be read to its end, nobody knows whether a name is there once.
func TestGetByNameOfABrokenList(t *testing.T) {
	pages := catalogue(450, nil)
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "3" {
			reply(w, 500, `{"id":"server_error","message":"Unexpected server-side error"}`)
			return
		}
		pages(w, r)
	})
	image, err := client.GetByName(t.Context(), "image 1")
	assert.Nil(t, image)
	require.ErrorIs(t, err, wrapper.ErrServer)
	assert.ErrorContains(t, err, `get image by name "image 1": list images: page 3: 500`)
}
