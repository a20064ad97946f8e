package fakeapi_test

import (
	"context"
	"encoding/json"
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
		assert.Equal(t, *image, images[0])
	})
}

func TestImportByPolls(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(3)), fakeapi.Token)
	created, err := client.Create(t.Context(), newImage)
	require.NoError(t, err)
	for _, want := range []gen.ImageStatus{
		gen.ImageStatusPending, gen.ImageStatusPending, gen.ImageStatusAvailable, gen.ImageStatusAvailable,
	} {
		image, err := client.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, want, image.Status)
	}
}

// A client may wait by reading the list, as WaitAllAvailable does.
func TestImportByPollsOfTheList(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(3), fakeapi.WithImages()), fakeapi.Token)
	var ids []int64
	for range 3 {
		created, err := client.Create(t.Context(), newImage)
		require.NoError(t, err)
		ids = append(ids, created.ID)
	}
	second := wrapper.ListParams{PerPage: 1, Page: 2} // which has only the second of them
	for _, want := range []gen.ImageStatus{gen.ImageStatusPending, gen.ImageStatusPending, gen.ImageStatusAvailable} {
		for page, err := range client.ImagePages(t.Context(), second) {
			require.NoError(t, err)
			assert.Equal(t, want, page.Images[0].Status)
			break
		}
	}
	first, err := client.Get(t.Context(), ids[0])
	require.NoError(t, err)
	assert.Equal(t, gen.ImageStatusPending, first.Status, "no list has shown it")

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(3), fakeapi.WithImages()), fakeapi.Token)
		var ids []int64
		for range 3 {
			created, err := client.Create(t.Context(), newImage)
			require.NoError(t, err)
			ids = append(ids, created.ID)
		}
		images, err := wrapper.Collect(client.WaitAllAvailable(ctx, ids))
		require.NoError(t, err)
		assert.Len(t, images, 3)
	})
}

// The reading that shows the end of a failed import no longer has it in its list.
func TestFailedImportByPollsOfTheList(t *testing.T) {
	fail := fakeapi.Fault{Do: fakeapi.FailImport("")}
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(1), fakeapi.WithImages(), fakeapi.WithFaults(fail)), fakeapi.Token)
	created, err := client.Create(t.Context(), newImage)
	require.NoError(t, err)
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Empty(t, images)
	image, err := client.Get(t.Context(), created.ID)
	require.NoError(t, err)
	assert.Equal(t, gen.ImageStatusDeleted, image.Status)
}

func TestImportIsPolledOnlyByItsOwner(t *testing.T) {
	accounts := fakeapi.WithAccounts(fakeapi.Account{Token: "one"}, fakeapi.Account{Token: "two"})
	fake := fakeapi.New(fakeapi.WithImportPolls(2), accounts)
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

// What the API cannot import, it says in its own words; everything else is imported, whatever it is called.
func TestImportFormats(t *testing.T) {
	const compression, format = "We don't support the compression format of your image.", "The file is not a disk image"
	client := newClient(t, fakeapi.New(fakeapi.WithImportPolls(1)), fakeapi.Token)
	for address, problem := range map[string]string{
		"https://example.com/a.img":                    "",
		"https://example.com/a.bin.bz2":                "",
		"https://example.com/a.VMDK.bz2":               "",
		"https://example.com/a.raw.gz":                 "",
		"https://example.com/images/talos":             "",
		"http://example.com/a.vhdx":                    "",
		"ftp://example.com/a.qcow2":                    "",
		"https://example.com/a.img.xz":                 compression,
		"https://example.com/a.IMG.ZST":                compression,
		"https://example.com/digital-ocean.tar.gz":     compression,
		"https://example.com/a.ova":                    compression,
		"https://example.com/a.iso":                    format,
		"https://example.com/a.iso.gz":                 format,
		"https://example.com/no-image.txt":             format,
		"https://example.com/download.html":            format,
		"https://example.com/":                         format,
		"https://example.com":                          format,
		"https://example.com/a.img/":                   format,
		"https://example.com/a.img#sha256-of-the-file": "",
	} {
		params := newImage
		params.URL = address
		image, err := client.CreateAndWait(t.Context(), params)
		require.NotNil(t, image, address)
		if problem == "" {
			assert.NoError(t, err, address)
			assert.Equal(t, gen.ImageStatusAvailable, image.Status, address)
			continue
		}
		assert.Error(t, err, address)
		assert.Equal(t, gen.ImageStatusDeleted, image.Status, address)
		assert.Contains(t, image.ErrorMessage, problem, address)
		assert.Empty(t, image.Regions, address)
	}
}

func TestCreateRefuses(t *testing.T) {
	client := newClient(t, fakeapi.New(), fakeapi.Token)
	params := newImage
	params.Region = "mars1"
	_, err := client.Create(t.Context(), params)
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
}

// A URL with a query was refused in 2020; pre-signed URLs have one.
func TestURLWithAQuery(t *testing.T) {
	params := newImage
	for _, params.URL = range []string{"https://example.com/a.img?signature=1", "https://example.com/a.img?"} {
		fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
		_, err := newClient(t, fake, fakeapi.Token).Create(t.Context(), params)
		assert.ErrorContains(t, err, "400 bad_request: Your source URL must end in a file name, without a query", params.URL)
		assert.Empty(t, fake.Images())

		signed := fakeapi.New(fakeapi.WithSignedURLs(), fakeapi.WithImportPolls(1))
		_, err = newClient(t, signed, fakeapi.Token).CreateAndWait(t.Context(), params)
		assert.NoError(t, err, params.URL)
	}
}

func TestUnreachableSource(t *testing.T) {
	for _, address := range []string{
		"https://example.invalid/a.img",
		"https://a.example.INVALID./a.img",
		"https://invalid/a.img",
		"https://internal.example.com:8080/a.img",
		"https://10.0.0.1/a.img",
		"https://dotted.example.com/a.img",
		"https://[2001:db8::1]:8080/a.img",
		"file:///srv/a.img",
		"https:///a.img",
		"a.img",
		"https://example.com:port/a.img",
	} {
		fake := fakeapi.New(
			fakeapi.WithCatalogue(0, 0),
			fakeapi.WithUnreachable("Internal.example.com"),
			fakeapi.WithUnreachable("10.0.0.1", "dotted.example.com.", "[2001:DB8::1]"),
			fakeapi.WithImportPolls(1),
		)
		asked := newImage
		asked.URL = address
		resp, body := create(t, fake, asked)
		require.Equal(t, http.StatusBadRequest, resp.StatusCode, address)
		assert.Equal(t, "application/json; charset=utf-8", resp.Header.Get("Content-Type"))
		failure, document, ok := strings.Cut(body, "\n")
		require.True(t, ok, address)
		assert.JSONEq(t, `{"id":"bad_request","message":"Your source URL is unreachable"}`, failure)
		var second struct{ Image gen.Image }
		require.NoError(t, json.Unmarshal([]byte(document), &second))
		assert.Equal(t, gen.ImageStatusNEW, second.Image.Status)
		assert.Zero(t, fake.Done("images_create_custom"))

		image, err := newClient(t, fake, fakeapi.Token).Get(t.Context(), second.Image.ID)
		require.NoError(t, err, "the image stays")
		assert.Equal(t, gen.ImageStatusDeleted, image.Status)
		assert.Equal(t, "Your source URL is unreachable", image.ErrorMessage)
	}
	client := newClient(t, fakeapi.New(fakeapi.WithUnreachable("example.com")), fakeapi.Token)
	reachable := newImage
	reachable.URL = "https://www.example.com/invalid"
	_, err := client.Create(t.Context(), reachable)
	assert.NoError(t, err)
}

// The response to a create has the fields that were seen, and no others.
func TestFieldsOfANewImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
		asked := gen.ImageCreate{Name: "new", URL: newImage.URL, Region: "nyc3", Tags: []string{"a"}}
		resp, body := create(t, fake, asked)
		assert.Equal(t, http.StatusAccepted, resp.StatusCode)
		assert.Equal(t, "application/json; charset=utf-8", resp.Header.Get("Content-Type"))
		assert.JSONEq(t, `{"image":{"created_at":"2000-01-01T00:00:00Z","description":"","distribution":"Unknown OS",
			"error_message":"","id":6000000,"name":"new","regions":[],"status":"NEW","tags":["a"],"type":"custom",
			"updated_at":"2000-01-01T00:00:00Z"}}`, body)

		time.Sleep(time.Hour)
		client := newClient(t, fake, fakeapi.Token)
		image, err := client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
		assert.Equal(t, image.CreatedAt, *image.UpdatedAt)
		image, err = client.Update(t.Context(), 6_000_000, gen.ImageUpdate{Name: ptr("renamed")})
		require.NoError(t, err)
		assert.Equal(t, image.CreatedAt.Add(time.Hour), *image.UpdatedAt)
	})
}

func TestUnknownDistribution(t *testing.T) {
	client := newClient(t, fakeapi.New(fakeapi.WithCatalogue(0, 0)), fakeapi.Token)
	for _, asked := range []gen.Distribution{"", "talos", gen.DistributionUnknown, gen.DistributionUnknownOS} {
		params := newImage
		params.Distribution = asked
		created, err := client.Create(t.Context(), params)
		require.NoError(t, err)
		assert.Equal(t, gen.DistributionUnknownOS, created.Distribution, asked)
		image, err := client.Get(t.Context(), created.ID)
		require.NoError(t, err)
		assert.Equal(t, gen.DistributionUnknownOS, image.Distribution, asked)
	}
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	for _, image := range images {
		assert.Equal(t, gen.DistributionUnknownOS, image.Distribution)
	}
	assert.Len(t, images, 4)
}
