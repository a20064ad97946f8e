//go:build prism || specmatic

package clients

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/doimages/openapi"
)

// example is a request that the examples of a document make, with the response that it documents for a success.
type example struct {
	name   string
	method string
	path   string
	query  map[string]any
	body   any // nil if the request has none

	status   int
	response any    // nil if it has no body
	unknown  string // a field of the response that its schema does not have: the document contradicts itself
}

// document is one that describes /v2/images, without its named examples: tools want each to stand at a request and at
// its response alike, under the same name.
type document struct {
	name string
	file string
	text []byte // with the examples

	differs []string // what responses have, seen of the API, and this document does not
}

// documents returns our document and, where the variable UPSTREAM names a file with it, the published one.
func documents(t *testing.T) []document {
	t.Helper()
	all := []document{{name: "ours", text: openapi.Document()}}
	file := os.Getenv("UPSTREAM")
	if file == "" {
		t.Log("UPSTREAM does not name a copy of the published document, which is skipped")
	} else {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all = append(all, document{
			name:    "published",
			text:    text,
			differs: []string{`R2003: Property "updated_at" in the response was not in the specification`},
		})
	}
	for i := range all {
		all[i].file = filepath.Join(t.TempDir(), "openapi.json")
		var parts map[string]any
		require.NoError(t, yaml.Unmarshal(all[i].text, &parts))
		paths := parts["paths"].(map[string]any)
		maps.DeleteFunc(paths, func(path string, _ any) bool { return !isImagesPath(path) })
		deleteExamples(parts)
		prune(parts)
		text, err := json.Marshal(parts)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(all[i].file, text, 0o600))
	}
	return all
}

func isImagesPath(path string) bool {
	return path == "/v2/images" || strings.HasPrefix(path, "/v2/images/")
}

// prune deletes the components that no path refers to, which the published document has hundreds of: Specmatic takes
// many minutes for them.
func prune(document map[string]any) {
	components := document["components"].(map[string]any)
	used := map[string]any{"securitySchemes": components["securitySchemes"]}
	keep(document["paths"], components, used)
	document["components"] = used
}

// keep copies the components that a part of a document refers to, and those that they refer to.
func keep(part any, components, used map[string]any) {
	switch part := part.(type) {
	case []any:
		for _, item := range part {
			keep(item, components, used)
		}
	case map[string]any:
		for _, value := range part {
			keep(value, components, used)
		}
		reference, _ := part["$ref"].(string)
		kind, name, found := strings.Cut(strings.TrimPrefix(reference, "#/components/"), "/")
		if !found {
			return
		}
		if used[kind] == nil {
			used[kind] = map[string]any{}
		}
		target := components[kind].(map[string]any)[name]
		if kept := used[kind].(map[string]any); kept[name] == nil {
			kept[name] = target
			keep(target, components, used)
		}
	}
}

// deleteExamples deletes the named examples of a part of a document.
func deleteExamples(part any) {
	switch part := part.(type) {
	case []any:
		for _, item := range part {
			deleteExamples(item)
		}
	case map[string]any:
		if _, named := part["examples"].(map[string]any); named {
			delete(part, "examples")
		}
		for _, value := range part {
			deleteExamples(value)
		}
	}
}

// examples returns the requests of a document's examples: an operation is asked with each example of its path and
// body, and with each of its query by itself.
func (d document) examples(t *testing.T) (all []example) {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData(d.text)
	require.NoError(t, err)
	for _, path := range loaded.Paths.InMatchingOrder() {
		if !isImagesPath(path) {
			continue
		}
		item := loaded.Paths.Value(path)
		for method, operation := range item.Operations() {
			first := example{method: method, path: path}
			first.addSuccess(operation)
			require.NotZero(t, first.status, operation.OperationID)
			for i, e := range first.with(slices.Concat(item.Parameters, operation.Parameters), operation.RequestBody) {
				e.name = fmt.Sprintf("%s-%d", operation.OperationID, i+1)
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b example) int { return cmp.Compare(a.name, b.name) })
	return all
}

// addSuccess adds what is documented for a request that succeeds.
func (e *example) addSuccess(operation *openapi3.Operation) {
	for status, documented := range operation.Responses.Map() {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		_, _ = fmt.Sscan(status, &e.status)
		media := documented.Value.Content["application/json"]
		if media == nil {
			continue
		}
		e.response = first(values(media.Example, media.Examples))
		fields, _ := e.response.(map[string]any)
		for field := range fields {
			if !has(media.Schema.Value, field) {
				e.unknown = field
			}
		}
	}
}

// with returns a request with each example of its parameters and its body.
func (e example) with(parameters openapi3.Parameters, body *openapi3.RequestBodyRef) []example {
	all := []example{e}
	if body != nil {
		media := body.Value.Content["application/json"]
		bodies := values(media.Example, media.Examples)
		if len(bodies) == 0 {
			bodies = schemaExamples(media.Schema.Value)
		}
		all = nil
		for _, value := range bodies {
			e.body = value
			all = append(all, e)
		}
	}
	for _, parameter := range parameters {
		if parameter.Value.In == openapi3.ParameterInPath {
			all = withPath(all, parameter.Value)
		}
	}
	for _, parameter := range parameters {
		if parameter.Value.In == openapi3.ParameterInQuery {
			asked := all[0]
			asked.query = map[string]any{parameter.Value.Name: first(parameterValues(parameter.Value))}
			all = append(all, asked)
		}
	}
	return all
}

// schemaExamples returns the examples of a schema, or else of each of its branches. What has none is made from those of
// its properties.
func schemaExamples(schema *openapi3.Schema) (all []any) {
	if schema.Example != nil {
		return []any{schema.Example}
	}
	for _, branch := range slices.Concat(schema.AnyOf, schema.OneOf) {
		for _, example := range schemaExamples(branch.Value) {
			all = append(all, discriminated(schema.Discriminator, branch.Ref, example))
		}
	}
	if len(all) > 0 {
		return all
	}
	object := map[string]any{}
	for _, part := range schema.AllOf {
		for _, example := range schemaExamples(part.Value) {
			properties, _ := example.(map[string]any)
			maps.Copy(object, properties)
		}
	}
	for name, property := range schema.Properties {
		if value := first(schemaExamples(property.Value)); value != nil {
			object[name] = value
		}
	}
	if len(object) == 0 {
		return nil
	}
	return []any{object}
}

// discriminated returns an example of a branch, with the value that stands for the branch.
func discriminated(d *openapi3.Discriminator, branch string, example any) any {
	object, isObject := example.(map[string]any)
	if d == nil || !isObject {
		return example
	}
	for value, target := range d.Mapping {
		if target.Ref == branch {
			object = maps.Clone(object)
			object[d.PropertyName] = value
		}
	}
	return object
}

// has reports whether a schema has a property of its own or in one of its parts.
func has(schema *openapi3.Schema, property string) bool {
	return schema.Properties[property] != nil || slices.ContainsFunc(schema.AllOf, func(part *openapi3.SchemaRef) bool {
		return has(part.Value, property)
	})
}

// withPath returns requests with each example of a parameter of their path.
func withPath(requests []example, parameter *openapi3.Parameter) (all []example) {
	for _, value := range parameterValues(parameter) {
		for _, e := range requests {
			e.path = strings.ReplaceAll(e.path, "{"+parameter.Name+"}", fmt.Sprint(value))
			all = append(all, e)
		}
	}
	return all
}

// parameterValues returns the examples of a parameter, or else of its schema.
func parameterValues(parameter *openapi3.Parameter) []any {
	all := values(parameter.Example, parameter.Examples)
	if len(all) == 0 {
		all = values(parameter.Schema.Value.Example, nil)
	}
	for i, value := range all {
		if number, ok := value.(float64); ok { // an id has no exponent
			all[i] = int64(number)
		}
	}
	return all
}

// values returns the single example and the named ones.
func values(single any, named openapi3.Examples) (all []any) {
	if single != nil {
		all = append(all, single)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		all = append(all, named[name].Value.Value)
	}
	return all
}

func first(values []any) any {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}
