package check

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// plain is a schema that uses no more than what nearly every schema uses, made ready to tell quickly that a value of a
// response is plainly right: neither kin-openapi nor walk would find anything. Where it cannot tell, they are asked, and
// they alone say what is wrong.
type plain struct {
	kind     string
	nullable bool
	enum     map[string]bool
	format   string
	schema   *openapi3.Schema // of a number
	items    *plain
	fields   map[string]*plain
	required []string
	open     bool // may have fields that are not declared
}

// newPlain returns nil for a schema with anything else in it. The schemas it is inside of are in known.
func newPlain(s *openapi3.Schema, known map[*openapi3.Schema]bool) *plain {
	rest := *s
	for _, set := range []any{ // what is judged here, or says nothing of the value of a response
		&rest.Type, &rest.Nullable, &rest.Enum, &rest.Format, &rest.Min, &rest.Max, &rest.Items, &rest.Properties, &rest.Required, &rest.AdditionalProperties,
		&rest.Title, &rest.Description, &rest.Default, &rest.Example, &rest.Deprecated, &rest.ReadOnly, &rest.ExternalDocs, &rest.Extensions, &rest.Origin,
	} {
		reflect.ValueOf(set).Elem().SetZero()
	}
	if !reflect.ValueOf(rest).IsZero() || s.Type == nil || len(*s.Type) != 1 || s.AdditionalProperties.Schema != nil || known[s] {
		return nil
	}
	known[s] = true
	defer delete(known, s)
	p := &plain{kind: (*s.Type)[0], nullable: s.Nullable, format: s.Format, schema: s, required: s.Required}
	switch p.kind {
	case "string":
		for _, value := range s.Enum {
			text, ok := value.(string)
			if !ok {
				return nil
			}
			if p.enum == nil {
				p.enum = map[string]bool{}
			}
			p.enum[text] = true
		}
		return p
	case "array":
		if s.Items != nil {
			p.items = newPlain(s.Items.Value, known)
		}
		if p.items == nil {
			return nil
		}
	case "object":
		p.fields = make(map[string]*plain, len(s.Properties))
		for name, property := range s.Properties {
			if p.fields[name] = newPlain(property.Value, known); p.fields[name] == nil {
				return nil
			}
		}
		open := s.AdditionalProperties.Has
		p.open = open != nil && *open || open == nil && len(s.Properties) == 0
	}
	if len(s.Enum) > 0 {
		return nil
	}
	return p
}

// holds tells whether a value is plainly right. False is no certainty that it is wrong.
func (p *plain) holds(value any) bool {
	switch value := value.(type) {
	case nil:
		return p.nullable && p.enum == nil
	case bool:
		return p.kind == "boolean"
	case string:
		return p.kind == "string" && (p.enum == nil || p.enum[value]) &&
			(p.format == "" || p.format == "date-time" && plainDateTime(value) || p.format == "uri" && formatProblem("uri", value) == "")
	case json.Number:
		if p.kind == "integer" && !isInteger(value) || p.kind != "integer" && p.kind != "number" || numberProblem(value, p.schema) != "" {
			return false
		}
		n, err := value.Float64()
		return err == nil && (p.schema.Min == nil || n >= *p.schema.Min) && (p.schema.Max == nil || n <= *p.schema.Max)
	case []any:
		if p.kind != "array" {
			return false
		}
		for _, item := range value {
			if !p.items.holds(item) {
				return false
			}
		}
		return true
	case map[string]any:
		if p.kind != "object" {
			return false
		}
		for _, name := range p.required {
			if _, ok := value[name]; !ok {
				return false
			}
		}
		for name, item := range value {
			if field := p.fields[name]; field == nil && !p.open || field != nil && !field.holds(item) {
				return false
			}
		}
		return true
	}
	return false
}

// plainDateTime tells whether a text is a date-time in the one form that the API writes.
func plainDateTime(text string) bool {
	const form = "0000-00-00T00:00:00Z"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if digit := '0' <= text[i] && text[i] <= '9'; digit != (form[i] == '0') || !digit && text[i] != form[i] {
			return false
		}
	}
	return formatProblem("date-time", text) == "" && !strings.HasPrefix(text, "0000")
}
