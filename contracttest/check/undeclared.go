package check

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// walk looks at a value for what kin-openapi does not judge: fields that no schema declares, numbers that a typed
// client cannot hold, and formats.
func (f *findings) walk(in string, at []string, value any, schemas []*openapi3.Schema) {
	schemas = expand(schemas, value)
	switch value := value.(type) {
	case map[string]any:
		f.walkObject(in, at, value, schemas)
	case []any:
		var items []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				items = append(items, s.Items.Value)
			}
		}
		for i, item := range value {
			f.walk(in, append(slices.Clip(at), strconv.Itoa(i)), item, items)
		}
	case json.Number:
		f.walkNumber(in, at, value, schemas)
	case string:
		for _, s := range schemas {
			if problem := formatProblem(s.Format, value); problem != "" && s.Type.Permits("string") {
				check := "format"
				if s.Format == "date-time" {
					check = "date-time"
				}
				if !f.has(in, at) {
					finding := f.add(check, in, at, problem)
					finding.Expected, finding.Got = expected(s), f.got(value)
				}
				return
			}
		}
	}
}

// expand adds what allOf holds, and of anyOf and oneOf the branches that the value satisfies, or all if it satisfies
// none.
func expand(schemas []*openapi3.Schema, value any) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, s := range schemas {
		all = append(all, s)
		for _, part := range s.AllOf {
			all = append(all, expand([]*openapi3.Schema{part.Value}, value)...)
		}
		for _, branches := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
			var fit, none []*openapi3.Schema
			for _, branch := range branches {
				if branch.Value.VisitJSON(value) == nil {
					fit = append(fit, branch.Value)
				} else {
					none = append(none, branch.Value)
				}
			}
			if len(fit) == 0 {
				fit = none
			}
			all = append(all, expand(fit, value)...)
		}
	}
	return all
}

func (f *findings) walkObject(in string, at []string, object map[string]any, schemas []*openapi3.Schema) {
	declares := slices.ContainsFunc(schemas, func(s *openapi3.Schema) bool { return len(s.Properties) > 0 })
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var known []*openapi3.Schema
		open := !declares // a schema without properties says nothing about them
		for _, s := range schemas {
			if property := s.Properties[key]; property != nil {
				known = append(known, property.Value)
			}
			if additional := s.AdditionalProperties.Schema; additional != nil && s.Properties[key] == nil {
				known = append(known, additional.Value)
			}
			open = open || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
		}
		at := append(slices.Clip(at), key)
		switch {
		case len(known) > 0:
			f.walk(in, at, object[key], known)
		case !open:
			finding := f.add("undocumented-field", in, at, "the contract does not know the field")
			finding.Got = f.got(object[key])
		}
	}
}

func (f *findings) walkNumber(in string, at []string, number json.Number, schemas []*openapi3.Schema) {
	for _, s := range schemas {
		if problem := numberProblem(number, s); problem != "" && !f.has(in, at) {
			finding := f.add("number-range", in, at, problem)
			finding.Expected, finding.Got = expected(s), f.got(number)
			return
		}
	}
}
