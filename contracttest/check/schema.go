package check

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

// schemaChecks names the checks that kin-openapi makes by the part of the schema that it judged by.
var schemaChecks = map[string]string{
	"required": "missing-field", "type": "wrong-type", "nullable": "null", "enum": "unknown-enum-value",
	"minimum": "out-of-range", "maximum": "out-of-range", "exclusiveMinimum": "out-of-range", "exclusiveMaximum": "out-of-range",
	"minLength": "out-of-range", "maxLength": "out-of-range", "pattern": "out-of-range", "multipleOf": "out-of-range",
	"minItems": "out-of-range", "maxItems": "out-of-range", "uniqueItems": "out-of-range", "minProperties": "out-of-range", "maxProperties": "out-of-range",
	"format": "format", "oneOf": "no-branch", "anyOf": "no-branch", "allOf": "no-branch", "not": "no-branch", "discriminator": "no-branch",
}

// addSchema adds the leaves of what kin-openapi says of a value at a place. Its messages are not used whole: they
// repeat the value.
func (f *findings) addSchema(in string, at []string, err error) {
	// A type switch, because errors.As finds the first error in a MultiError and hides the others.
	switch err := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range err {
			f.addSchema(in, at, err)
		}
	case *openapi3.SchemaError:
		pointer := append(append([]string{}, at...), err.JSONPointer()...)
		if branch, why := nearestBranch(err); branch != "" {
			before := len(f.list)
			f.addSchema(in, pointer, why)
			for i := before; i < len(f.list); i++ {
				f.list[i].Message = redact.Shorten("of " + branch + ", the nearest branch: " + f.list[i].Message)
			}
			return
		}
		if err.SchemaField == "allOf" && err.Schema != nil {
			for _, part := range err.Schema.AllOf { // what it does not say: which part, and where
				f.addSchema(in, pointer, part.Value.VisitJSON(err.Value, openapi3.MultiErrors()))
			}
			return
		}
		check := schemaChecks[err.SchemaField]
		switch {
		case check == "":
			check = "schema"
		case check == "format" && err.Schema != nil && err.Schema.Format == "date-time":
			check = "date-time"
		case check == "format" && err.Schema != nil && !err.Schema.Type.Permits("string"):
			check = "number-range"
		}
		reason := err.Reason
		if check == "unknown-enum-value" && !permits(err.Schema.Type, err.Value) { // it asks for the enum first
			check, reason = "wrong-type", "value must be a "+strings.Join(err.Schema.Type.Slice(), " or ")
			if err.Value == nil {
				check, reason = "null", "Value is not nullable"
			}
		}
		finding := f.add(check, in, pointer, reason)
		if err.Schema != nil && check != "missing-field" {
			finding.Expected, finding.Got = expected(err.Schema), f.got(err.Value)
		}
	default:
		f.add("schema", in, at, err.Error())
	}
}

// permits tells whether a value is of a type that a schema has, if it has one.
func permits(types *openapi3.Types, value any) bool {
	kind := "number"
	switch value.(type) {
	case nil:
		kind = "null"
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case []any:
		kind = "array"
	case map[string]any:
		kind = "object"
	}
	return types.IsEmpty() || types.Permits(kind) || kind == "number" && types.Permits("integer")
}

// nearestBranch returns which branch of a failed oneOf or anyOf the value was meant for, and what is wrong by it: the
// branch that the discriminator names, or the one with the fewest errors and unknown fields.
func nearestBranch(err *openapi3.SchemaError) (name string, why error) {
	if err.Schema == nil || err.SchemaField != "oneOf" && err.SchemaField != "anyOf" && err.SchemaField != "discriminator" {
		return "", nil
	}
	branches := err.Schema.OneOf
	if len(branches) == 0 {
		branches = err.Schema.AnyOf
	}
	wanted := ""
	if object, ok := err.Value.(map[string]any); ok && err.Schema.Discriminator != nil {
		if value, ok := object[err.Schema.Discriminator.PropertyName].(string); ok {
			wanted = err.Schema.Discriminator.Mapping[value].Ref
		}
	}
	fewest := 0
	for _, branch := range branches {
		problem := branch.Value.VisitJSON(err.Value, openapi3.MultiErrors())
		many, ok := problem.(openapi3.MultiError)
		if !ok {
			if problem == nil {
				return "", nil // it matches, and another does too
			}
			many = openapi3.MultiError{problem}
		}
		distance := len(many) + strangers(branch.Value, err.Value)
		if name == "" || distance < fewest || branch.Ref != "" && branch.Ref == wanted {
			name, why, fewest = branchName(branch), problem, distance
		}
		if branch.Ref != "" && branch.Ref == wanted {
			break
		}
	}
	return name, why
}

// strangers counts the fields of an object that a branch does not declare.
func strangers(branch *openapi3.Schema, value any) int {
	object, _ := value.(map[string]any)
	n := 0
	for key := range object {
		if len(branch.Properties) > 0 && branch.Properties[key] == nil {
			n++
		}
	}
	return n
}

func branchName(branch *openapi3.SchemaRef) string {
	if branch.Ref != "" {
		return branch.Ref[strings.LastIndexByte(branch.Ref, '/')+1:]
	}
	if branch.Value.Type != nil {
		return strings.Join(branch.Value.Type.Slice(), "/")
	}
	return "an unnamed schema"
}

// expected says shortly what a schema has in a place.
func expected(schema *openapi3.Schema) string {
	switch {
	case len(schema.Enum) > 0:
		values := make([]string, len(schema.Enum))
		for i, value := range schema.Enum {
			values[i] = fmt.Sprint(value)
		}
		return redact.Shorten("one of " + strings.Join(values, ", "))
	case schema.Type == nil:
		return ""
	}
	s := strings.Join(schema.Type.Slice(), " or ")
	if schema.Format != "" {
		s += " (" + schema.Format + ")"
	}
	return s
}
