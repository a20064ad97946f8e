package contracttest_test

import (
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/tools/go/packages"
)

// The files of a package can be read in an order in which each uses only those before it. A circle of files has no
// first one: it can only be understood as a whole.
func TestFilesFormNoCircle(t *testing.T) {
	for path, p := range sources(t) {
		uses := usesOfFiles(p)
		for _, file := range slices.Sorted(maps.Keys(uses)) {
			circle := circleThrough(file, uses)
			assert.Empty(t, circle, "%s: its files use each other in a circle", path)
			if circle != nil {
				break // the other files of this circle would show it again
			}
		}
	}
}

// fileUses has, for each file of a package, the other files that it uses, and a name that it uses of each.
type fileUses map[string]map[string]string

// usesOfFiles returns what the files of a package use of each other: names of the package, and methods. Fields do not
// count: they belong to their type.
func usesOfFiles(p *packages.Package) fileUses {
	uses := fileUses{}
	for identifier, object := range p.TypesInfo.Uses {
		if object.Pkg() != p.Types || !isDeclaration(object) {
			continue
		}
		from, to := fileOf(p, identifier), fileOf(p, object)
		if from == to {
			continue
		}
		if uses[from] == nil {
			uses[from] = map[string]string{}
		}
		uses[from][to] = object.Name()
	}
	return uses
}

// isDeclaration reports whether an object is a name of its package or a method.
func isDeclaration(object types.Object) bool {
	function, ok := object.(*types.Func)
	return object.Parent() == object.Pkg().Scope() || ok && function.Signature().Recv() != nil
}

func fileOf(p *packages.Package, at interface{ Pos() token.Pos }) string {
	return filepath.Base(p.Fset.Position(at.Pos()).Filename)
}

// circleThrough returns the shortest way from a file back to itself, as file, name, file, name, …; nil if there is
// none.
func circleThrough(file string, uses fileUses) []string {
	ways := [][]string{{file}}
	seen := map[string]bool{}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		last := way[len(way)-1]
		for _, next := range slices.Sorted(maps.Keys(uses[last])) {
			longer := append(slices.Clone(way), uses[last][next], next)
			if next == file {
				return longer
			}
			if !seen[next] {
				seen[next] = true
				ways = append(ways, longer)
			}
		}
	}
	return nil
}
