package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// publishedFile returns the file of a copy of the published document, or "". The copy is beside a maintainer's
// checkout, and nowhere else.
func publishedFile() string {
	files, err := filepath.Glob("../../../shared/upstream/*.yaml")
	if err != nil || len(files) == 0 {
		return ""
	}
	return files[0]
}

// published returns the file of the published document, or skips the test.
func published(t *testing.T) string {
	t.Helper()
	file := publishedFile()
	if file == "" {
		t.Skip("no published document in ../shared/upstream beside the checkout to compare with")
	}
	return file
}

// relevant returns a file with the part of the published document that belongs to /v2/images, or skips the test.
// Under the race detector it takes seconds to read the whole.
func relevant(t *testing.T) string {
	t.Helper()
	published(t)
	text, err := relevantText()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "published.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

var relevantText = sync.OnceValues(func() ([]byte, error) {
	document, err := readDocument(publishedFile())
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2) // as in the published document, which the tests edit as text
	err = encoder.Encode(document)
	return text.Bytes(), err
})

// theirs compares ours with a published document by a command that fails: for tests that end before oasdiff runs.
func theirs(document string) comparison {
	return comparison{
		oasdiff:   []string{"false"},
		ours:      "../images.yaml",
		overlay:   "../overlay.yaml",
		published: document,
	}
}

// edited returns a copy of a file in which a text is replaced once.
func edited(t *testing.T, file, old, new string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	to := filepath.Join(t.TempDir(), filepath.Base(file))
	require.NoError(t, os.WriteFile(to, []byte(strings.Replace(string(text), old, new, 1)), 0o600))
	return to
}

func TestEveryActionOfTheOverlayApplies(t *testing.T) {
	document, err := readDocument(relevant(t))
	require.NoError(t, err)
	stale, err := applyOverlay("../overlay.yaml", document)
	require.NoError(t, err)
	assert.Empty(t, stale)
}

// An action is stale once the published document says itself what the action adds.
func TestStaleActionsAreFound(t *testing.T) {
	const reset = "ratelimit-reset:\n      schema:\n        type: integer\n"
	document, err := readDocument(edited(t, relevant(t), reset, reset+"        format: int64\n"))
	require.NoError(t, err)
	stale, err := applyOverlay("../overlay.yaml", document)
	require.NoError(t, err)
	require.Len(t, stale, 1)
	assert.Contains(t, stale[0], "($.components.headers['ratelimit-reset'].schema) no longer applies")
}

func TestActionsNeedAReasonAndASource(t *testing.T) {
	for name, key := range map[string]string{
		"reason": "    description: The envelope, required.\n",
		"source": "    x-source: the published schema page_links\n",
	} {
		c := theirs(relevant(t))
		c.overlay = edited(t, c.overlay, key, "")
		_, err := c.differences()
		assert.ErrorContains(t, err, "description and x-source are required", name)
	}
}

func TestUnusableInput(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "published.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	for name, test := range map[string]struct{ document, want string }{
		"a missing file": {
			document: "missing.yaml",
			want:     "missing.yaml",
		},
		"not YAML": {
			document: write("a: ["),
			want:     "published.yaml",
		},
		"another document": {
			document: write("a: b"),
			want:     "no OpenAPI document with paths under /v2/images",
		},
		"another API": {
			document: write("paths: {/v2/imagestore: {}}"),
			want:     "no OpenAPI document with paths under /v2/images",
		},
		"an empty file": {
			document: write(""),
			want:     "no OpenAPI document with paths under /v2/images",
		},
		"a URL without a file": {
			document: server.URL + "/openapi.yaml",
			want:     "404 Not Found",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := theirs(test.document).differences()
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// The components that a part of the document uses stay, those that others use go.
func TestOtherResourcesAreDropped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "published.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
paths:
  /v2/images: {get: {security: [{bearer_auth: []}], responses: {"200": {$ref: "#/components/responses/images"}}}}
  /v2/droplets: {get: {responses: {"200": {$ref: "#/components/responses/droplets"}}}}
components:
  responses:
    images: {content: {application/json: {schema: {$ref: "#/components/schemas/image"}}}}
    droplets: {content: {application/json: {schema: {$ref: "#/components/schemas/droplet"}}}}
  schemas:
    image: {type: object}
    droplet: {type: object}
  securitySchemes:
    bearer_auth: {type: http}
    basic_auth: {type: http}
`), 0o600))
	document, err := readDocument(file)
	require.NoError(t, err)
	var got struct {
		Paths      map[string]any
		Components map[string]map[string]any
	}
	require.NoError(t, document.Decode(&got))
	assert.Len(t, got.Paths, 1)
	assert.Contains(t, got.Paths, "/v2/images")
	for kind, used := range map[string]string{"responses": "images", "schemas": "image", "securitySchemes": "bearer_auth"} {
		assert.Len(t, got.Components[kind], 1, kind)
		assert.Contains(t, got.Components[kind], used)
	}
}

func TestDiffBecomesLines(t *testing.T) {
	lines, err := parseDiff([]byte(`{
		"paths": {
			"deleted": ["/v2/images/{image_id}/tags"],
			"modified": {"/v2/images": {"operations": {"modified": {"GET": {
				"parameters": {"modified": {"query": {"per_page": {"schema": {"max": {"from": 200, "to": 100}}}}}},
				"responses": {"added": ["default"]}
			}}}}}
		},
		"servers": {"deleted": ["https://api.digitalocean.com"]},
		"components": {
			"schemas": {"deleted": ["image"]},
			"securitySchemes": {"modified": {"bearer_auth": {"schemaAdded": true}}}
		}
	}`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		": only published: /v2/images/{image_id}/tags",
		"/v2/images GET parameters query per_page max: published 200, ours 100",
		"/v2/images GET responses: only ours: default",
		"servers: only published: https://api.digitalocean.com",
		"securitySchemes bearer_auth schemaAdded",
	}, lines)

	lines, err = parseDiff([]byte("\n"))
	require.NoError(t, err)
	assert.Empty(t, lines, "oasdiff prints nothing where there is no difference")
	_, err = parseDiff([]byte("no JSON"))
	var syntax *json.SyntaxError
	assert.ErrorAs(t, err, &syntax)
}

func TestTheErrorOfOasdiffIsReported(t *testing.T) {
	c := theirs("")
	c.oasdiff = []string{"sh", "-c", "echo something is wrong >&2; exit 3"}
	_, err := c.run("diff")
	assert.ErrorContains(t, err, "something is wrong")
	c.oasdiff = []string{"no-such-command"}
	_, err = c.run("diff")
	assert.ErrorContains(t, err, "no-such-command")
}

func TestPrint(t *testing.T) {
	c := theirs("published.yaml")
	var out strings.Builder
	c.print(&out, []string{"one", "two"})
	assert.Equal(t, "one\ntwo\n2 unexplained differences between ../images.yaml and published.yaml\n", out.String())
	out.Reset()
	c.print(&out, nil)
	assert.Equal(t, "no unexplained differences: ../images.yaml is published.yaml with ../overlay.yaml applied\n", out.String())
}
