package check

import (
	"bytes"
	"errors"
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

// Contract is a loaded document, ready to check exchanges. [Load] makes one. It does not change, so
// that any number of goroutines may use it.
type Contract struct {
	router     routers.Router
	operations map[string]*operation            // by operation id
	items      map[string]bool                  // what coverage counts, by operation id and item
	fast       map[*openapi3.Schema]*fastSchema // of the bodies of responses; nil for a schema that is not simple
}

// operation is an operation of the contract, with what the checks would otherwise look up for every
// exchange.
type operation struct {
	*openapi3.Operation
	statuses []string         // the documented ones, sorted, default last
	headers  openapi3.Headers // of all its responses, by canonical name
}

// embedded loads the embedded document once per process; that takes some 10 ms, and nearly every
// caller wants it.
var embedded = sync.OnceValues(func() (*Contract, error) { return load(openapi.Document()) })

// Load reads an OpenAPI document and validates it, its examples included. The embedded document is
// loaded once per process. An error begins with "load the contract" and says where the document is
// wrong, or what it leaves open that the checks need: operation ids, and a schema for each
// parameter, body and header. Schemas that judge a value by themselves without end are refused, and so
// are those that do so in more than 1,000 steps.
func Load(document []byte) (*Contract, error) {
	loadOnce := func() (*Contract, error) { return load(document) }
	if bytes.Equal(document, openapi.Document()) {
		loadOnce = embedded
	}
	contract, err := loadOnce()
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	return contract, nil
}

// load reads a document, and prepares everything that does not depend on an exchange.
func load(document []byte) (*Contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if err := checkComposition(doc); err != nil { // first: what validates it would not come to an end
		return nil, err
	}
	if err := doc.Validate(loader.Context, openapi3.EnableExamplesValidation()); err != nil {
		return nil, err
	}
	doc.Servers = nil // so that an exchange with any host is matched by its path only
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	c := &Contract{
		router:     router,
		operations: map[string]*operation{},
		items:      map[string]bool{},
		fast:       map[*openapi3.Schema]*fastSchema{},
	}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			inheritParameters(operation, item.Parameters)
			if err := missing(operation); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			c.add(operation)
		}
	}
	return c, nil
}

// inheritParameters adds the parameters of a path to one of its operations, which may replace them
// by its own.
func inheritParameters(operation *openapi3.Operation, ofPath openapi3.Parameters) {
	for _, parameter := range ofPath {
		if operation.Parameters.GetByInAndName(parameter.Value.In, parameter.Value.Name) == nil {
			operation.Parameters = append(operation.Parameters, parameter)
		}
	}
}

// missing returns what the checks need of an operation that OpenAPI makes optional.
func missing(operation *openapi3.Operation) error {
	if operation.OperationID == "" {
		return errors.New("the operation has no operationId")
	}
	for _, parameter := range operation.Parameters {
		if parameter.Value.Schema == nil {
			return fmt.Errorf("the %s parameter %s has no schema", parameter.Value.In, parameter.Value.Name)
		}
	}
	if operation.RequestBody != nil {
		for kind, media := range operation.RequestBody.Value.Content {
			if media.Schema == nil {
				return fmt.Errorf("the request body as %s has no schema", kind)
			}
		}
	}
	for status, response := range operation.Responses.Map() {
		if err := missingOfResponse(status, response.Value); err != nil {
			return err
		}
	}
	return nil
}

// missingOfResponse returns what the checks need of a response. A document that leaves it open is
// refused: to pass over such a part would look as if it had been checked.
func missingOfResponse(status string, response *openapi3.Response) error {
	for kind, media := range response.Content {
		if media.Schema == nil {
			return fmt.Errorf("the body of response %s as %s has no schema", status, kind)
		}
	}
	for name, header := range response.Headers {
		if header.Value.Schema == nil {
			return fmt.Errorf("the header %s of response %s has no schema", name, status)
		}
	}
	return nil
}

// add prepares what the checks of an operation need.
func (c *Contract) add(documented *openapi3.Operation) {
	o := &operation{
		Operation: documented,
		statuses:  slices.Sorted(maps.Keys(documented.Responses.Map())),
		headers:   openapi3.Headers{},
	}
	c.operations[o.OperationID] = o
	for _, status := range o.statuses { // in order, so that two loads of a document judge alike
		response := o.Responses.Value(status).Value
		for _, media := range response.Content {
			c.fast[media.Schema.Value] = newFastSchema(media.Schema.Value)
		}
		for name, header := range response.Headers {
			if name = http.CanonicalHeaderKey(name); o.headers[name] == nil {
				o.headers[name] = header
			}
		}
	}
	for _, item := range coverageItems(documented) {
		c.items[o.OperationID+" "+item] = true
	}
}

// Operations returns the ids of the operations of the contract, sorted.
func (c *Contract) Operations() []string { return slices.Sorted(maps.Keys(c.operations)) }

// Statuses returns the statuses that the contract documents for an operation, sorted: such as 200,
// 4XX, default. It returns none for an operation that the contract does not have.
func (c *Contract) Statuses(operation string) []string {
	if c.operations[operation] == nil {
		return nil
	}
	return slices.Clone(c.operations[operation].statuses)
}

// Documents returns which of the documented statuses of an operation a response is of: its own,
// that of its class, such as 4XX, or default, whether or not that is documented.
func (c *Contract) Documents(operation string, status int) string {
	statuses := c.Statuses(operation)
	for _, documented := range []string{strconv.Itoa(status), fmt.Sprintf("%dXX", status/100)} {
		if slices.Contains(statuses, documented) {
			return documented
		}
	}
	return "default"
}
