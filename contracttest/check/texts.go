package check

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// adaptTexts changes the schemas of parameters and headers, which are texts, so that kin-openapi reads
// them: it reads a text as no value where the type is not said, or where null is one of several. The
// keywords that OpenAPI 3.0 does not have are refused for them.
func adaptTexts(o *openapi3.Operation) error {
	refs := textSchemas(o)
	done := map[*openapi3.SchemaRef]bool{} // responses share their headers
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		ref := refs[name]
		if done[ref] {
			continue
		}
		done[ref] = true
		for _, s := range schemasInDocument(reflect.ValueOf(ref)) {
			if keywords := keywords2020(s); keywords != "" {
				return fmt.Errorf("%s has a schema that cannot be judged by%s", name, keywords)
			}
		}
		own := *ref.Value // the schema may be that of a body as well
		types := openapi3.Types(typesButNull(&own))
		if len(types) == 0 && !isComposed(&own) && !slices.ContainsFunc(own.Enum, isNoText) {
			types = openapi3.Types{"string"}
		}
		if len(types) > 0 {
			own.Type = &types
			ref.Value = &own
		}
	}
	return nil
}

// textSchemas returns the schemas of the parameters and the headers of an operation, each by what it is
// the schema of.
func textSchemas(o *openapi3.Operation) map[string]*openapi3.SchemaRef {
	refs := map[string]*openapi3.SchemaRef{}
	for _, parameter := range o.Parameters {
		refs["the "+parameter.Value.In+" parameter "+parameter.Value.Name] = parameter.Value.Schema
	}
	for status, response := range o.Responses.Map() {
		for name, header := range response.Value.Headers {
			refs["the header "+name+" of response "+status] = header.Value.Schema
		}
	}
	return refs
}

func isNoText(value any) bool {
	_, isText := value.(string)
	return !isText
}
