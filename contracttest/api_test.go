package contracttest_test

import (
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// Of each package that others import, api.txt holds what it exports, so that a break is a decision: `make api` writes
// it anew, and a line that went belongs into the CHANGELOG with what to write instead.
func TestExportedAPI(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedTypes | packages.NeedSyntax | packages.NeedImports, Dir: ".."},
		"./gen", "./wrapper", "./openapi", "./contracttest", "./contracttest/fakeapi",
		"./contracttest/traffic", "./contracttest/check", "./contracttest/report", "./contracttest/recording", "./contracttest/monitor")
	require.NoError(t, err)
	for _, p := range loaded {
		require.Empty(t, p.Errors)
		file := filepath.Join(filepath.Dir(p.GoFiles[0]), "api.txt")
		now := exported(p.Types)
		if os.Getenv("API") == "write" {
			require.NoError(t, os.WriteFile(file, []byte(strings.Join(now, "\n")+"\n"), 0o644))
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		before := strings.Split(strings.TrimSpace(string(text)), "\n")
		in := func(lines []string) func(string) bool {
			return func(line string) bool { return slices.Contains(lines, line) }
		}
		assert.Empty(t, slices.DeleteFunc(slices.Clone(before), in(now)), "%s: gone or changed, which may break importers; if it is meant, say so in CHANGELOG.md and run make api", p.PkgPath)
		assert.Empty(t, slices.DeleteFunc(slices.Clone(now), in(before)), "%s: new; if it is meant, run make api", p.PkgPath)
	}
}

// exported returns a sorted line for each exported constant, variable, function, type, field and method.
func exported(pkg *types.Package) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	text := func(t types.Type) string {
		return types.TypeString(t, func(other *types.Package) string {
			if other == pkg {
				return ""
			}
			return other.Name()
		})
	}
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		switch object := object.(type) {
		case *types.Const:
			add("const %s %s = %s", name, text(object.Type()), object.Val().ExactString())
		case *types.Var:
			add("var %s %s", name, text(object.Type()))
		case *types.Func:
			add("func %s%s", name, strings.TrimPrefix(text(object.Type()), "func"))
		case *types.TypeName:
			kind := text(object.Type().Underlying())
			if _, isStruct := object.Type().Underlying().(*types.Struct); isStruct {
				kind = "struct"
			}
			if object.IsAlias() {
				kind = "= " + text(object.Type())
			}
			add("type %s %s", name, kind)
			if fields, isStruct := object.Type().Underlying().(*types.Struct); isStruct {
				for field := range fields.Fields() {
					if field.Exported() {
						add("type %s struct, %s %s", name, field.Name(), text(field.Type()))
					}
				}
			}
			for selection := range types.NewMethodSet(types.NewPointer(object.Type())).Methods() {
				if method := selection.Obj(); method.Exported() && !types.IsInterface(object.Type()) {
					add("method (%s) %s%s", name, method.Name(), strings.TrimPrefix(text(method.Type()), "func"))
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}
