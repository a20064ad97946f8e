package contracttest_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// module is what the import path of every package of this module begins with.
const module = "example.com/doimages/"

// exportedPackages are those that others import.
var exportedPackages = []string{
	"contracttest",
	"contracttest/check",
	"contracttest/fakeapi",
	"contracttest/monitor",
	"contracttest/recording",
	"contracttest/report",
	"contracttest/traffic",
	"gen",
	"openapi",
	"wrapper",
}

// sources returns the packages that others import, and the command, by their import paths. Their files are
// type-checked, which takes a second, so that the tests share them.
func sources(t *testing.T) map[string]*packages.Package {
	t.Helper()
	loaded, err := loadSources()
	require.NoError(t, err)
	return byPath(t, loaded)
}

var loadSources = sync.OnceValues(func() ([]*packages.Package, error) {
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedImports |
		packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo
	return load(mode, append(inModule(exportedPackages...), inModule("contracttest/cmd/contract")...))
})

// load loads packages by their import paths.
func load(mode packages.LoadMode, importPaths []string) ([]*packages.Package, error) {
	return packages.Load(&packages.Config{Mode: mode, Dir: ".."}, importPaths...)
}

// inModule returns the import paths of folders of this module.
func inModule(folders ...string) []string {
	importPaths := make([]string, len(folders))
	for i, folder := range folders {
		importPaths[i] = module + folder
	}
	return importPaths
}

// byPath returns packages by their import paths. All must be free of errors.
func byPath(t *testing.T, loaded []*packages.Package) map[string]*packages.Package {
	t.Helper()
	paths := map[string]*packages.Package{}
	for _, p := range loaded {
		require.Empty(t, p.Errors)
		paths[p.PkgPath] = p
	}
	return paths
}
