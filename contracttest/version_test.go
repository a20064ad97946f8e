package contracttest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// A release changes the version in one place, and whatever names a version names that one. The test of the command
// has its --version.
func TestVersionStandsOnce(t *testing.T) {
	var userAgent string
	file := filepath.Join(t.TempDir(), "get.cassette.yaml")
	fake := fakeapi.New()
	recorder, err := recording.NewRecorder(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		userAgent = req.Header.Get("User-Agent")
		return fake.RoundTrip(req)
	}), file)
	require.NoError(t, err)
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: recorder}))
	require.NoError(t, err)
	_, err = client.Get(t.Context(), 6_000_000)
	require.NoError(t, err)
	require.NoError(t, recorder.Close())

	assert.Equal(t, "doimages/"+openapi.Version, userAgent)
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "doimages "+openapi.Version)

	for _, name := range goFiles(t) {
		if text, err := os.ReadFile(filepath.Join("..", name)); assert.NoError(t, err) && name != "openapi/openapi.go" {
			assert.False(t, strings.Contains(string(text), `"`+openapi.Version), "%s spells the version out", name)
		}
	}
}
