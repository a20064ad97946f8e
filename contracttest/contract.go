// Package contracttest checks requests and responses of the images API against the contract in package openapi, with
// kin-openapi as the judge of its schemas.
//
//	contract, err := contracttest.Load(openapi.Document())
//	…
//	for _, finding := range contract.Check(exchange) {
package contracttest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
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
}

// embedded is the contract that nearly everybody loads, which takes some ten milliseconds: once in a process.
var embedded = sync.OnceValues(func() (*Contract, error) { return load(openapi.Document()) })

// Load reads an OpenAPI document and validates it, its examples included.
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
	c := &Contract{router: router, operations: map[string]*openapi3.Operation{}, responses: map[string][]string{}, items: map[string]bool{}, plain: map[*openapi3.Schema]*plain{}}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			id := operation.OperationID
			c.operations[id] = operation
			c.responses[id] = slices.Sorted(maps.Keys(operation.Responses.Map()))
			for _, response := range operation.Responses.Map() {
				for _, media := range response.Value.Content {
					c.plain[media.Schema.Value] = newPlain(media.Schema.Value, map[*openapi3.Schema]bool{})
				}
			}
			for _, item := range coverageItems(operation) {
				c.items[id+" "+item] = true
			}
		}
	}
	return c, nil
}
