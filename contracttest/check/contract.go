package check

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"example.com/doimages/openapi"
)

// Contract is a loaded document, ready to check exchanges. It may be used by many goroutines.
type Contract struct {
	router     routers.Router
	operations map[string]*openapi3.Operation // by operation id
	responses  map[string][]string            // the documented statuses of each operation id, sorted, default last
	items      map[string]bool                // what coverage counts, by operation id and item
	plain      map[*openapi3.Schema]*plain    // the bodies of responses
	headers    map[string]openapi3.Headers    // of all responses of each operation id, by canonical name
}

// embedded is the contract that nearly everybody loads, which takes some ten milliseconds: once in a process.
var embedded = sync.OnceValues(func() (*Contract, error) { return load(openapi.Document()) })

// Load reads an OpenAPI document and validates it, its examples included. An error says where it is wrong. The embedded
// document is read once in a process.
func Load(document []byte) (*Contract, error) {
	if bytes.Equal(document, openapi.Document()) {
		return embedded()
	}
	return load(document)
}

func load(document []byte) (*Contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	if err := doc.Validate(loader.Context, openapi3.EnableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	doc.Servers = nil // so that an exchange with any host is matched by its path alone
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	c := &Contract{router: router, operations: map[string]*openapi3.Operation{}, responses: map[string][]string{}, items: map[string]bool{}, plain: map[*openapi3.Schema]*plain{}, headers: map[string]openapi3.Headers{}}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for _, parameter := range item.Parameters { // those of the path are those of its operations
				if operation.Parameters.GetByInAndName(parameter.Value.In, parameter.Value.Name) == nil {
					operation.Parameters = append(operation.Parameters, parameter)
				}
			}
			if what := lacks(operation); what != "" {
				return nil, fmt.Errorf("load the contract: %s %s: %s", method, path, what)
			}
			c.add(operation)
		}
	}
	return c, nil
}

// lacks says what an operation has not that OpenAPI leaves open and the checks need.
func lacks(operation *openapi3.Operation) string {
	if operation.OperationID == "" {
		return "it has no operationId"
	}
	for _, parameter := range operation.Parameters {
		if parameter.Value.Schema == nil {
			return fmt.Sprintf("the %s parameter %s has no schema", parameter.Value.In, parameter.Value.Name)
		}
	}
	if operation.RequestBody != nil {
		for kind, media := range operation.RequestBody.Value.Content {
			if media.Schema == nil {
				return fmt.Sprintf("the request body as %s has no schema", kind)
			}
		}
	}
	for status, response := range operation.Responses.Map() {
		for kind, media := range response.Value.Content {
			if media.Schema == nil {
				return fmt.Sprintf("the body of response %s as %s has no schema", status, kind)
			}
		}
		for name, header := range response.Value.Headers {
			if header.Value.Schema == nil {
				return fmt.Sprintf("the header %s of response %s has no schema", name, status)
			}
		}
	}
	return ""
}

// add makes ready what the checks of an operation need.
func (c *Contract) add(operation *openapi3.Operation) {
	id := operation.OperationID
	c.operations[id] = operation
	c.responses[id] = slices.Sorted(maps.Keys(operation.Responses.Map()))
	c.headers[id] = openapi3.Headers{}
	for _, status := range c.responses[id] {
		response := operation.Responses.Value(status).Value
		for _, media := range response.Content {
			c.plain[media.Schema.Value] = newPlain(media.Schema.Value, map[*openapi3.Schema]bool{})
		}
		for name, header := range response.Headers {
			if name = http.CanonicalHeaderKey(name); c.headers[id][name] == nil {
				c.headers[id][name] = header
			}
		}
	}
	for _, item := range coverageItems(operation) {
		c.items[id+" "+item] = true
	}
}

// Operations returns the ids of the operations of the contract, sorted.
func (c *Contract) Operations() []string { return slices.Sorted(maps.Keys(c.responses)) }

// Statuses returns the statuses that the contract documents for an operation, sorted: such as 200, 4XX, default.
func (c *Contract) Statuses(operation string) []string { return slices.Clone(c.responses[operation]) }

// Documents reports which of the documented statuses of an operation a response is of: its own, that of its class, such
// as 4XX, or default.
func (c *Contract) Documents(operation string, status int) string {
	for _, documented := range []string{strconv.Itoa(status), fmt.Sprintf("%dXX", status/100)} {
		if slices.Contains(c.responses[operation], documented) {
			return documented
		}
	}
	return "default"
}
