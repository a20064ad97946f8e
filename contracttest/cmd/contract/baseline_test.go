package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A baseline that is written accepts all that was found, once its reasons are filled in, and not before.
func TestBaseline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(recordings + "images_list.cassette.yaml")
	require.NoError(t, err)
	broken := filepath.Join(dir, "broken.cassette.yaml")
	changed := strings.ReplaceAll(string(text), `"name":`, `"a*[b]?": 1, "name":`)
	changed = strings.ReplaceAll(changed, `"status": "available"`, `"status": "tha*wing"`)
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(broken, []byte(changed), 0o600))

	known := filepath.Join(dir, "known.yaml")
	exit, out := execute(t, nil, "baseline", broken, "-o", known)
	require.Equal(t, 0, exit, out)
	assert.Contains(t, out, `replace each "FILL IN" by the reason`)

	verify := []string{"verify", "--fail-on", "drift", "--strict-baseline", "--baseline", known, broken}
	exit, out = execute(t, nil, verify...)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, `it still has "FILL IN"`)

	entries, err := os.ReadFile(known)
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^    review: "\d{4}-\d\d-\d\d"$`, string(entries))
	require.NoError(t, os.WriteFile(known, []byte(strings.ReplaceAll(string(entries), "FILL IN", "Our gateway does it.")), 0o600))
	exit, out = execute(t, nil, verify...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, " 0 findings (0 breaking) and ")
	assert.Contains(t, out, "Our gateway does it.")

	exit, out = execute(t, nil, "baseline", broken, "-o", known)
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "it is there already")

	exit, out = execute(t, nil, "baseline", recordings+"images_get.cassette.yaml", "-o", filepath.Join(dir, "none.yaml"))
	assert.Equal(t, 0, exit, out)
	exit, out = execute(t, nil, "verify", "--baseline", filepath.Join(dir, "none.yaml"), recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
}
