package clients

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
)

// A recording names the version of the module that recorded it, which in a program of somebody else is not the program's.
func TestARecordingNamesTheVersionOfItsRecorder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	recorder, err := contracttest.NewRecorder(fakeapi.New(), file)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: recorder}).Get("https://api.digitalocean.com/v2/images")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.NoError(t, recorder.Close())
	provenance, err := contracttest.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "Recorded by doimages v0.0.0. ", "as go.mod has it")
}
