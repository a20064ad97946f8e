package wrapper_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/openapi"
)

// A service that imports the wrapper compiles these modules, and no others.
func TestImportersCompileLittle(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	require.NoError(t, err)
	modules := map[string]bool{}
	for _, module := range strings.Fields(string(out)) {
		modules[module] = true
		for _, heavy := range []string{"kin-openapi", "testify", "go-vcr", "oapi-codegen/oapi-codegen", "yaml", "cobra"} {
			assert.NotContains(t, module, heavy)
		}
	}
	assert.ElementsMatch(t, []string{
		"example.com/doimages",
		"github.com/apapsch/go-jsonmerge/v2", // of runtime
		"github.com/cenkalti/backoff/v5",
		"github.com/go-json-experiment/json",
		"github.com/google/uuid", // of runtime
		"github.com/oapi-codegen/runtime",
	}, slices.Collect(maps.Keys(modules)))
}

// A service in a module of its own can import the wrapper, and does not carry the contract: constants of package
// openapi are all that the wrapper takes from there.
func TestConsumerBuilds(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "consumer")
	args := []string{"build", "-ldflags=-w", "-o", binary}
	if isRace() {
		args = append(args, "-race") // so that the build cache has everything
	}
	command := exec.Command("go", args...)
	command.Dir = "testdata/consumer"
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	out, err := command.CombinedOutput()
	require.NoError(t, err, "go %v: %s", args, out)

	program, err := os.ReadFile(binary)
	require.NoError(t, err)
	executable, err := os.Executable()
	require.NoError(t, err)
	thisTest, err := os.ReadFile(executable)
	require.NoError(t, err)
	for _, line := range distinctiveLines(t, 5) {
		assert.True(t, bytes.Contains(thisTest, []byte(line)), "this test carries the contract: %s", line)
		assert.False(t, bytes.Contains(program, []byte(line)), "the service carries the contract: %s", line)
	}
}

// distinctiveLines returns long lines from all over the document.
func distinctiveLines(t *testing.T, n int) []string {
	t.Helper()
	var long []string
	for line := range strings.Lines(string(openapi.Document())) {
		if line = strings.TrimSpace(line); len(line) > 60 && !strings.Contains(line, "http") {
			long = append(long, line)
		}
	}
	require.Greater(t, len(long), n)
	var chosen []string
	for i := range n {
		chosen = append(chosen, long[i*len(long)/n])
	}
	return chosen
}

// isRace reports whether the race detector is on.
func isRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
