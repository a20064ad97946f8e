package contracttest_test

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/zip"
)

// What keeps others from `go run …/cmd/contract@version`: directives that only the main module may have, and files that
// a module cannot hold.
func TestModuleCanBePublished(t *testing.T) {
	text, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	mod, err := modfile.Parse("go.mod", text, nil)
	require.NoError(t, err)
	assert.Empty(t, mod.Replace)
	assert.Empty(t, mod.Exclude)
	files, err := zip.CheckDir("..")
	require.NoError(t, err)
	require.NoError(t, files.Err())
	assert.True(t, slices.Contains(files.Valid, "../openapi/images.yaml"), "a file that is embedded")
}
