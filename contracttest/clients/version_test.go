package clients

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// buildFlags are those that this test was built with. A program that is built with the same ones shares its packages;
// with others every package of it, net/http included, would be compiled again.
var buildFlags []string

// A recording names the version of the module that recorded it. In a program of another module that is not the
// version of the program. The version is not known in a test, so this takes a program.
func TestARecordingNamesTheVersionOfItsRecorder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	args := slices.Concat([]string{"run"}, buildFlags, []string{"./testdata/recorder", file})
	out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "Recorded by doimages v0.0.0. ", "as go.mod has it")
}
