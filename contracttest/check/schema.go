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

// schemaProblems returns what kin-openapi says of the value in a place, one problem for each value
// that is wrong. Its messages are not used whole: they repeat the value.
func schemaProblems(at []string, err error) []problem {
	// A type switch, because errors.As finds the first error in a MultiError and hides the others.
	switch err := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		var all []problem
		for _, err := range err {
			all = append(all, schemaProblems(at, err)...)
		}
		return all
	case *openapi3.SchemaError:
		return schemaErrorProblems(append(slices.Clip(at), err.JSONPointer()...), err)
	}
	return []problem{{check: "schema", at: at, message: err.Error()}}
}

// schemaErrorProblems returns what an error says. Of a composed schema kin-openapi says only that
// the value does not fit, and not where: the part that it does not fit is asked again.
func schemaErrorProblems(at []string, err *openapi3.SchemaError) []problem {
	if p, ok := discriminatorProblem(at, err); ok {
		return []problem{p}
	}
	if branch, why := nearestBranch(err); why != nil {
		all := schemaProblems(at, why)
		for i := range all {
			all[i].message = "of " + branch + ", the nearest branch: " + all[i].message
		}
		return all
	}
	if err.SchemaField == "allOf" && err.Schema != nil {
		var all []problem
		for _, part := range err.Schema.AllOf {
			all = append(all, schemaProblems(at, part.Value.VisitJSON(err.Value, openapi3.MultiErrors()))...)
		}
		return all
	}
	return []problem{valueProblem(at, err)}
}

// valueProblem returns what an error says of a single value.
func valueProblem(at []string, err *openapi3.SchemaError) problem {
	p := problem{check: checkOf(err), at: at, message: err.Reason}
	if err.Schema == nil {
		return p
	}
	// kin-openapi looks at the enum before the type, and a value of another type breaks more
	// clients than a new one.
	if p.check == "unknown-enum-value" && !permits(err.Schema.Type, err.Value) {
		p.check, p.message = "wrong-type", "value must be a "+strings.Join(err.Schema.Type.Slice(), " or ")
		if err.Value == nil {
			p.check, p.message = "null", "Value is not nullable"
		}
	}
	if p.check != "missing-field" { // of which the value is the object around it
		p.expected, p.given, p.shown = expected(err.Schema), err.Value, true
	}
	return p
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

// nearestBranch returns which branch of a oneOf or anyOf a value was meant for, and what is wrong
// with it by that branch: the one that the discriminator names, or the one with the fewest errors
// and unknown fields. It returns no error where a branch fits, as when two do and one may.
func nearestBranch(err *openapi3.SchemaError) (name string, why error) {
	fewest := 0
	for _, branch := range candidates(err) {
		problem := branch.Value.VisitJSON(err.Value, openapi3.MultiErrors())
		if problem == nil {
			return "", nil
		}
		distance := countErrors(problem) + countUndeclared(branch.Value, err.Value)
		if why == nil || distance < fewest {
			name, why, fewest = branchName(branch), problem, distance
		}
	}
	return name, why
}

// candidates returns the branches that a value which fits none of them may have been meant for.
func candidates(err *openapi3.SchemaError) openapi3.SchemaRefs {
	if err.Schema == nil {
		return nil
	}
	switch err.SchemaField {
	case "oneOf", "anyOf":
	default:
		return nil
	}
	branches := err.Schema.OneOf
	if len(branches) == 0 {
		branches = err.Schema.AnyOf
	}
	named := namedBranch(err)
	for i, branch := range branches {
		if branch.Ref != "" && branch.Ref == named {
			return branches[i : i+1]
		}
	}
	return branches
}

// namedBranch returns the reference to the branch that a value names by the discriminator, if there
// is one.
func namedBranch(err *openapi3.SchemaError) (ref string) {
	object, isObject := err.Value.(map[string]any)
	if !isObject || err.Schema.Discriminator == nil {
		return ""
	}
	value, _ := object[err.Schema.Discriminator.PropertyName].(string)
	return err.Schema.Discriminator.Mapping[value].Ref
}

// countErrors counts the errors that kin-openapi found by one branch.
func countErrors(err error) int {
	if many, ok := err.(openapi3.MultiError); ok {
		return len(many)
	}
	return 1
}

// countUndeclared counts the fields of an object that a branch does not declare.
func countUndeclared(branch *openapi3.Schema, value any) (n int) {
	object, _ := value.(map[string]any)
	for key := range object {
		if len(branch.Properties) > 0 && branch.Properties[key] == nil {
			n++
		}
	}
	return n
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
		return redact.Shorten("one of " + strings.Join(values, ", "))
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
