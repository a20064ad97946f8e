package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// coverageItems returns all that can be seen of an operation.
func coverageItems(operation *openapi3.Operation) []string {
	var items []string
	known := map[string]bool{}
	add := func(item string) {
		if !known[item] { // branches share fields
			items = append(items, item)
		}
		known[item] = true
	}
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		name := p.In + " " + p.Name
		add(name)
		s := p.Schema.Value
		if p.In == "query" {
			add(name + " left out")
			if s.Min != nil {
				add(name + "=" + strconv.FormatFloat(*s.Min, 'f', -1, 64))
			}
			if s.Max != nil {
				add(name + "=" + strconv.FormatFloat(*s.Max, 'f', -1, 64))
			}
		}
		for _, value := range s.Enum {
			add(fmt.Sprintf("%s=%v", name, value))
		}
	}
	if operation.RequestBody != nil {
		for _, media := range operation.RequestBody.Value.Content {
			schemaItems(media.Schema.Value, "request ", "", add, map[*openapi3.Schema]bool{})
		}
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses.Map())) {
		add("response " + status)
		for _, media := range operation.Responses.Value(status).Value.Content {
			schemaItems(media.Schema.Value, "response "+status+" ", "", add, map[*openapi3.Schema]bool{})
		}
	}
	return items
}

// schemaItems adds what can be seen of a schema. Those that it is inside of are in known: a list of itself goes on
// without end.
func schemaItems(s *openapi3.Schema, part, at string, add func(string), known map[*openapi3.Schema]bool) {
	if known[s] {
		return
	}
	known[s] = true
	defer delete(known, s)
	for _, value := range s.Enum {
		add(fmt.Sprintf("%s%s=%v", part, at, value))
	}
	if s.Nullable {
		add(part + at + " null")
	}
	for _, branches := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, branch := range branches {
			schemaItems(branch.Value, part, at, add, known)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		add(part + at + "/" + key)
		schemaItems(s.Properties[key].Value, part, at+"/"+key, add, known)
	}
	if s.Items != nil {
		schemaItems(s.Items.Value, part, at+"/*", add, known)
	}
}
