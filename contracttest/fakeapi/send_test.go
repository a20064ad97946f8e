package fakeapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// newClient returns a client that passes on what the fake does: it neither retries nor waits.
func newClient(t *testing.T, fake *fakeapi.API, token string) *wrapper.Client {
	t.Helper()
	client, err := wrapper.NewClient(token,
		wrapper.WithHTTPClient(&http.Client{Transport: fake}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
		wrapper.WithoutAdaptiveLimit(),
		wrapper.WithAttemptTimeout(24*time.Hour),
	)
	require.NoError(t, err)
	return client
}

func ptr[T any](v T) *T { return &v }

// newImage is a create that will succeed.
var newImage = gen.ImageCreate{
	Name:         "new",
	URL:          "https://example.com/a.img.gz",
	Region:       gen.RegionSlugNyc3,
	Distribution: gen.DistributionUbuntu,
}

// newRequest makes a request with the token of the default account.
func newRequest(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	return req
}

// send sends a request, and returns the response with its body.
func send(t *testing.T, fake *fakeapi.API, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := fake.RoundTrip(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// fetch sends a GET.
func fetch(t *testing.T, fake *fakeapi.API, path string) (*http.Response, string) {
	t.Helper()
	return send(t, fake, newRequest(t, http.MethodGet, openapi.BaseURL+path, nil))
}

// sendJSON sends a request with a body.
func sendJSON(t *testing.T, fake *fakeapi.API, method, path, body string) (*http.Response, string) {
	t.Helper()
	req := newRequest(t, method, openapi.BaseURL+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	return send(t, fake, req)
}

// create sends a create as it is.
func create(t *testing.T, fake *fakeapi.API, image gen.ImageCreate) (*http.Response, string) {
	t.Helper()
	body, err := json.Marshal(image)
	require.NoError(t, err)
	return sendJSON(t, fake, http.MethodPost, "/v2/images", string(body))
}
