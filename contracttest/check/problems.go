package check

import (
	"iter"

	"github.com/getkin/kin-openapi/openapi3"
)

// problemsOf judges a body by its schema. It yields one problem for each value that is wrong, and can
// be stopped after any of them. Schemas is nil for a document before OpenAPI 3.1.
func problemsOf(
	schemas *schemas2020, body any, s *openapi3.Schema, as openapi3.SchemaValidationOption,
) iter.Seq[problem] {
	return func(yield func(problem) bool) {
		v := newVisitor(schemas, []openapi3.SchemaValidationOption{as}, yield)
		if schemas != nil {
			v.broken = (*visitor).visitBroken2020
		}
		v.visit(nil, body, s)
	}
}
