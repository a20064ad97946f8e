package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxItemSchemas is how many schemas of an operation are looked at for what can be seen of it; the
// largest operation of the contract has some hundred. Where each refers twice to the one before,
// there is no end to them.
const maxItemSchemas = 20_000

// coverageItems returns everything that can be seen of an operation, each item once, in words that
// a report prints. It leaves out what is beyond maxItemSchemas.
func coverageItems(operation *openapi3.Operation) []string {
	var l itemList
	for _, parameter := range operation.Parameters {
		l.addParameter(parameter.Value)
	}
	if operation.RequestBody != nil {
		for _, media := range operation.RequestBody.Value.Content {
			l.addSchema("request ", media.Schema.Value, nil)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses.Map())) {
		l.add("response " + status)
		for _, media := range operation.Responses.Value(status).Value.Content {
			l.addSchema("response "+status+" ", media.Schema.Value, nil)
		}
	}
	return l.items
}

// itemList is a list of items without duplicates: branches of a schema share fields.
type itemList struct {
	items   []string
	known   map[string]bool
	schemas int // how many were looked at
}

func (l *itemList) add(item string) {
	if l.known == nil {
		l.known = map[string]bool{}
	}
	if !l.known[item] {
		l.known[item] = true
		l.items = append(l.items, item)
	}
}

// addParameter adds a parameter, its enum values, and of a query its limits and that it can be left
// out.
func (l *itemList) addParameter(p *openapi3.Parameter) {
	name := p.In + " " + p.Name
	l.add(name)
	s := p.Schema.Value
	if p.In == "query" {
		l.add(name + " left out")
		for _, limit := range []*float64{s.Min, s.Max} {
			if limit != nil {
				l.add(name + "=" + strconv.FormatFloat(*limit, 'f', -1, 64))
			}
		}
	}
	for _, value := range s.Enum {
		l.add(fmt.Sprintf("%s=%v", name, value))
	}
}

// addSchema adds the fields, enum values and nulls that a schema describes in a place. The schemas
// that it is inside of are in within: one that holds itself would go on without end.
func (l *itemList) addSchema(at string, s *openapi3.Schema, within []*openapi3.Schema) {
	if l.schemas++; l.schemas > maxItemSchemas || slices.Contains(within, s) {
		return
	}
	within = append(slices.Clip(within), s)
	for _, value := range s.Enum {
		l.add(fmt.Sprintf("%s=%v", at, value))
	}
	if s.Nullable {
		l.add(at + " null")
	}
	for _, branches := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, branch := range branches {
			l.addSchema(at, branch.Value, within)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		l.add(at + "/" + name)
		l.addSchema(at+"/"+name, s.Properties[name].Value, within)
	}
	if s.Items != nil {
		l.addSchema(at+"/*", s.Items.Value, within)
	}
}
