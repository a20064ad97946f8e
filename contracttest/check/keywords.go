package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

// keywordChecks names the checks that kin-openapi makes, by the keyword of the schema that a value
// breaks.
var keywordChecks = map[string]string{
	"required": "missing-field",
	"type":     "wrong-type",
	"nullable": "null",
	"enum":     "unknown-enum-value",
	"format":   "format",

	"minimum":          "out-of-range",
	"maximum":          "out-of-range",
	"exclusiveMinimum": "out-of-range",
	"exclusiveMaximum": "out-of-range",
	"multipleOf":       "out-of-range",
	"minLength":        "out-of-range",
	"maxLength":        "out-of-range",
	"pattern":          "out-of-range",
	"minItems":         "out-of-range",
	"maxItems":         "out-of-range",
	"uniqueItems":      "out-of-range",
	"minProperties":    "out-of-range",
	"maxProperties":    "out-of-range",

	"oneOf":         "no-branch",
	"anyOf":         "no-branch",
	"allOf":         "no-branch",
	"not":           "no-branch",
	"discriminator": "no-branch",
}

// checkOf returns the name of the check that found an error.
func checkOf(err *openapi3.SchemaError) string {
	check, known := keywordChecks[err.SchemaField]
	switch {
	case !known:
		return "schema"
	case check != "format" || err.Schema == nil:
		return check
	case err.Schema.Format == "date-time":
		return "date-time"
	case !err.Schema.Type.Permits("string"): // such as int32, which says how large a number may be
		return "number-range"
	}
	return check
}

// permits reports whether a value is of a type that a schema has, if it has one.
func permits(types *openapi3.Types, value any) bool {
	if types.IsEmpty() {
		return true
	}
	switch value.(type) {
	case nil:
		return types.Permits("null")
	case string:
		return types.Permits("string")
	case bool:
		return types.Permits("boolean")
	case []any:
		return types.Permits("array")
	case map[string]any:
		return types.Permits("object")
	}
	return types.Permits("number") || types.Permits("integer")
}

// typesButNull returns the types that a schema has beside null.
func typesButNull(s *openapi3.Schema) []string {
	return slices.DeleteFunc(slices.Clone(s.Type.Slice()), func(name string) bool { return name == "null" })
}

// isComposed reports whether a schema is made of others that judge the same value.
func isComposed(s *openapi3.Schema) bool {
	return len(s.AllOf) > 0 || len(s.AnyOf) > 0 || len(s.OneOf) > 0 || s.Not != nil
}

// branchName names a branch as the document does, or by its type where it has no name.
func branchName(branch *openapi3.SchemaRef) string {
	if branch.Ref != "" {
		return branch.Ref[strings.LastIndexByte(branch.Ref, '/')+1:]
	}
	if branch.Value.Type != nil {
		return strings.Join(branch.Value.Type.Slice(), "/")
	}
	return "an unnamed schema"
}

// expected describes in few words what a schema has in a place.
func expected(schema *openapi3.Schema) string {
	if len(schema.Enum) > 0 {
		values := make([]string, len(schema.Enum))
		for i, value := range schema.Enum {
			values[i] = fmt.Sprint(value)
		}
		return oneOf(values)
	}
	if schema.Type == nil {
		return ""
	}
	s := strings.Join(schema.Type.Slice(), " or ")
	if schema.Format != "" {
		s += " (" + schema.Format + ")"
	}
	return s
}

// oneOf describes the values that a field may have; "" if there are none.
func oneOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return redact.Shorten("one of " + strings.Join(values, ", "))
}
