package check

import (
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// visitBroken2020 finds what is wrong with a value that does not fit its schema by JSON Schema
// 2020-12. The keywords that OpenAPI 3.0 has too are judged as there, and each of the others by itself.
func (v *visitor) visitBroken2020(at []string, value any, s *openapi3.Schema) bool {
	if !permits(s.Type, value) {
		return v.yield(valueProblem(at, &openapi3.SchemaError{
			Value:       value,
			Schema:      s,
			SchemaField: "enum", // of which it says that the type is wrong, or that it is null
		}))
	}
	found := false
	noting := v.yielding(func(p problem) bool {
		found = true
		return v.yield(p)
	})
	for _, step := range []func(*visitor, []string, any, *openapi3.Schema) bool{
		(*visitor).visitConditions, (*visitor).visitBranches, (*visitor).visitParts, (*visitor).visitNames,
	} {
		if !step(noting, at, value, s) {
			return false
		}
	}
	if found || isTakenApart(value, s) {
		return true
	}
	return v.yield(problem{ // by a keyword of which no more can be said
		check:   "schema",
		at:      at,
		message: "does not fit its schema" + keywords2020(s),
		given:   value,
		shown:   true,
	})
}

// visitConditions judges a value by what is demanded of it under a condition.
func (v *visitor) visitConditions(at []string, value any, s *openapi3.Schema) bool {
	object, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(s.DependentRequired)) {
		if _, ok := object[name]; ok && !v.visitRequired(at, object, s.DependentRequired[name]) {
			return false
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.DependentSchemas)) {
		if _, ok := object[name]; ok && !v.visit(at, value, s.DependentSchemas[name].Value) {
			return false
		}
	}
	if s.If == nil {
		return true
	}
	then := s.Else
	if v.fits(value, s.If.Value) {
		then = s.Then
	}
	return then == nil || v.visit(at, value, then.Value)
}

// visitRequired demands fields of an object.
func (v *visitor) visitRequired(at []string, object map[string]any, names []string) bool {
	demand := &openapi3.Schema{Required: names}
	return v.report(at, v.judge(object, demand, openapi3.MultiErrors()))
}

// visitBranches judges a value by the schemas that its schema is made of.
func (v *visitor) visitBranches(at []string, value any, s *openapi3.Schema) bool {
	for _, part := range s.AllOf {
		if !v.visit(at, value, part.Value) {
			return false
		}
	}
	isWrong := func(field, reason string) *openapi3.SchemaError {
		return &openapi3.SchemaError{
			Value:       value,
			Schema:      s,
			SchemaField: field,
			Reason:      reason,
		}
	}
	if len(s.AnyOf) > 0 && v.countFitting(value, s.AnyOf) == 0 &&
		!v.reportValue(at, isWrong("anyOf", `doesn't match any schema from "anyOf"`)) {
		return false
	}
	if n := v.countFitting(value, s.OneOf); len(s.OneOf) > 0 && n != 1 &&
		!v.reportValue(at, isWrong("oneOf", "fits "+strconv.Itoa(n)+" of the schemas of oneOf, and must fit one")) {
		return false
	}
	if s.Not != nil && v.fits(value, s.Not.Value) {
		return v.reportValue(at, isWrong("not", "fits the schema of not, which it must not"))
	}
	return true
}

func (v *visitor) countFitting(value any, branches openapi3.SchemaRefs) (n int) {
	for _, branch := range branches {
		if v.fits(value, branch.Value) {
			n++
		}
	}
	return n
}

// visitParts judges the items of an array or the fields of an object, and the value by itself.
func (v *visitor) visitParts(at []string, value any, s *openapi3.Schema) bool {
	if v.single[s] == nil {
		v.single[s] = plain(s)
	}
	switch value := value.(type) {
	case nil:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, nil) {
			return v.yield(valueProblem(at, &openapi3.SchemaError{
				Schema:      s,
				SchemaField: "enum",
				Reason:      "null is not one of the allowed values",
			}))
		}
		return true
	case []any:
		for i, item := range value[:min(len(value), len(s.PrefixItems))] {
			if !v.visit(append(slices.Clip(at), strconv.Itoa(i)), item, s.PrefixItems[i].Value) {
				return false
			}
		}
		return v.visitItems(at, value, v.single[s])
	case map[string]any:
		return v.visitMatching(at, value, s) && v.visitFields(at, value, v.single[s])
	}
	return v.report(at, v.judge(value, v.single[s], openapi3.MultiErrors()))
}

// plain returns a schema without the keywords that are judged one by one.
func plain(s *openapi3.Schema) *openapi3.Schema {
	p := withoutBranches(s)
	p.If, p.Then, p.Else, p.DependentRequired, p.DependentSchemas = nil, nil, nil, nil, nil
	p.Contains, p.MinContains, p.MaxContains, p.PropertyNames, p.Const, p.Defs = nil, nil, nil, nil, nil, nil
	p.UnevaluatedItems, p.UnevaluatedProperties = openapi3.BoolSchema{}, openapi3.BoolSchema{}
	if len(p.PatternProperties) > 0 { // they say which fields are additional
		p.PatternProperties, p.AdditionalProperties = nil, openapi3.AdditionalProperties{}
	}
	return p
}

// visitMatching judges the fields of an object whose names match a pattern, and if there are patterns,
// those that neither match nor are listed.
func (v *visitor) visitMatching(at []string, object map[string]any, s *openapi3.Schema) bool {
	if len(s.PatternProperties) == 0 {
		return true
	}
	additional := &openapi3.Schema{AdditionalProperties: s.AdditionalProperties}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		matching := patternsOf(s, name)
		for _, field := range matching {
			if !v.visit(append(slices.Clip(at), name), object[name], field) {
				return false
			}
		}
		isAdditional := len(matching) == 0 && s.Properties[name] == nil
		if isAdditional && !v.visitField(at, object, name, additional) {
			return false
		}
	}
	return true
}

// visitNames judges the names of the fields of an object.
func (v *visitor) visitNames(at []string, value any, s *openapi3.Schema) bool {
	object, ok := value.(map[string]any)
	if !ok || s.PropertyNames == nil {
		return true
	}
	ofName := v.yielding(func(p problem) bool {
		p.message = "of the name of the field: " + p.message
		return v.yield(p)
	})
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !ofName.visit(append(slices.Clip(at), name), name, s.PropertyNames.Value) {
			return false
		}
	}
	return true
}
