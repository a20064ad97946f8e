package contracttest_test

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/zip"
)

func readModule(t *testing.T, file string) *modfile.File {
	t.Helper()
	mod, err := modfile.Parse(file, []byte(readText(t, file)), nil)
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

// moduleFolders returns the folders of the repository that have a module, by their paths from its root.
func moduleFolders(t *testing.T) (folders []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "go.mod" {
			return err
		}
		folder, err := filepath.Rel("..", filepath.Dir(file))
		folders = append(folders, filepath.ToSlash(folder))
		return err
	}))
	return folders
}

// The README names one least Go, which holds for every module of the repository.
func TestModulesAskForTheSameGo(t *testing.T) {
	least := leastGo(t, "../go.mod")
	folders := moduleFolders(t)
	require.Greater(t, len(folders), len(ownModules))
	for _, folder := range folders {
		assert.Equal(t, least, leastGo(t, filepath.Join("..", folder, "go.mod")), folder)
	}
	assert.Contains(t, readText(t, "../README.md"), "Go "+least)
}

// Dependabot looks into no folder that it is not told of.
func TestDependabotKnowsEveryModule(t *testing.T) {
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(readText(t, "../.github/dependabot.yml")), &config))
	known := map[string][]string{}
	for _, update := range config.Updates {
		known[update.Ecosystem] = append(known[update.Ecosystem], update.Directories...)
	}
	var modules []string
	for _, folder := range moduleFolders(t) {
		modules = append(modules, "/"+strings.TrimPrefix(folder, "."))
	}
	assert.ElementsMatch(t, modules, known["gomod"])
	assert.ElementsMatch(t, []string{"/", strings.TrimPrefix(actionFolder, "..")}, known["github-actions"])
}
