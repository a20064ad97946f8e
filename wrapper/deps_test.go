package wrapper_test

import (
	"os"
	"os/exec"
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
	delete(modules, "example.com/doimages")
	assert.LessOrEqual(t, len(modules), 5, "%v", modules)
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
