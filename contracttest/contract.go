// Package contracttest checks requests and responses of the images API against the contract in package openapi, with
// kin-openapi as the judge of its schemas.
//
//	contract, err := contracttest.Load(openapi.Document())
//	…
//	for _, finding := range contract.Check(exchange) {
package contracttest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Contract is a loaded document, ready to check exchanges. It may be used by many goroutines.
type Contract struct {
	router     routers.Router
	operations map[string]*openapi3.Operation // by operation id
	responses  map[string][]string            // the documented statuses of each operation id, sorted, default last
	items      map[string]bool                // what coverage counts, by operation id and item
}

// Load reads an OpenAPI document and validates it, its examples included.
func Load(document []byte) (*Contract, error) {
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
	c := &Contract{router: router, operations: map[string]*openapi3.Operation{}, responses: map[string][]string{}, items: map[string]bool{}}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			id := operation.OperationID
			c.operations[id] = operation
			c.responses[id] = slices.Sorted(maps.Keys(operation.Responses.Map()))
			for _, item := range coverageItems(operation) {
				c.items[id+" "+item] = true
			}
		}
	}
	return c, nil
}
