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
	router    routers.Router
	responses map[string][]string // the documented statuses of each operation id, sorted, default last
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
	responses := map[string][]string{}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			responses[operation.OperationID] = slices.Sorted(maps.Keys(operation.Responses.Map()))
		}
	}
	return &Contract{router: router, responses: responses}, nil
}
