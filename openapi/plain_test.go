package openapi_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/doimages/openapi"
)

// Plain YAML is what JSON can say too. Many OpenAPI tools read nothing else: openapi-generator, ogen, swagger-parser.
func TestTheDocumentIsPlainYAML(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"the document": {
			text: string(openapi.Document()),
		},
		"an anchor and an alias": {
			text: "a: &x {b: 1}\nc: [*x]\n",
			want: []string{"line 1: an anchor", "line 2: an alias"},
		},
		"a merge key": {
			text: "a:\n  <<: {b: 1}\n",
			want: []string{"line 2: a merge key"},
		},
		"a tag": {
			text: "a: !!str 1\n",
			want: []string{"line 1: a tag"},
		},
		"the same characters in text": {
			text: "a: https://api.example.org/?page=2&per_page=*x\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var root yaml.Node
			require.NoError(t, yaml.Unmarshal([]byte(test.text), &root))
			require.NotEmpty(t, root.Content)
			assert.Equal(t, test.want, notPlain(&root))
		})
	}
}

// notPlain returns what of a document is not plain YAML, with its lines.
func notPlain(node *yaml.Node) (found []string) {
	note := func(what string) { found = append(found, fmt.Sprintf("line %d: %s", node.Line, what)) }
	if node.Anchor != "" {
		note("an anchor")
	}
	if node.Kind == yaml.AliasNode {
		note("an alias")
	}
	if node.Tag == "!!merge" {
		note("a merge key")
	}
	if node.Style&yaml.TaggedStyle != 0 {
		note("a tag")
	}
	for _, child := range node.Content {
		found = append(found, notPlain(child)...)
	}
	return found
}
