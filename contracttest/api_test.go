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
)

// Of each package that others import, api.txt has what it exports, so that a break is a decision: `make api` writes it
// again, and the CHANGELOG says for each line that is gone what to write instead.
func TestExportedAPI(t *testing.T) {
	loaded := sources(t)
	for _, name := range exportedPackages {
		p := loaded[module+name]
		file := filepath.Join(filepath.Dir(p.GoFiles[0]), "api.txt")
		now := exported(p.Types)
		if os.Getenv("API") == "write" {
			require.NoError(t, os.WriteFile(file, []byte(strings.Join(now, "\n")+"\n"), 0o644))
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		before := strings.Split(strings.TrimSpace(string(text)), "\n")
		assert.Empty(t, without(before, now), "%s: gone or changed, which may break importers; "+
			"if it is meant, say so in CHANGELOG.md and run make api", name)
		assert.Empty(t, without(now, before), "%s: new; if it is meant, run make api", name)
	}
}

// without returns the lines that are not among others.
func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(others, line) })
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
