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

// Of each package that others import, api.txt has what it exports, so that a break is a decision: `make api` writes
// it again, and the CHANGELOG says for each line that is gone what to write instead.
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
func exported(pkg *types.Package) []string {
	list := &exportList{pkg: pkg}
	for _, name := range pkg.Scope().Names() {
		if object := pkg.Scope().Lookup(name); object.Exported() {
			list.add(object)
		}
	}
	slices.Sort(list.lines)
	return list.lines
}

// exportList is what a package exports, a line each.
type exportList struct {
	pkg   *types.Package
	lines []string
}

func (l *exportList) add(object types.Object) {
	switch object := object.(type) {
	case *types.Const:
		l.line("const %s %s = %s", object.Name(), l.text(object.Type()), object.Val().ExactString())
	case *types.Var:
		l.line("var %s %s", object.Name(), l.text(object.Type()))
	case *types.Func:
		l.line("func %s%s", object.Name(), l.signature(object))
	case *types.TypeName:
		l.addType(object)
	}
}

// addType adds a type, its fields and its methods.
func (l *exportList) addType(object *types.TypeName) {
	name, underlying := object.Name(), object.Type().Underlying()
	fields, isStruct := underlying.(*types.Struct)
	switch {
	case object.IsAlias():
		l.line("type %s = %s", name, l.text(object.Type()))
	case isStruct:
		l.line("type %s struct", name)
	default:
		l.line("type %s %s", name, l.text(underlying))
	}
	if isStruct {
		for field := range fields.Fields() {
			if field.Exported() {
				l.line("type %s struct, %s %s", name, field.Name(), l.text(field.Type()))
			}
		}
	}
	if types.IsInterface(object.Type()) {
		return // whose methods are in the line of the type
	}
	for selection := range types.NewMethodSet(types.NewPointer(object.Type())).Methods() {
		if method, ok := selection.Obj().(*types.Func); ok && method.Exported() {
			l.line("method (%s) %s%s", name, method.Name(), l.signature(method))
		}
	}
}

func (l *exportList) line(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// signature returns the parameters and results of a function.
func (l *exportList) signature(function *types.Func) string {
	return strings.TrimPrefix(l.text(function.Type()), "func")
}

// text returns a type, with other packages by their names.
func (l *exportList) text(t types.Type) string {
	return types.TypeString(t, func(other *types.Package) string {
		if other == l.pkg {
			return ""
		}
		return other.Name()
	})
}
