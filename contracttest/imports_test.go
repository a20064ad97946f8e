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
		"gen":                           {},
		"gen/server":                    {"gen"},
		"openapi":                       {},
		"openapi/drift":                 {},
		"wrapper":                       {"gen", "openapi"},
		"contracttest/fakeapi":          {"gen", "gen/server", "openapi"},
		"contracttest/internal/redact":  {},
		"contracttest/internal/testkit": {"contracttest/check", "contracttest/recording", "contracttest/traffic", "openapi"}, // which only tests import
		"contracttest/traffic":          {"openapi"},
		"contracttest/check":            {"contracttest/traffic", "contracttest/internal/redact", "openapi"},
		"contracttest/report":           {"contracttest/check", "contracttest/traffic", "contracttest/internal/redact", "openapi"},
		"contracttest/recording":        {"contracttest/traffic", "contracttest/internal/redact", "openapi"},
		"contracttest/monitor":          {"contracttest/check", "contracttest/traffic", "contracttest/internal/redact", "openapi"},
		"contracttest": {
			"contracttest/check", "contracttest/report", "contracttest/traffic", "contracttest/internal/redact",
			"gen", "openapi", "wrapper",
		},
		"contracttest/cmd/contract": {
			"contracttest", "contracttest/check", "contracttest/fakeapi", "contracttest/internal/redact", "contracttest/recording",
			"contracttest/report", "contracttest/traffic", "openapi", "wrapper",
		},
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

// What a service compiles of others for the sake of a package that it imports.
func TestImportersCompileLittle(t *testing.T) {
	for name, test := range map[string]struct {
		packages []string
		never    []string // parts of import paths
	}{
		"a client, with the fake in its tests": {
			packages: []string{"./wrapper", "./contracttest/fakeapi"},
			never: []string{
				"kin-openapi", "testify", "go-vcr", "oapi-codegen/oapi-codegen", "yaml", "cobra", "libopenapi",
			},
		},
		"a monitor in production": {
			packages: []string{"./contracttest/monitor"},
			never: []string{
				"testing", "net/http/httptest", "go-vcr", "html/template", "encoding/xml", "testify", "cobra",
				"oapi-codegen/oapi-codegen",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps, Dir: ".."}, test.packages...)
			require.NoError(t, err)
			seen := 0
			packages.Visit(loaded, nil, func(p *packages.Package) {
				seen++
				for _, never := range test.never {
					assert.False(t, p.PkgPath == never || strings.Contains(p.PkgPath, "/"+never) || strings.HasPrefix(p.PkgPath, never+"/"), p.PkgPath)
				}
			})
			assert.Greater(t, seen, 50, "the standard library at least")
		})
	}
}
