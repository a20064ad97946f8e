package openapi_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/openapi"
)

func TestDocumentIsTheFile(t *testing.T) {
	file, err := os.ReadFile("images.yaml")
	require.NoError(t, err)
	assert.Equal(t, string(file), string(openapi.Document()))

	openapi.Document()[0] = 'x' // a copy: no caller can change the document of another
	assert.Equal(t, string(file), string(openapi.Document()))
}

func TestPackageDependsOnNothing(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	assert.Equal(t, "example.com/doimages/openapi", strings.TrimSpace(string(out)))
}
