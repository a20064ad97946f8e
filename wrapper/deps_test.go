package wrapper_test

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever imports the wrapper compiles what it depends on.
func TestImportersCompileLittle(t *testing.T) {
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

// A service in a module of its own can import the wrapper.
func TestConsumerBuilds(t *testing.T) {
	for _, args := range [][]string{{"vet", "./..."}, {"build", "-o", os.DevNull, "."}} {
		command := exec.Command("go", args...)
		command.Dir = "testdata/consumer"
		command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
		out, err := command.CombinedOutput()
		assert.NoError(t, err, "go %s: %s", strings.Join(args, " "), out)
	}
}
