package wrapper_test

import (
	"bytes"
	"context"
	"errors"
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

func TestActionWithoutItsEnvelope(t *testing.T) {
	client := newClient(t, respond(200, actionJSON(7, "completed"), nil))
	_, err := client.Action(t.Context(), 42, 7)
	assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	_, err = client.Convert(t.Context(), 42)
	assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)

	client = newClient(t, respond(200, `{"action":`+actionJSON(8, "completed")+`}`, nil))
	_, err = client.Action(t.Context(), 42, 7)
	assert.ErrorContains(t, err, "the id is 8, expected 7")
}

// available imports an image and waits for it.
func available(t *testing.T, client *wrapper.Client) int64 {
	t.Helper()
	id := imports(t, client, 1)[0]
	_, err := client.WaitAvailable(t.Context(), id)
	require.NoError(t, err)
	return id
}

func TestDistribute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithActionTime(20 * time.Minute))
		client, _ := fakeClient(t, fake)
		id := available(t, client)
		start := time.Now()
		regions := []gen.RegionSlug{"nyc3", "fra1", "ams3", "fra1", "sgp1", "lon1"} // nyc3 holds it, fra1 is named twice
		require.NoError(t, client.Distribute(t.Context(), id, regions))
		image, err := client.Get(t.Context(), id)
		require.NoError(t, err)
		assert.ElementsMatch(t, []gen.RegionSlug{"nyc3", "fra1", "ams3", "sgp1", "lon1"}, image.Regions)
		assert.Equal(t, 4, fake.Done("imageActions_post"))
		assert.Less(t, time.Since(start), 25*time.Minute, "they run at the same time")

		require.NoError(t, client.Distribute(t.Context(), id, regions))
		assert.Equal(t, 4, fake.Done("imageActions_post"), "nothing is left to do")
	})
}

func TestDistributeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithActionTime(20 * time.Minute))
		client, _ := fakeClient(t, fake)
		id := available(t, client)
		ended := make(chan error, 1)
		go func() {
			ended <- client.Distribute(t.Context(), id, []gen.RegionSlug{"ams2", "ams3", "blr1", "fra1", "lon1", "nyc1", "nyc2", "sfo1", "sfo2", "sgp1", "tor1"})
		}()
		time.Sleep(time.Minute)
		assert.Equal(t, 8, fake.Done("imageActions_post"))
		require.NoError(t, <-ended)
		assert.Equal(t, 11, fake.Done("imageActions_post"))
	})
}

func TestDistributeJoinsItsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		client, _ := fakeClient(t, fake)
		id := available(t, client)
		err := client.Distribute(t.Context(), id, []gen.RegionSlug{"mars1", "fra1", "moon1"})
		require.ErrorIs(t, err, wrapper.ErrUnprocessable)
		lines := strings.Split(err.Error(), "\n")
		require.Len(t, lines, 2)
		assert.Contains(t, lines[0], fmt.Sprintf("distribute image %d to mars1: transfer image %d: 422 ", id, id))
		assert.Contains(t, lines[1], "to moon1: ")
		image, err := client.Get(t.Context(), id)
		require.NoError(t, err)
		assert.Contains(t, image.Regions, gen.RegionSlugFra1, "a failure does not stop the others")

		assert.ErrorIs(t, client.Distribute(t.Context(), 1, []gen.RegionSlug{"fra1"}), wrapper.ErrNotFound)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, client.Distribute(ctx, id, []gen.RegionSlug{"sgp1"}), context.Canceled)
	})
}

// What is true of one region is asked of its own error: in the joined one, errors.Is and errors.As may find two others.
func TestDistributeSaysWhatEachRegionCameTo(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}))
	transport := roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			body, err := io.ReadAll(req.Body)
			if err != nil || strings.Contains(string(body), "fra1") {
				return nil, io.EOF
			}
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		return fake.RoundTrip(req)
	})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	err = client.Distribute(t.Context(), 42, []gen.RegionSlug{"mars1", "fra1", fakeapi.Token})
	var joined interface{ Unwrap() []error }
	require.ErrorAs(t, err, &joined)
	var regions []gen.RegionSlug
	var lost, images []int64
	for i, err := range joined.Unwrap() {
		var failed *wrapper.RegionError
		require.ErrorAs(t, err, &failed)
		assert.ErrorIs(t, failed, failed.Err)
		assert.Equal(t, fmt.Sprintf("distribute image 42 to %s: %v", failed.Region, failed.Err), failed.Error())
		var apiError *wrapper.Error
		require.ErrorAs(t, failed, &apiError)
		assert.Equal(t, i != 1, errors.Is(failed, wrapper.ErrUnprocessable))
		assert.Equal(t, i == 1, errors.Is(failed, wrapper.ErrNoResponse))
		if apiError.MayHaveActed {
			lost = append(lost, int64(i))
		}
		regions, images = append(regions, failed.Region), append(images, failed.ImageID)
	}
	assert.Equal(t, []int64{1}, lost)
	assert.Equal(t, []int64{42, 42, 42}, images)
	assert.Equal(t, []gen.RegionSlug{"mars1", "fra1", "[redacted-1]"}, regions)
}
