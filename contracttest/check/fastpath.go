package check

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// useFastPath is true but in tests, which run with it off as well: nothing but the time may depend
// on it.
var useFastPath = true

// fastSchema recognises valid values of simple schemas without kin-openapi, which takes most of the
// time of a check. It never reports a fault: what it does not recognise is checked in full.
type fastSchema struct {
	kind     string           // the JSON type
	nullable bool             // of any kind
	enum     map[string]bool  // of a string; nil if any is allowed
	format   string           // of a string
	number   *openapi3.Schema // of a number: its format and limits
	items    *fastSchema      // of an array

	fields   map[string]*fastSchema // of an object
	required []string
	open     bool // whether fields that are not declared are allowed
}

// maxFast is how many schemas a simple one holds at most. Where each refers twice to the one before,
// there is no end to them.
const maxFast = 10_000

// fastBuilder makes a fastSchema.
type fastBuilder struct {
	within map[*openapi3.Schema]bool // the schemas around the next one: one that holds itself is not simple
	made   int
}

// newFastSchema returns nil for a schema that is not simple.
func newFastSchema(s *openapi3.Schema) *fastSchema {
	b := fastBuilder{within: map[*openapi3.Schema]bool{}}
	return b.build(s)
}

func (b *fastBuilder) build(s *openapi3.Schema) *fastSchema {
	if b.made++; b.made > maxFast || b.within[s] || !isSimple(s) {
		return nil
	}
	b.within[s] = true
	defer delete(b.within, s)
	f := &fastSchema{
		kind:     kindOf(s),
		nullable: s.Nullable || s.Type.IncludesNull(),
		format:   s.Format,
		number:   s,
	}
	ok := true
	switch f.kind {
	case "string":
		ok = f.setEnum(s)
	case "array":
		ok = b.setItems(f, s)
	case "object":
		ok = b.setFields(f, s)
	}
	if !ok {
		return nil
	}
	return f
}

// isSimple reports whether a schema has one type, and no keyword but those that are judged here or
// that say nothing of a value. A keyword that kin-openapi learns one day makes a schema not simple
// by itself.
func isSimple(s *openapi3.Schema) bool {
	if kindOf(s) == "" || s.AdditionalProperties.Schema != nil {
		return false
	}
	if len(s.Enum) > 0 && !s.Type.Is("string") {
		return false
	}
	rest := *s
	for _, known := range []any{
		&rest.Type, &rest.Nullable, &rest.Enum, &rest.Format, &rest.Min, &rest.Max,
		&rest.Items, &rest.Properties, &rest.Required, &rest.AdditionalProperties,
		// These say nothing of a value.
		&rest.Title, &rest.Description, &rest.Default, &rest.Example, &rest.Deprecated,
		&rest.ExternalDocs, &rest.Extensions, &rest.Origin,
		&rest.ReadOnly, // says that only a response has the value, and only responses are judged here
	} {
		reflect.ValueOf(known).Elem().SetZero()
	}
	return reflect.ValueOf(rest).IsZero()
}

// kindOf returns the type of a schema that has one, beside null or not; "" of any other.
func kindOf(s *openapi3.Schema) string {
	types := typesButNull(s)
	if len(types) != 1 {
		return ""
	}
	return types[0]
}

// setEnum takes over the values of an enum, and reports whether all of them are strings.
func (f *fastSchema) setEnum(s *openapi3.Schema) (ok bool) {
	for _, value := range s.Enum {
		text, isText := value.(string)
		if !isText {
			return false
		}
		if f.enum == nil {
			f.enum = map[string]bool{}
		}
		f.enum[text] = true
	}
	return true
}

// setItems takes over the schema of the items of an array, and reports whether it is simple.
func (b *fastBuilder) setItems(f *fastSchema, s *openapi3.Schema) (ok bool) {
	if s.Items != nil {
		f.items = b.build(s.Items.Value)
	}
	return f.items != nil
}

// setFields takes over the schemas of the fields of an object, and reports whether all are simple.
func (b *fastBuilder) setFields(f *fastSchema, s *openapi3.Schema) (ok bool) {
	f.required = s.Required
	f.fields = make(map[string]*fastSchema, len(s.Properties))
	for name, property := range s.Properties {
		if f.fields[name] = b.build(property.Value); f.fields[name] == nil {
			return false
		}
	}
	// A schema that declares no fields says nothing about them.
	f.open = len(s.Properties) == 0
	if allowed := s.AdditionalProperties.Has; allowed != nil {
		f.open = *allowed
	}
	return true
}

// clearlyValid reports whether a value of a response is clearly valid: neither kin-openapi nor
// [checker.walk] would find anything. False does not mean that it is invalid.
func (f *fastSchema) clearlyValid(value any) bool {
	switch value := value.(type) {
	case nil:
		return f.validNull()
	case bool:
		return f.kind == "boolean"
	case string:
		return f.validString(value)
	case json.Number:
		return f.validNumber(value)
	case []any:
		return f.validArray(value)
	case map[string]any:
		return f.validObject(value)
	}
	return false
}

// validNull leaves it to kin-openapi whether an enum without null allows it.
func (f *fastSchema) validNull() bool { return f.nullable && f.enum == nil }

// validString leaves every format to the full check but the two that a page is full of.
func (f *fastSchema) validString(text string) bool {
	if f.kind != "string" || f.enum != nil && !f.enum[text] {
		return false
	}
	switch f.format {
	case "":
		return true
	case "date-time":
		return isUsualDateTime(text)
	case "uri":
		return formatProblem("uri", text) == ""
	}
	return false
}

// validNumber compares with the limits as kin-openapi does, as float64.
func (f *fastSchema) validNumber(number json.Number) bool {
	switch {
	case f.kind != "integer" && f.kind != "number":
		return false
	case f.kind == "integer" && !isInteger(number):
		return false
	case numberProblem(number, f.number) != "":
		return false
	}
	n, err := number.Float64()
	low, high := f.number.Min, f.number.Max
	return err == nil && (low == nil || n >= *low) && (high == nil || n <= *high)
}

func (f *fastSchema) validArray(list []any) bool {
	if f.kind != "array" {
		return false
	}
	for _, item := range list {
		if !f.items.clearlyValid(item) {
			return false
		}
	}
	return true
}

// validObject reports whether an object has every required field, none that is not declared, and
// only valid ones.
func (f *fastSchema) validObject(object map[string]any) bool {
	if f.kind != "object" {
		return false
	}
	for _, name := range f.required {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	for name, value := range object {
		field, declared := f.fields[name]
		if declared && !field.clearlyValid(value) || !declared && !f.open {
			return false
		}
	}
	return true
}

// isUsualDateTime reports whether a text is a date-time in the one form that the API writes. Other
// forms are valid, too, but kin-openapi judges some of them by a pattern of its own.
func isUsualDateTime(text string) bool {
	const form = "0000-00-00T00:00:00Z"
	if len(text) != len(form) || strings.HasPrefix(text, "0000") {
		return false
	}
	for i := range len(form) {
		isDigit := '0' <= text[i] && text[i] <= '9'
		if isDigit != (form[i] == '0') || !isDigit && text[i] != form[i] {
			return false
		}
	}
	return formatProblem("date-time", text) == ""
}
