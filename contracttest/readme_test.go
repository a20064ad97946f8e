package contracttest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// The Go in the README compiles. What a piece takes for granted is declared around it.
func TestGoInTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	source := `package readme

import (
	"context"; "errors"; "fmt"; "log"; "log/slog"; "net/http"; "os"; "testing"; "testing/synctest"; "time"

	"golang.org/x/time/rate"

	"example.com/doimages/contracttest"; "example.com/doimages/contracttest/fakeapi"; "example.com/doimages/gen"; "example.com/doimages/openapi"; "example.com/doimages/wrapper"
)

var ( // the module wrapper/oteltrace has the real ones
	propagation interface{ NewCompositeTextMapPropagator() any }
	otelhttp    interface {
		NewTransport(http.RoundTripper, ...any) http.RoundTripper
		WithPropagators(any) any
	}
)
`
	blocks := regexp.MustCompile("(?s)\n```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.Greater(t, len(blocks), 10)
	for i, block := range blocks {
		if strings.HasPrefix(block[1], "func ") {
			source += block[1]
			continue
		}
		source += fmt.Sprintf("func _(ctx context.Context, client *wrapper.Client, token string, id int64, ids []int64, lastWeek time.Time, err error) {{\n//line README.go:%d\n%s}}\n", 1000*(i+1), block[1])
	}
	dir, err := filepath.Abs("../readme")
	require.NoError(t, err)
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedSyntax | packages.NeedImports | packages.NeedTypesInfo, Dir: "..",
		Overlay: map[string][]byte{filepath.Join(dir, "readme.go"): []byte(source)},
	}, "./readme")
	require.NoError(t, err)
	require.Len(t, loaded, 1)
	require.Equal(t, "readme", loaded[0].Name)
	for _, problem := range loaded[0].Errors {
		if !strings.Contains(problem.Msg, "declared and not used") && !strings.Contains(problem.Msg, "imported and not used") {
			assert.Fail(t, problem.Error(), "README.go:1000 is the first line of the first piece, 2000 that of the second, …")
		}
	}
}
