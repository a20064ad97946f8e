package check

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// judge files what is wrong with a decoded body by its schema: first what kin-openapi finds, then
// what it does not look at. The option says whether the body is of a request or of a response, since some
// fields are of one only.
func (c *checker) judge(in string, body any, schema *openapi3.Schema, as openapi3.SchemaValidationOption) {
	for p := range problemsOf(c.operation.schemas, body, schema, as) {
		c.markJudged(in, p.at)
		if in == requestBody {
			p.severity = severityInRequest(p)
		}
		c.addProblem(in, p)
		if c.isAtEnd() {
			return
		}
	}
	c.walk(in, nil, body, []*openapi3.Schema{schema})
}

// requestBody names the body of the request as a part of an exchange.
const requestBody = "request body"

// severityInRequest lowers what is wrong with the body of a request, and misleads no typed client: a null
// that the API took for a field that is left out, and a distribution that the contract does not have,
// of which the API makes "Unknown OS" (nanovms/ops#1166, 2021).
func severityInRequest(p problem) Severity {
	switch {
	case p.check == "null":
		return Drift
	case p.check == "unknown-enum-value" && slices.Equal(p.at, []string{"distribution"}):
		return Note
	}
	return severities[p.check]
}

// walk looks at the value in a place, and at all below it, for what kin-openapi does not judge:
// fields that no schema declares, numbers that a typed client cannot hold, and formats. Several
// schemas may describe the value, by allOf.
func (c *checker) walk(in string, at []string, value any, schemas []*openapi3.Schema) {
	if c.isAtEnd() {
		return
	}
	schemas = expand(c.operation.schemas, schemas, value)
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			c.walkField(in, append(slices.Clip(at), name), value[name], schemas)
		}
	case []any:
		c.walkItems(in, at, value, schemas)
	case json.Number, string:
		c.walkScalar(in, at, value, schemas)
	}
}

// walkItems looks at the items of an array that the schemas describe.
func (c *checker) walkItems(in string, at []string, list []any, schemas []*openapi3.Schema) {
	listed := 0 // how many items have a schema of their own
	for _, s := range schemas {
		listed = max(listed, len(s.PrefixItems))
	}
	others := itemsOf(schemas, listed)
	for i, item := range list {
		ofItem := others
		if i < listed {
			ofItem = itemsOf(schemas, i)
		}
		c.walk(in, append(slices.Clip(at), strconv.Itoa(i)), item, ofItem)
	}
}

// walkField looks at a field of an object that the schemas describe. The last part of its place is
// its name.
func (c *checker) walkField(in string, at []string, value any, schemas []*openapi3.Schema) {
	declared, open := schemasOf(at[len(at)-1], schemas)
	switch {
	case len(declared) > 0:
		c.walk(in, at, value, declared)
	case !open:
		c.addProblem(in, problem{
			check:   "undocumented-field",
			at:      at,
			message: "the contract does not know the field",
			given:   value,
			shown:   true,
		})
	}
}

// walkScalar files the first thing that is wrong with a text or a number. What kin-openapi has
// found is not said again in other words.
func (c *checker) walkScalar(in string, at []string, value any, schemas []*openapi3.Schema) {
	for _, s := range schemas {
		check, message := scalarProblem(value, s)
		if message == "" {
			continue
		}
		if !c.isJudged(in, at) {
			c.addProblem(in, problem{
				check:    check,
				at:       at,
				message:  message,
				expected: expected(s),
				given:    value,
				shown:    true,
			})
		}
		return
	}
}

// scalarProblem returns what is wrong with a text or a number by one schema, and the check that
// says so.
func scalarProblem(value any, s *openapi3.Schema) (check, message string) {
	if number, ok := value.(json.Number); ok {
		return "number-range", numberProblem(number, s)
	}
	text, ok := value.(string)
	if !ok || !s.Type.Permits("string") {
		return "", ""
	}
	if s.Format == "date-time" {
		return "date-time", formatProblem(s.Format, text)
	}
	return "format", formatProblem(s.Format, text)
}

// schemasOf returns the schemas of a field of an object, and whether the object may have fields
// that none declares.
func schemasOf(name string, schemas []*openapi3.Schema) (declared []*openapi3.Schema, open bool) {
	silent := true // schemas without properties say nothing about them
	for _, s := range schemas {
		silent = silent && len(s.Properties) == 0
		matching := patternsOf(s, name)
		declared = append(declared, matching...)
		open = open || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
		if property := s.Properties[name]; property != nil {
			declared = append(declared, property.Value)
		} else if additional := s.AdditionalProperties.Schema; additional != nil && len(matching) == 0 {
			declared = append(declared, additional.Value)
		}
	}
	return declared, open || silent
}

// itemsOf returns the schemas of the item of an array at an index.
func itemsOf(schemas []*openapi3.Schema, i int) []*openapi3.Schema {
	var items []*openapi3.Schema
	for _, s := range schemas {
		if i < len(s.PrefixItems) {
			items = append(items, s.PrefixItems[i].Value)
		} else if s.Items != nil {
			items = append(items, s.Items.Value)
		}
	}
	return items
}

// expand returns the schemas with those that they are composed of: all of allOf, and of anyOf and
// oneOf the branches that the value fits. If it fits none, all of them count, so that no field that a
// branch declares is called undocumented.
func expand(in2020 *schemas2020, schemas []*openapi3.Schema, value any) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, s := range schemas {
		all = append(all, s)
		for _, inner := range [][]*openapi3.Schema{
			resolved(s.AllOf), fitting(in2020, s.AnyOf, value), fitting(in2020, s.OneOf, value), conditional(s, value),
		} {
			all = append(all, expand(in2020, inner, value)...)
		}
	}
	return all
}

// conditional returns the schemas that a schema of OpenAPI 3.1 applies under a condition, whether or not
// it holds: no field that one of them declares is called undocumented.
func conditional(s *openapi3.Schema, value any) (all []*openapi3.Schema) {
	all = resolved(openapi3.SchemaRefs{s.If, s.Then, s.Else})
	object, _ := value.(map[string]any)
	for name, dependent := range s.DependentSchemas {
		if _, ok := object[name]; ok {
			all = append(all, dependent.Value)
		}
	}
	return all
}

// fitting returns the branches that a value fits, or all if it fits none.
func fitting(in2020 *schemas2020, branches openapi3.SchemaRefs, value any) []*openapi3.Schema {
	all := resolved(branches)
	fit := slices.DeleteFunc(slices.Clone(all), func(s *openapi3.Schema) bool {
		if in2020 != nil {
			return !in2020.fits(value, s)
		}
		return s.VisitJSON(value, openapi3.FailFast()) != nil
	})
	if len(fit) == 0 {
		return all
	}
	return fit
}
