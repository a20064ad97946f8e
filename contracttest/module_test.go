package contracttest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/zip"
)

func readModule(t *testing.T, file string) *modfile.File {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	mod, err := modfile.Parse(file, text, nil)
	require.NoError(t, err)
	return mod
}

// leastGo returns the least Go that a module asks for, without the patch, such as 1.26.
func leastGo(t *testing.T, file string) string {
	t.Helper()
	parts := strings.SplitN(readModule(t, file).Go.Version, ".", 3)
	require.GreaterOrEqual(t, len(parts), 2)
	return parts[0] + "." + parts[1]
}

// What keeps others from `go run …/cmd/contract@version`: directives that only the main module may have, and files
// that a module cannot hold.
func TestModuleCanBePublished(t *testing.T) {
	mod := readModule(t, "../go.mod")
	assert.Empty(t, mod.Replace)
	assert.Empty(t, mod.Exclude)
	files, err := zip.CheckDir("..")
	require.NoError(t, err)
	require.NoError(t, files.Err())
	assert.Contains(t, files.Valid, "../openapi/images.yaml", "a file that is embedded")
}

// The README names one least Go, which holds for every module of the repository.
func TestModulesAskForTheSameGo(t *testing.T) {
	least := leastGo(t, "../go.mod")
	for _, folder := range ownModules {
		files, err := filepath.Glob(filepath.Join("..", folder, "go.mod"))
		require.NoError(t, err)
		nested, err := filepath.Glob(filepath.Join("..", folder, "*", "go.mod"))
		require.NoError(t, err)
		require.NotEmpty(t, append(files, nested...), folder)
		for _, file := range append(files, nested...) {
			assert.Equal(t, least, leastGo(t, file), file)
		}
	}
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), "Go "+least)
}
