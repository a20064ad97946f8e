package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	ours     = "../images.yaml"
	accepted = "../overlay.yaml"
)

// published is a copy of the published document that stands beside a maintainer's checkout, and nowhere else.
func published(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/upstream/*.yaml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("no published document in ../shared/upstream beside the checkout to compare with")
	}
	return files[0]
}

// oasdiff is the command that the Makefile pins.
func oasdiff(t *testing.T) []string {
	t.Helper()
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	pin := regexp.MustCompile(`(?m)^OASDIFF\s*:=\s*(.+)$`).FindSubmatch(makefile)
	require.NotNil(t, pin)
	return strings.Fields(string(pin[1]))
}

func edited(t *testing.T, file, old, new string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	to := filepath.Join(t.TempDir(), filepath.Base(file))
	require.NoError(t, os.WriteFile(to, []byte(strings.Replace(string(text), old, new, 1)), 0o600))
	return to
}

func TestDocumentIsThePublishedOneLessTheAcceptedDifferences(t *testing.T) {
	t.Parallel()
	differences, err := drift(oasdiff(t), ours, accepted, published(t))
	require.NoError(t, err)
	assert.Empty(t, differences)
}

func TestDriftIsFound(t *testing.T) {
	t.Parallel()
	upstream := published(t)
	for name, test := range map[string]struct{ old, new, want string }{
		"an enum value":    {", Rocky Linux", "", "/v2/images GET responses 200 images items distribution enum: only published: Rocky Linux"},
		"a new enum value": {"[NEW, ", "[NEW, new, ", "/v2/images GET responses 200 images items status enum: only ours: new"},
		"a field": {"        public:\n          type: boolean\n", "        publik:\n          type: boolean\n",
			"/v2/images GET responses 200 images items: only published: public"},
		"an operation":         {"    delete:\n      operationId: images_delete", "    x-delete:\n      operationId: images_delete", "/v2/images/{image_id}: only published: DELETE"},
		"a limit":              {"maximum: 200", "maximum: 100", "/v2/images GET parameters query per_page max: published 200, ours 100"},
		"a limit of zero":      {"          minimum: 0\n", "", "/v2/images GET responses 200 images items min_disk_size min: published 0, ours <nil>"},
		"the default response": {"        default:\n          $ref: \"#/components/responses/unexpected_error\"\n    post:", "    post:", "/v2/images GET responses: only published: default"},
		"nullability":          {"          type: string\n          nullable: true\n          x-omitempty: false\n", "          type: string\n", "images items slug nullable: published true, ours false"},
		"a scope":              {`["image:update", "image:delete"]`, `["image:update"]`, "/v2/images/{image_id}/account_transfer POST security"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // oasdiff mostly waits
			differences, err := drift(oasdiff(t), edited(t, ours, test.old, test.new), accepted, upstream)
			require.NoError(t, err)
			assert.Contains(t, strings.Join(differences, "\n"), test.want)
		})
	}
}

// What the published document has mended must not stay accepted.
func TestAcceptedDifferencesThatNoLongerApply(t *testing.T) {
	t.Parallel()
	upstream := edited(t, published(t), "ratelimit-reset:\n      schema:\n        type: integer\n", "ratelimit-reset:\n      schema:\n        type: integer\n        format: int64\n")
	differences, err := drift(oasdiff(t), ours, accepted, upstream)
	require.NoError(t, err)
	require.Len(t, differences, 1)
	assert.Contains(t, differences[0], "($.components.headers['ratelimit-reset'].schema) no longer applies")
}

func TestAcceptedDifferencesNeedAReasonAndASource(t *testing.T) {
	t.Parallel()
	upstream := published(t)
	for _, key := range []string{"    description: The envelope, required.\n", "    x-source: the published schema page_links\n"} {
		_, err := drift(oasdiff(t), ours, edited(t, accepted, key, ""), upstream)
		assert.ErrorContains(t, err, "description and x-source are required")
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
	for name, test := range map[string]struct{ upstream, want string }{
		"a missing file":       {"missing.yaml", "missing.yaml"},
		"no YAML":              {write("a: ["), "published.yaml"},
		"another document":     {write("a: b"), "no OpenAPI document with paths under /v2/images"},
		"another API":          {write("paths: {/v2/imagestore: {}}"), "no OpenAPI document with paths under /v2/images"},
		"an empty file":        {write(""), "no OpenAPI document with paths under /v2/images"},
		"a URL without a file": {server.URL + "/openapi.yaml", "404 Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := drift([]string{"false"}, ours, accepted, test.upstream)
			assert.ErrorContains(t, err, test.want)
		})
	}
}
