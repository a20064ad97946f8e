package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The overlay is written and never the document, and what is not suggested is listed.
func TestSuggest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	seen := filepath.Join(dir, "seen.cassette.yaml")
	changed := strings.Replace(string(text), `"id": 6918990`, `"new": 1, "id": "6918990"`, 1)
	require.NoError(t, os.WriteFile(seen, []byte(changed), 0o600))
	overlay := filepath.Join(dir, "overlay.yaml")
	for range 2 { // the second time in the place of the first
		exit, out := execute(t, nil, "suggest", seen, "-o", overlay)
		assert.Equal(t, 0, exit, out)
		assert.Contains(t, out, "not suggested: seen.cassette.yaml#0: images_get 200: body /image/id: ")
		assert.Contains(t, out, "1 action in "+overlay+", and 1 finding without one\n")
	}
	written, err := os.ReadFile(overlay)
	require.NoError(t, err)
	assert.Contains(t, string(written), "target: $['components']['schemas']['image']\n")
	assert.Contains(t, string(written), "x-source: seen.cassette.yaml#0\n")

	document := filepath.Join(dir, "images.yaml")
	require.NoError(t, os.WriteFile(document, []byte("openapi: 3.0.3\n"), 0o600))
	exit, out := execute(t, nil, "suggest", seen, "-o", document)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "it exists, and is not an overlay")
}
