package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// discriminatorProblem returns what is wrong with the field by which a value names its branch, and false if an error
// is not about that field. No branch is nearest then: what one of them says would be about another type.
func discriminatorProblem(at []string, err *openapi3.SchemaError) (problem, bool) {
	if err.SchemaField != "discriminator" || err.Schema == nil || err.Schema.Discriminator == nil {
		return problem{}, false
	}
	discriminator := err.Schema.Discriminator
	p := problem{
		at:       append(slices.Clip(at), discriminator.PropertyName),
		expected: oneOf(slices.Sorted(maps.Keys(discriminator.Mapping))),
	}
	must := "it must name a schema"
	if p.expected != "" { // a document need not list them
		must = "it must be " + p.expected
	}
	_, isText := err.Value.(string)
	switch {
	case strings.HasPrefix(err.Reason, "input does not contain"): // kin-openapi has no other sign of it
		p.check, p.message = "missing-field", "missing; "+must
		return p, true
	case err.Value == nil:
		p.check, p.message = "null", "Value is not nullable; "+must
	case !isText:
		p.check, p.message = "wrong-type", "value must be a string; "+must
	default:
		p.check, p.message = "unknown-enum-value", must
	}
	p.given, p.shown = err.Value, true
	return p, true
}
