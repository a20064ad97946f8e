package contracttest_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// mayImport has a row for each package of this module: what it may import of the others, tests left aside.
var mayImport = map[string][]string{
	"gen":                              {},
	"gen/server":                       {"gen"},
	"openapi":                          {},
	"openapi/drift":                    {},
	"wrapper":                          {"gen", "openapi"},
	"contracttest/fakeapi":             {"gen", "gen/server", "openapi"},
	"contracttest/internal/plural":     {},
	"contracttest/internal/printyaml":  {},
	"contracttest/internal/redact":     {},
	"contracttest/internal/wholefile":  {},
	"contracttest/internal/decompress": {"contracttest/traffic"},
	"contracttest/internal/suggest": {
		"contracttest/check", "contracttest/internal/decompress", "contracttest/internal/printyaml",
		"contracttest/internal/redact", "contracttest/traffic",
	},
	// Only tests import the testkit.
	"contracttest/internal/testkit": {"contracttest/check", "contracttest/recording", "contracttest/traffic", "openapi"},
	"contracttest/traffic":          {"openapi"},
	"contracttest/check": {
		"contracttest/internal/decompress", "contracttest/internal/redact", "contracttest/traffic", "openapi",
	},
	"contracttest/report": {
		"contracttest/check", "contracttest/internal/plural", "contracttest/internal/redact", "contracttest/traffic",
		"openapi",
	},
	"contracttest/recording": {
		"contracttest/internal/decompress", "contracttest/internal/printyaml", "contracttest/internal/redact",
		"contracttest/internal/wholefile", "contracttest/traffic", "openapi",
	},
	"contracttest/monitor": {
		"contracttest/check", "contracttest/internal/redact", "contracttest/traffic", "openapi",
	},
	"contracttest": {
		"contracttest/check", "contracttest/internal/plural", "contracttest/internal/redact", "contracttest/report",
		"contracttest/traffic", "gen", "openapi", "wrapper",
	},
	"contracttest/cmd/contract": {
		"contracttest", "contracttest/check", "contracttest/fakeapi", "contracttest/internal/decompress",
		"contracttest/internal/plural", "contracttest/internal/printyaml", "contracttest/internal/redact",
		"contracttest/internal/suggest", "contracttest/internal/wholefile", "contracttest/recording",
		"contracttest/report", "contracttest/traffic", "gen", "openapi", "wrapper",
	},
}

// ownModules are folders with a module of their own. They import this one like anybody else.
var ownModules = []string{
	"contracttest/bench",
	"contracttest/clients",
	"wrapper/oteltrace",
	"wrapper/redislimit",
	"wrapper/testdata",
}

// Imports run one way. A new package needs a row in mayImport.
func TestImportsRunOneWay(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") || name == "tools.go" {
			continue
		}
		folder := path.Dir(name)
		seen[folder] = true
		allowed, ok := mayImport[folder]
		require.True(t, ok, "%s has no row in mayImport", folder)
		for _, imported := range importsOf(t, name) {
			if local, ours := strings.CutPrefix(imported, module); ours {
				assert.Contains(t, allowed, local, "%s imports %s", name, local)
			}
		}
	}
	assert.Len(t, seen, len(mayImport), "a package of mayImport is gone: %v", seen)
}

// goFiles returns the Go files of this module, by their paths from its root.
func goFiles(t *testing.T) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel("..", file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() && slices.Contains(ownModules, name) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			names = append(names, name)
		}
		return nil
	}))
	return names
}

// importsOf returns what a file imports.
func importsOf(t *testing.T, name string) (imports []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", name), nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		imports = append(imports, imported)
	}
	return imports
}

// A service compiles little for the sake of a package that it imports.
func TestImportersCompileLittle(t *testing.T) {
	loaded, err := load(packages.NeedName|packages.NeedImports|packages.NeedDeps,
		inModule("wrapper", "contracttest/fakeapi", "contracttest/monitor"))
	require.NoError(t, err)
	for name, test := range map[string]struct {
		imports []string
		never   []string // parts of import paths
	}{
		"a client, with the fake in its tests": {
			imports: []string{module + "wrapper", module + "contracttest/fakeapi"},
			never: []string{
				"brotli", "cobra", "go-vcr", "kin-openapi", "klauspost", "libopenapi", "oapi-codegen/oapi-codegen",
				"testify", "yaml",
			},
		},
		"a monitor in production": {
			imports: []string{module + "contracttest/monitor"},
			never: []string{
				"cobra", "encoding/xml", "go-vcr", "html/template", "net/http/httptest", "oapi-codegen/oapi-codegen",
				"testify", "testing",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			roots := slices.DeleteFunc(slices.Clone(loaded), func(p *packages.Package) bool {
				return !slices.Contains(test.imports, p.PkgPath)
			})
			require.Len(t, roots, len(test.imports))
			compiled := 0
			packages.Visit(roots, nil, func(p *packages.Package) {
				compiled++
				for _, never := range test.never {
					assert.False(t, isPartOf(never, p.PkgPath), "%s is compiled", p.PkgPath)
				}
			})
			assert.Greater(t, compiled, 50, "the standard library at least")
		})
	}
}

// isPartOf reports whether an import path is a name, or has it as an element or at the beginning of one.
func isPartOf(name, importPath string) bool {
	return importPath == name || strings.HasPrefix(importPath, name+"/") || strings.Contains(importPath, "/"+name)
}
