package check_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
)

// names returns the names of all checks, sorted.
func names() (all []string) {
	for _, info := range check.Checks() {
		all = append(all, info.Name)
	}
	slices.Sort(all)
	return all
}

func TestChecksAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range check.Checks() {
		assert.False(t, seen[info.Name], "%s is duplicated", info.Name)
		seen[info.Name] = true
		assert.NotEqual(t, check.Accepted, info.Severity, info.Name)
		assert.Contains(t, check.Severities(), info.Severity, info.Name)
		assert.Regexp(t, `^[A-Z].*\.$`, info.Description, "a sentence")
		assert.NotContains(t, info.Description, ". ", "one sentence")
		assert.LessOrEqual(t, len(strings.Fields(info.Description)), 25, info.Description)
	}
	assert.Len(t, seen, 64)

	check.Checks()[0].Name = "changed"
	assert.False(t, slices.Contains(names(), "changed"), "a copy")
}

// Every check is found by some case, and every case finds a check that is listed.
func TestEveryCheckIsTested(t *testing.T) {
	tested := map[string]bool{
		"missing-header":     true, // TestCheckKnowsCompositionAndFormats
		"sequence-ratelimit": true, // TestSequenceOfRateLimits
		"sequence-limit":     true, // TestSequenceIsBounded
		"unjudged":           true, // TestFindingsSayWhatIsNotJudged
		"secret":             true, // TestSessionSaysOnceThatARecordingHasAToken
		"unusable-operation": true, // TestOperationsThatCannotBeUsed
	}
	for _, test := range exchangeCases() {
		for _, want := range test.want {
			name, _, _ := strings.Cut(want, ":")
			tested[name] = true
		}
	}
	for _, test := range allSequenceCases() {
		for _, want := range test.want {
			name, _, _ := strings.Cut(want, " ")
			tested[name] = true
		}
	}
	for _, test := range keywordCases {
		for _, name := range strings.Fields(test.want) {
			tested[name] = true
		}
	}
	assert.Equal(t, names(), slices.Sorted(maps.Keys(tested)))
}

// Every name under which the code files a finding is listed, and every name that is listed is in the code.
func TestCatalogIsComplete(t *testing.T) {
	filed := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(syntax, func(node ast.Node) bool {
			for _, name := range namesFiled(node) {
				filed[name] = true
			}
			return true
		})
	}
	assert.Equal(t, names(), slices.Sorted(maps.Keys(filed)))
}

// namesFiled returns the names of checks that a piece of code files findings under: as the first argument of add,
// addAs, report and contradiction, as the check of a problem, as the value of a variable check, as what a function
// returns as check, or as a check of a keyword.
func namesFiled(node ast.Node) []string {
	switch node := node.(type) {
	case *ast.CallExpr:
		if slices.Contains([]string{"add", "addAs", "report", "contradiction"}, nameOf(node.Fun)) {
			return texts(node.Args[:1])
		}
	case *ast.KeyValueExpr:
		if nameOf(node.Key) == "check" {
			return texts([]ast.Expr{node.Value})
		}
	case *ast.AssignStmt:
		if nameOf(node.Lhs[0]) == "check" {
			return texts(node.Rhs[:1])
		}
	case *ast.FuncDecl:
		if node.Name.Name == "checkOf" || node.Name.Name == "scalarProblem" {
			return namesReturned(node)
		}
	case *ast.ValueSpec:
		if node.Names[0].Name == "keywordChecks" {
			var all []string
			for _, element := range node.Values[0].(*ast.CompositeLit).Elts {
				all = append(all, texts([]ast.Expr{element.(*ast.KeyValueExpr).Value})...)
			}
			return all
		}
	}
	return nil
}

func namesReturned(function *ast.FuncDecl) (all []string) {
	ast.Inspect(function, func(node ast.Node) bool {
		if result, ok := node.(*ast.ReturnStmt); ok {
			all = append(all, texts(result.Results[:1])...)
		}
		return true
	})
	return all
}

// nameOf returns the last part of a name such as c.add; empty if an expression is not a name.
func nameOf(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.Ident:
		return expression.Name
	case *ast.SelectorExpr:
		return expression.Sel.Name
	case *ast.IndexExpr:
		return nameOf(expression.X)
	}
	return ""
}

// texts returns the texts among expressions that are not empty.
func texts(expressions []ast.Expr) (all []string) {
	for _, expression := range expressions {
		literal, ok := expression.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(literal.Value); err == nil && text != "" {
			all = append(all, text)
		}
	}
	return all
}
