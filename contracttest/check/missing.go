package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// missing returns what the checks need of an operation that OpenAPI makes optional.
func missing(operation *openapi3.Operation) error {
	for _, parameter := range operation.Parameters {
		if parameter.Value.Schema == nil {
			return fmt.Errorf("the %s parameter %s has no schema", parameter.Value.In, parameter.Value.Name)
		}
	}
	if operation.RequestBody != nil {
		content := operation.RequestBody.Value.Content
		for _, kind := range slices.Sorted(maps.Keys(content)) {
			if content[kind].Schema == nil {
				return fmt.Errorf("the request body as %s has no schema", kind)
			}
		}
	}
	responses := operation.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if err := missingOfResponse(status, responses[status].Value); err != nil {
			return err
		}
	}
	return nil
}

// missingOfResponse returns what the checks need of a response. A document that leaves it open is
// refused: to pass over such a part would look as if it had been checked.
func missingOfResponse(status string, response *openapi3.Response) error {
	for _, kind := range slices.Sorted(maps.Keys(response.Content)) {
		if response.Content[kind].Schema == nil {
			return fmt.Errorf("the body of response %s as %s has no schema", status, kind)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		if response.Headers[name].Value.Schema == nil {
			return fmt.Errorf("the header %s of response %s has no schema", name, status)
		}
	}
	return nil
}
