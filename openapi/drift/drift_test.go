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
		"only published: /v2/images/{image_id}/tags",
		"/v2/images GET parameters query per_page maximum: published 200, ours 100",
		"/v2/images GET responses: only ours: default",
		"servers: only published: https://api.digitalocean.com",
		"securitySchemes bearer_auth: only ours",
	}, lines)

	lines, err = parseDiff([]byte("\n"))
	require.NoError(t, err)
	assert.Empty(t, lines, "oasdiff prints nothing where there is no difference")
	_, err = parseDiff([]byte("no JSON"))
	var syntax *json.SyntaxError
	assert.ErrorAs(t, err, &syntax)
}

// The words of oasdiff are not those of OpenAPI, and its numbers begin with 0. A field may have the name of such a word.
func TestLinesHaveNoWordsOfOasdiff(t *testing.T) {
	for name, test := range map[string]struct {
		diff string
		want []string
	}{
		"names of the document": {
			diff: `{"min": {"type": {"added": ["string"]}}, "index": {"max": {"from": null, "to": 9}}, "query": {"format": {"from": "", "to": "a"}}}`,
			want: []string{
				"/v2/images GET index maximum: published none, ours 9",
				"/v2/images GET min type: only ours: string",
				"/v2/images GET query format: published none, ours a",
			},
		},
		"values that are no texts": {
			diff: `{"tags": {"default": {"from": ["a", 1], "to": {"b": true}}, "enum": {"enumAdded": true, "added": [null, 1.5]}}}`,
			want: []string{
				`/v2/images GET tags default: published ["a",1], ours {"b":true}`,
				"/v2/images GET tags enum: only ours: none",
				"/v2/images GET tags enum: only ours: 1.5",
			},
		},
		"schemas in lists": {
			diff: `{"a": {"oneOf": {"added": [{"index": 0}, {"index": 1, "title": "Two"}], "modified": [
				{"base": {"index": 2, "component": "image"}, "revision": {"index": 3}, "diff": {"pattern": {"from": "^a$", "to": "^b$"}}}]}}}`,
			want: []string{
				"/v2/images GET a oneOf: only ours: number 1",
				"/v2/images GET a oneOf: only ours: Two",
				"/v2/images GET a oneOf image pattern: published ^a$, ours ^b$",
			},
		},
		"what is derived": {
			diff: `{"a": {"nullableWrapping": {"nullabilityAdded": true}, "additionalPropertiesAllowed": {"from": true, "to": false}, "circularRef": true}}`,
			want: []string{
				"/v2/images GET a additionalProperties: published true, ours false",
				"/v2/images GET a: refers to itself in one of the two",
			},
		},
		"what is new in oasdiff": {
			diff: `{"a": {"shape": true, "kinds": ["b"], "depth": 3}}`,
			want: []string{
				"/v2/images GET a depth: differs: 3",
				"/v2/images GET a kinds: differs: b",
				"/v2/images GET a shape: differs",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := parseDiff([]byte(`{"paths": {"modified": {"/v2/images": {"operations": {"modified": {"GET": {"properties": {"modified": ` + test.diff + `}}}}}}}}`))
			require.NoError(t, err)
			assert.Equal(t, test.want, lines)
		})
	}
}

// A list of schemes is an alternative to another one.
func TestLinesOfSecurity(t *testing.T) {
	lines, err := parseDiff([]byte(`{"security": {
		"added": [{"index": 0, "schemes": {"bearer_auth": ["image:read"], "key": []}}],
		"modified": [{"base": {"index": 1}, "revision": {"index": 1}, "scopes": {"bearer_auth": {"deleted": ["image:create"]}}}]
	}}`))
	require.NoError(t, err)
	assert.Equal(t, []string{
		`security: only ours: bearer_auth ["image:read"] and key []`,
		"security bearer_auth: only published: image:create",
	}, lines)
}

func TestTheErrorOfOasdiffIsReported(t *testing.T) {
	c := theirs("")
	c.oasdiff = []string{"sh", "-c", "echo something is wrong >&2; exit 3"}
	_, err := c.run("diff")
	assert.ErrorContains(t, err, "something is wrong")
	c.oasdiff = []string{"sh", "-c", `echo 'Error: failed to load original spec from "a.yaml": no paths
exit status 102' >&2; exit 1`}
	_, err = c.run("flatten")
	assert.EqualError(t, err, "no paths")
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
	c.print(&out, []string{"one"})
	assert.Equal(t, "one\n1 unexplained difference between ../images.yaml and published.yaml\n", out.String())
	out.Reset()
	c.print(&out, nil)
	assert.Equal(t, "no unexplained differences: ../images.yaml is published.yaml with ../overlay.yaml applied\n", out.String())
}
