package openapi_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"

	"example.com/doimages/openapi"
)

// clash makes the generator call a constant of the query's type Distribution, like the schema: without names of their
// own, and while no other enum has the value application, these constants get no prefix.
var clash = []string{
	"            x-enum-varnames: [Applications, Distributions]\n", "",
	"custom, admin, application]", "custom, admin]",
}

// Others generate code from the document with nothing set, not with the settings of package gen. That code is vetted,
// which includes its types.
func TestDefaultSettingsGenerateGoodCode(t *testing.T) {
	for name, test := range map[string]struct {
		flags []string
		edit  []string // of the document: old text, new text, …
		fault string   // what go vet then says; empty for nothing
	}{
		"types, client, server and document": {},
		"types and client": {
			flags: []string{"-generate", "types,client"},
		},
		"a constant that is called like a type": {
			flags: []string{"-generate", "types,client"},
			edit:  clash,
			fault: "Distribution redeclared",
		},
	} {
		t.Run(name, func(t *testing.T) {
			document := string(openapi.Document())
			for edit := range slices.Chunk(test.edit, 2) {
				require.Equal(t, 1, strings.Count(document, edit[0]), edit[0])
				document = strings.Replace(document, edit[0], edit[1], 1)
			}
			folder := userModule(t)
			writeFile(t, document, folder, "images.yaml")

			out, err := generate(t, folder, test.flags...)
			require.NoError(t, err, out)
			out, err = goCommand(t, folder, "vet", "-race=false", "./...")
			if test.fault == "" {
				require.NoError(t, err, out)
				return
			}
			require.Error(t, err)
			assert.Contains(t, out, test.fault)
		})
	}
}

// generate writes code for the images.yaml of a folder into its package api. The go command runs here, where go.mod
// has the version of oapi-codegen.
func generate(t *testing.T, folder string, flags ...string) (output string, err error) {
	t.Helper()
	code := filepath.Join(folder, "api", "api.go")
	args := []string{"run", "-race=false", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", "-package", "api"}
	args = append(args, flags...)
	return goCommand(t, ".", append(args, "-o", code, filepath.Join(folder, "images.yaml"))...)
}

// goCommand runs the go command in a folder. Callers give it -race=false, against a -race in GOFLAGS: the detector
// adds nothing to a generator, and would have all that it imports compiled once more.
func goCommand(t *testing.T, folder string, args ...string) (output string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	return string(out), err
}

// echo has what the generated server uses of github.com/labstack/echo/v4, the router of the default settings. Nothing
// else here needs it, so that go.mod is spared the real one.
const echo = `package echo

import (
	"net/http"
	"net/url"
)

type (
	Context interface {
		Param(name string) string
		QueryParams() url.Values
		Request() *http.Request
	}
	HandlerFunc    func(Context) error
	MiddlewareFunc func(HandlerFunc) HandlerFunc
	Route          struct{}
)

func NewHTTPError(code int, message ...any) error { return nil }
`

// userModule returns a new folder with the module of somebody who generates code from the document. It asks for what
// this module asks for, so that nothing has to be fetched that the other tests do without.
func userModule(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	text, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	mod, err := modfile.Parse("go.mod", text, nil)
	require.NoError(t, err)
	require.NoError(t, mod.AddModuleStmt("example.org/user"))
	// The version is above all that a dependency asks for.
	require.NoError(t, mod.AddRequire("github.com/labstack/echo/v4", "v4.999.0"))
	require.NoError(t, mod.AddReplace("github.com/labstack/echo/v4", "", "./echo", ""))
	text, err = mod.Format()
	require.NoError(t, err)
	writeFile(t, string(text), folder, "go.mod")
	sums, err := os.ReadFile(filepath.Join("..", "go.sum"))
	require.NoError(t, err)
	writeFile(t, string(sums), folder, "go.sum")
	writeFile(t, "module github.com/labstack/echo/v4\n\ngo 1.26\n", folder, "echo", "go.mod")
	writeFile(t, echo, folder, "echo", "echo.go")
	require.NoError(t, os.Mkdir(filepath.Join(folder, "api"), 0o755))
	return folder
}

// writeFile writes a file, whose name comes in parts, and the folder that holds it.
func writeFile(t *testing.T, text string, name ...string) {
	t.Helper()
	file := filepath.Join(name...)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}
