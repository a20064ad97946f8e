package recording_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
)

// What cannot be written is known before anything is sent.
func TestNewRecorderTriesToWrite(t *testing.T) {
	for name, inTheWay := range map[string]string{
		"the cassette":   "a.cassette.yaml",
		"the provenance": "a.provenance.yaml",
	} {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, inTheWay), 0o755))
		_, err := recording.NewRecorder(nil, filepath.Join(dir, "a.cassette.yaml"))
		assert.ErrorContains(t, err, inTheWay+": it is a folder", name)
	}
	dir := t.TempDir()
	_, err := recording.NewRecorder(nil, filepath.Join(dir, "a.cassette.yaml"))
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is left of the attempt")
	if os.Getuid() == 0 {
		return // who may write everywhere
	}
	require.NoError(t, os.Chmod(dir, 0o500))
	_, err = recording.NewRecorder(nil, filepath.Join(dir, "a.cassette.yaml"))
	assert.ErrorContains(t, err, "its folder: ")
}

// A recorder of a long run keeps what it has, and passes on the rest.
func TestRecorderIsBounded(t *testing.T) {
	body := bytes.Repeat([]byte(" "), 400<<10)
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK,
			Header:     http.Header{"Content-Type": {"application/json"}},
			Body:       io.NopCloser(bytes.NewReader(body)),
			Request:    req,
		}, nil
	})
	file := filepath.Join(t.TempDir(), "a.cassette.yaml")
	recorder, err := recording.NewRecorder(next, file)
	require.NoError(t, err)
	recorder.SetLimit(1 << 20)
	for i, want := range []int{1, 2, 2, 2} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images", nil)
		require.NoError(t, err)
		resp, err := recorder.RoundTrip(req)
		require.NoError(t, err)
		passed, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Len(t, passed, len(body))
		assert.Equal(t, want, recorder.Len())
		assert.Equal(t, i >= 2, recorder.Full())
	}
	require.NoError(t, recorder.Close())
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, " 2 exchanges were left out, since a recording holds 1 MiB.")
	assert.Len(t, testkit.ReadAll(t, file), 2)
}

func TestRecorderWithABase(t *testing.T) {
	base, err := traffic.ParseBase("https://proxy.example/do/dop_v1_secret0123456789/")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "a.cassette.yaml")
	recorder, err := recording.NewRecorder(fakeapi.New(), file, recording.WithBase(base))
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: recorder}).Get(base.String() + "/v2/images/1")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.NoError(t, recorder.Close())
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.NotContains(t, provenance.BaseURL, "secret")
	recorded, err := traffic.ParseBase(provenance.BaseURL)
	require.NoError(t, err)
	exchange := testkit.ReadAll(t, file)[0]
	u, ok := recorded.Strip(exchange.URL)
	assert.True(t, ok, "%s at %s", exchange.URL, recorded)
	assert.Equal(t, "/v2/images/1", u.Path)
}
