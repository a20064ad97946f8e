package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file run oasdiff, which takes most of a minute to compile where the build cache is empty. They are
// skipped unless the variable SPEC_DIFF is set, as make spec-diff-test does.

// program is the oasdiff that the Makefile pins, built when the first test needs it and removed with the others.
var program struct {
	sync.Once
	dir string
	err error
}

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.RemoveAll(program.dir)
	os.Exit(status)
}

// oasdiff returns the command that runs oasdiff, or skips the test.
func oasdiff(t *testing.T) []string {
	t.Helper()
	if os.Getenv("SPEC_DIFF") == "" {
		t.Skip("needs oasdiff: run make spec-diff-test")
	}
	program.Do(func() { program.dir, program.err = installOasdiff() })
	require.NoError(t, program.err)
	return []string{filepath.Join(program.dir, "oasdiff")}
}

// installOasdiff builds oasdiff into a new folder. It is not built with -race, whatever these tests are built with.
func installOasdiff() (dir string, err error) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		return "", err
	}
	pin := regexp.MustCompile(`github\.com/oasdiff/oasdiff@v[0-9.]+`).Find(makefile)
	if pin == nil {
		return "", errors.New("the Makefile pins no oasdiff")
	}
	dir, err = os.MkdirTemp("", "oasdiff")
	if err != nil {
		return "", err
	}
	install := exec.Command("go", "install", "-race=false", string(pin))
	install.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := install.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("go install %s: %w\n%s", pin, err, out)
	}
	return dir, nil
}

// compared is what the tests compare: the documents of this checkout, by the pinned oasdiff.
func compared(t *testing.T) comparison {
	t.Helper()
	c := theirs(relevant(t))
	c.oasdiff = oasdiff(t)
	return c
}

func TestTheDifferencesAreThoseOfTheOverlay(t *testing.T) {
	t.Parallel()
	c := compared(t)
	c.published = published(t) // the whole, as make spec-diff reads it
	differences, err := c.differences()
	require.NoError(t, err)
	assert.Empty(t, differences)
}

func TestUnexplainedDifferencesAreFound(t *testing.T) {
	t.Parallel()
	unchanged := compared(t)
	for name, test := range map[string]struct{ old, new, want string }{
		"an enum value": {
			old:  "        - Rocky Linux\n",
			new:  "",
			want: "/v2/images GET responses 200 images items distribution enum: only published: Rocky Linux",
		},
		"a new enum value": {
			old:  "[NEW, ",
			new:  "[NEW, new, ",
			want: "/v2/images GET responses 200 images items status enum: only ours: new",
		},
		"a field": {
			old:  "        public:\n          type: boolean\n",
			new:  "        publik:\n          type: boolean\n",
			want: "/v2/images GET responses 200 images items: only published: public",
		},
		"an operation": {
			old:  "    delete:\n      operationId: images_delete",
			new:  "    x-delete:\n      operationId: images_delete",
			want: "/v2/images/{image_id}: only published: DELETE",
		},
		"a limit": {
			old:  "maximum: 200",
			new:  "maximum: 100",
			want: "/v2/images GET parameters query per_page maximum: published 200, ours 100",
		},
		"a limit of zero": {
			old:  "          minimum: 0\n",
			new:  "",
			want: "/v2/images GET responses 200 images items min_disk_size minimum: published 0, ours none",
		},
		"the default response": {
			old:  "        default:\n          $ref: \"#/components/responses/unexpected_error\"\n    post:",
			new:  "    post:",
			want: "/v2/images GET responses: only published: default",
		},
		"nullability": {
			old:  "          type: string\n          nullable: true\n          x-omitempty: false\n",
			new:  "          type: string\n",
			want: "images items slug nullable: published true, ours false",
		},
		"a scope": {
			old:  `["image:update", "image:delete"]`,
			new:  `["image:update"]`,
			want: "/v2/images/{image_id}/account_transfer POST security bearer_auth: only published: image:delete\n1 unexplained difference ",
		},
		"a schema in a list": {
			old:  "format: int64",
			new:  "format: int32",
			want: "/v2/images/{image_id} GET parameters path image_id anyOf number 1 format: published int64, ours int32\n1 unexplained difference ",
		},
		"named schemas in a list": {
			old:  "oneOf:",
			new:  "anyOf:",
			want: "/v2/images/{image_id}/actions POST requestBody anyOf: only ours: action_convert\n",
		},
		"a discriminator": {
			old:  "propertyName: type",
			new:  "propertyName: kind",
			want: "/v2/images/{image_id}/actions POST requestBody discriminator propertyName: published type, ours kind\n1 unexplained difference ",
		},
		"a parameter elsewhere": {
			old:  "in: query",
			new:  "in: header",
			want: "/v2/images GET parameters: only ours: header type\n/v2/images GET parameters: only published: query type\n",
		},
		"another operation id": {
			old:  "operationId: images_list",
			new:  "operationId: images_index",
			want: "/v2/images GET operationId: published images_list, ours images_index\n",
		},
		"another kind of security": {
			old:  "type: http\n",
			new:  "type: apiKey\n      in: header\n      name: token\n",
			want: "securitySchemes bearer_auth in: published none, ours header\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := unchanged
			c.ours = edited(t, c.ours, test.old, test.new)
			differences, err := c.differences()
			require.NoError(t, err)
			var printed strings.Builder
			c.print(&printed, differences)
			assert.Contains(t, printed.String(), test.want)
			assert.NotRegexp(t, `\b(base|revision|index|component|schemes|modified|\w+Diff|<nil>|map\[)\b`, printed.String())
		})
	}
}

// What the published document has corrected must not stay in the overlay, and is no other difference.
func TestAStaleActionIsTheOnlyDifference(t *testing.T) {
	t.Parallel()
	const reset = "ratelimit-reset:\n      schema:\n        type: integer\n"
	c := compared(t)
	c.published = edited(t, c.published, reset, reset+"        format: int64\n")
	differences, err := c.differences()
	require.NoError(t, err)
	require.Len(t, differences, 1)
	assert.Contains(t, differences[0], "($.components.headers['ratelimit-reset'].schema) no longer applies")
}

// What oasdiff says of a document is told without what it says of itself.
func TestADocumentThatOasdiffRefuses(t *testing.T) {
	t.Parallel()
	c := compared(t)
	c.ours = edited(t, c.ours, "schemas/image\"", "schemas/picture\"")
	_, err := c.differences()
	assert.EqualError(t, err, c.ours+": map key \"picture\" not found")
}
