package check

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"example.com/doimages/openapi"
)

// Contract is a loaded document, ready to check exchanges. [Load] makes one. What it says of them does
// not change, and any number of goroutines may use it.
type Contract struct {
	document   *document
	router     routers.Router
	operations map[string]*operation // by operation id
	images     []*operation          // those that are counted; see Operations
	together   sync.Once             // prepares them all
}

// embedded loads the embedded document once per process: nearly every caller wants it.
var embedded = sync.OnceValues(func() (*Contract, error) { return load(openapi.Document()) })

// Load reads an OpenAPI document of version 3.0 or 3.1, in YAML or JSON. The embedded document is
// loaded once per process. An error begins with "load the contract" and says why nothing can be judged
// by the document: it is of another version, has no paths, or is larger than 16 MiB, nested more than
// 100 deep, or made of more than 1,000,000 values with its aliases written out. Nothing but the
// document is read: no file and no address that it refers to.
//
// Of the operations it says nothing. Each is validated when an exchange touches it, and one that cannot
// be used is a finding of the check unusable-operation then: what is wrong elsewhere in the document does
// not matter. One cannot be used, either, if its schemas judge a value by themselves without end, or in
// more than 1,000 steps. Examples and defaults are not validated.
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

// load reads a document, and finds its operations.
func load(text []byte) (c *Contract, err error) {
	defer recoverAs(&err) // of the parsers of JSON and YAML
	d, err := parseDocument(text)
	if err != nil {
		return nil, err
	}
	all := operationsOf(d)
	c = &Contract{document: d, operations: map[string]*operation{}}
	for _, o := range all {
		c.operations[o.id] = o
		if o.isWritten && slices.ContainsFunc(o.bases, o.isOfImages) {
			c.images = append(c.images, o)
		}
	}
	if len(c.images) == 0 {
		c.images = slices.DeleteFunc(all, func(o *operation) bool { return !o.isWritten })
	}
	c.router, err = newRouter(c.operations)
	return c, err
}

// isOfImages reports whether an operation is one of the images API, below a path of its servers.
func (o *operation) isOfImages(base string) bool {
	path := base + o.path
	return strings.HasSuffix(path, imagesPath) || strings.Contains(path, imagesPath+"/")
}

// newRouter returns what finds the operation of a request by its method and path, whatever the host.
// It knows the operations by their ids only.
func newRouter(operations map[string]*operation) (routers.Router, error) {
	paths := openapi3.NewPaths()
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		o := operations[id]
		for _, base := range o.bases {
			path := base + o.path
			item := paths.Value(path)
			if item == nil {
				item = &openapi3.PathItem{}
				if !isRoutable(path, item) {
					continue
				}
				paths.Set(path, item)
			}
			if item.GetOperation(o.method) == nil {
				item.SetOperation(o.method, &openapi3.Operation{OperationID: id})
			}
		}
	}
	return gorillamux.NewRouter(&openapi3.T{Paths: paths})
}

// isRoutable reports whether a path can be that of a request: one with an open brace cannot.
func isRoutable(path string, item *openapi3.PathItem) bool {
	one := openapi3.NewPaths()
	one.Set(path, item)
	_, err := gorillamux.NewRouter(&openapi3.T{Paths: one})
	return err == nil && strings.HasPrefix(path, "/")
}

// find returns the operation of a request, ready for the checks, with the parameters in its path. It
// returns nil where the contract has none, and an error where it cannot be used.
func (c *Contract) find(request *http.Request) (*operation, map[string]string, error) {
	route, parameters, err := c.router.FindRoute(request)
	if err != nil {
		return nil, nil, nil
	}
	o := c.operations[route.Operation.OperationID]
	return o, parameters, c.prepare(o)
}

// prepare makes an operation ready. Those of the images API are made ready together, which takes far
// less time than one by one. Where that fails, the others are not in the way of one.
func (c *Contract) prepare(o *operation) error {
	if len(c.images) <= maxTogether && slices.Contains(c.images, o) {
		c.together.Do(c.prepareTogether)
	}
	o.prepared.Do(func() { o.err = prepareOperations(c.document, []*operation{o}) })
	return o.err
}

// maxTogether is how many operations are made ready at a time.
const maxTogether = 50

// prepareTogether makes the operations of the images API ready, or none of them.
func (c *Contract) prepareTogether() {
	if prepareOperations(c.document, c.images) != nil {
		return
	}
	for _, o := range c.images {
		o.prepared.Do(func() {}) // it is
	}
}

// Operations returns the ids of the operations of the images API that the contract has, sorted; of all
// operations, if it has none of those. They are counted in a [Coverage]. One without an id, or with that
// of another one, is named by its method and path, such as "GET /v2/images/{image_id}".
func (c *Contract) Operations() []string {
	ids := make([]string, len(c.images))
	for i, o := range c.images {
		ids[i] = o.id
	}
	slices.Sort(ids)
	return ids
}

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
