package contracttest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// Imports run one way: what a package may import of this module, tests left aside. A new package has to say, too.
func TestImportsRunOneWay(t *testing.T) {
	may := map[string][]string{
		"gen":                       {},
		"gen/server":                {"gen"},
		"openapi":                   {},
		"openapi/drift":             {},
		"wrapper":                   {"gen"},
		"contracttest/fakeapi":      {"gen", "gen/server"},
		"contracttest":              {"gen", "openapi", "wrapper"},
		"contracttest/cmd/contract": {"openapi", "wrapper", "contracttest", "contracttest/fakeapi"},
	}
	// Modules of their own are importers, like any other.
	own := []string{"contracttest/bench", "contracttest/clients", "wrapper/oteltrace", "wrapper/redislimit", "wrapper/testdata"}
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel("..", path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			for _, module := range own {
				if name == module {
					return filepath.SkipDir
				}
			}
			return nil
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "tools.go":
			return nil
		}
		folder := filepath.ToSlash(filepath.Dir(name))
		seen[folder] = true
		require.Contains(t, may, folder, "a package without a place in the house")
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if local, ours := strings.CutPrefix(imported, "example.com/doimages/"); ours {
				assert.Contains(t, may[folder], local, "%s imports %s", name, local)
			}
		}
		return nil
	}))
	assert.Len(t, seen, len(may), "a package is gone: %v", seen)
}

// A service that has the fake in its tests compiles no checker and no generator for it.
func TestTheFakeCompilesLittle(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps, Dir: ".."}, "./contracttest/fakeapi")
	require.NoError(t, err)
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, heavy := range []string{"kin-openapi", "testify", "go-vcr", "oapi-codegen/oapi-codegen", "yaml", "cobra"} {
			assert.NotContains(t, p.PkgPath, heavy)
		}
	})
}
