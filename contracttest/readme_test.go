package contracttest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// readmePackage is the package in which the README's code is compiled, with what it takes for granted. The real
// otelhttp and propagation belong to the module wrapper/oteltrace.
const readmePackage = `package readme

import (
%s)

var (
	propagation interface{ NewCompositeTextMapPropagator() any }
	otelhttp    interface {
		NewTransport(http.RoundTripper, ...any) http.RoundTripper
		WithPropagators(any) any
	}
)

%s`

// readmeFunction is the function around a block of statements. Errors name the block and the line in it.
const readmeFunction = `func _(
	ctx context.Context, client *wrapper.Client, token string, id int64, ids []int64, lastWeek time.Time, err error,
) {{
//line block-%d.go:1
%s}}
`

// readmeImports returns what the README may import, as the go command compiled it, by import path.
func readmeImports(t *testing.T) map[string]*packages.Package {
	t.Helper()
	loaded, err := load(packages.NeedName|packages.NeedTypes|packages.NeedImports, append(inModule(exportedPackages...),
		"context", "errors", "fmt", "log", "log/slog", "net/http", "os", "testing", "testing/synctest", "time",
		"golang.org/x/time/rate",
	))
	require.NoError(t, err)
	return byPath(t, loaded)
}

// The Go code in the README compiles.
func TestGoInTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)\n```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(blocks), 9)
	var code strings.Builder
	for i, block := range blocks {
		if strings.HasPrefix(block[1], "func ") {
			fmt.Fprintf(&code, "//line block-%d.go:1\n%s", i+1, block[1])
		} else {
			fmt.Fprintf(&code, readmeFunction, i+1, block[1])
		}
	}
	loaded := readmeImports(t)
	var imports strings.Builder
	for path := range loaded {
		fmt.Fprintf(&imports, "\t%q\n", path)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "readme.go", fmt.Sprintf(readmePackage, &imports, &code), parser.SkipObjectResolution)
	require.NoError(t, err)
	config := types.Config{
		Importer: importer(loaded),
		Error: func(err error) {
			// A block shows how a value comes about, and not what becomes of it.
			if !strings.Contains(err.Error(), "and not used") {
				assert.NoError(t, err)
			}
		},
	}
	_, _ = config.Check("readme", files, []*ast.File{file}, nil) // Error is told of every error
}

// importer imports from packages that are loaded.
type importer map[string]*packages.Package

func (i importer) Import(path string) (*types.Package, error) {
	if p := i[path]; p != nil {
		return p.Types, nil
	}
	return nil, fmt.Errorf("%s is not among the packages that the README may import", path)
}

// The figures in the README are what its two commands print.
func TestFiguresInTheREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	readme := strings.Join(strings.Fields(string(text)), " ")
	synctest.Test(t, func(t *testing.T) {
		baseline, err := check.LoadBaseline(openapi.Baseline())
		require.NoError(t, err)
		verified := report.New(testkit.Contract(t), baseline)
		addRecordings(t, verified)
		assert.Contains(t, readme, fmt.Sprintf("%d exchanges checked, %d skipped, %d findings (0 breaking) and %d accepted,",
			verified.Exchanges, verified.Skipped, verified.CountAtLeast(check.Note), verified.Accepted()))

		results, all, err := contracttest.RunCases(t.Context(), slowTarget())
		require.NoError(t, err)
		skipped := 0
		for _, result := range results {
			if result.Skipped != "" {
				skipped++
			}
		}
		assert.Contains(t, readme, fmt.Sprintf("%d cases: %d passed, 0 failed, %d skipped;", len(results), len(results)-skipped, skipped))
		assert.Contains(t, readme, fmt.Sprintf("Its %d cases each", len(results)))

		addRecordings(t, all)
		recordings, suite := verified.Coverage(), all.Coverage()
		assert.Contains(t, readme, fmt.Sprintf("They show %.1f %% of the contract", recordings.Percent))
		assert.Contains(t, readme, fmt.Sprintf("documentation %.1f %%, reported %.1f %%), and %.1f %% with the suite",
			recordings.Origins["documentation"].Percent, recordings.Origins["reported"].Percent, suite.Percent))
	})
}
