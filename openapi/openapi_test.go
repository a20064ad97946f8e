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

func TestTheFilesAreEmbedded(t *testing.T) {
	for name, embedded := range map[string]func() []byte{"images.yaml": openapi.Document, "baseline.yaml": openapi.Baseline} {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, string(file), string(embedded()))

		embedded()[0] = 'x' // a copy: no caller can change that of another
		assert.Equal(t, string(file), string(embedded()), name)
	}
}

func TestPackageDependsOnNothing(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	assert.Equal(t, "example.com/doimages/openapi", strings.TrimSpace(string(out)))
}
