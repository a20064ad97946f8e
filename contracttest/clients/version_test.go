package clients

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// A recording names the version of the module that recorded it, which in a program of somebody else is not the program's.
// A test knows no versions, so that it takes a program.
func TestARecordingNamesTheVersionOfItsRecorder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	out, err := exec.CommandContext(t.Context(), "go", "run", "./testdata/recorder", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "Recorded by doimages v0.0.0. ", "as go.mod has it")
}
