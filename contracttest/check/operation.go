package check

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// operation is an operation of the contract. What the checks need of it is made when an exchange
// touches it, and not before: the rest of other people's documents is often wrong.
type operation struct {
	// What the document has of it, read when that is loaded.

	id, method, path string
	fields, around   map[string]any // the operation and its path, as they were written
	bases            []string       // the paths before its own, by its servers
	statuses         []string       // the documented ones, sorted, default last
	problem          error          // why it cannot be used, as far as that is seen before it is prepared
	isWritten        bool           // false for any method of a path whose reference cannot be followed

	// What the checks need, made by prepareOperations.

	prepared sync.Once
	err      error // why it cannot be used
	*openapi3.Operation
	route   *routers.Route
	headers openapi3.Headers                 // of all its responses, by canonical name
	fast    map[*openapi3.Schema]*fastSchema // of the bodies of responses; nil for a schema that is not simple
	schemas *schemas2020                     // nil for a document before 3.1
	items   []string                         // what coverage counts
	counted map[string]bool                  // the same
}

// operationsOf returns every operation of a document, by path and method.
func operationsOf(d *document) (all []*operation) {
	paths, _ := d.root["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		item, problem := d.follow(paths[path])
		for _, method := range methods {
			written, ok := item[strings.ToLower(method)]
			if !ok && problem == nil {
				continue
			}
			o := &operation{
				method:    method,
				path:      path,
				around:    item,
				problem:   problem,
				isWritten: ok,
			}
			if problem == nil {
				o.fields, o.problem = d.follow(written)
			}
			o.bases = basesOf(o.fields, item, d.root)
			o.statuses = statusesOf(o.fields)
			all = append(all, o)
		}
	}
	nameOperations(all)
	return all
}

// methods are those that OpenAPI has.
var methods = []string{
	http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodHead,
	http.MethodPatch, http.MethodTrace,
}

// statusesOf returns the statuses that an operation documents.
func statusesOf(fields map[string]any) (statuses []string) {
	responses, _ := fields["responses"].(map[string]any)
	for status := range responses {
		if !strings.HasPrefix(status, "x-") {
			statuses = append(statuses, statusKey(status))
		}
	}
	slices.Sort(statuses)
	return slices.Compact(statuses)
}

// nameOperations gives each operation the id that the document has for it. One that has none, or that
// of another one, is named by its method and path.
func nameOperations(all []*operation) {
	times := map[string]int{}
	for _, o := range all {
		o.id, _ = o.fields["operationId"].(string)
		times[o.id]++
		if derived := o.method + " " + o.path; derived != o.id {
			times[derived]++
		}
	}
	for _, o := range all {
		if o.id == "" || times[o.id] > 1 {
			o.id = o.method + " " + o.path
		}
	}
}

// prepareOperations makes operations ready for the checks. The error says what of the document is wrong,
// of any of them.
func prepareOperations(d *document, operations []*operation) (err error) {
	defer recoverAs(&err) // of kin-openapi
	s, paths := newSubset(d), map[string]any{}
	for _, o := range operations {
		if err := o.addTo(s, paths); err != nil {
			return err
		}
	}
	text, err := s.text(paths)
	if err != nil {
		return err
	}
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return err
	}
	if err := checkComposition(doc); err != nil { // first: what validates it would not come to an end
		return err
	}
	if err := validate(loader.Context, doc); err != nil {
		return err
	}
	for _, o := range operations {
		if err := o.take(doc, d.is2020, text); err != nil {
			return err
		}
	}
	return nil
}

// validate has kin-openapi look at what the operations need, but for examples and defaults: no check
// needs those.
func validate(ctx context.Context, doc *openapi3.T) error {
	err := doc.Validate(ctx, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err == nil {
		return nil
	}
	return errors.New(sections.ReplaceAllString(err.Error(), ""))
}

// sections matches what kin-openapi says before an error in an operation: which one it is has been said.
var sections = regexp.MustCompile(`^(invalid (paths|components|path \S+|operation \S+): )+`)

// addTo adds an operation to a subset.
func (o *operation) addTo(s *subset, paths map[string]any) error {
	if o.problem != nil {
		return o.problem
	}
	copied, err := s.copy(o.fields, "")
	if err != nil {
		return err
	}
	fields := copied.(map[string]any)
	fields["operationId"] = o.id
	if _, ok := fields["security"]; !ok && s.document.root["security"] != nil {
		fields["security"] = s.document.root["security"]
	}
	s.addSecurity(fields["security"])
	item := fieldIn(paths, o.path)
	item[strings.ToLower(o.method)] = fields
	if o.around["parameters"] != nil {
		item["parameters"], err = s.copy(o.around["parameters"], "")
	}
	return err
}

// take takes over what kin-openapi has made of an operation.
func (o *operation) take(doc *openapi3.T, is2020 bool, text []byte) error {
	item := doc.Paths.Value(o.path)
	documented := item.GetOperation(o.method)
	if documented.Responses == nil {
		documented.Responses = openapi3.NewResponses()
	}
	inheritParameters(documented, item.Parameters)
	if err := missing(documented); err != nil {
		return err
	}
	if err := adaptTexts(documented); err != nil {
		return err
	}
	spec := *doc
	spec.OpenAPI = "3.0.3" // by which kin-openapi judges parameters itself; see adaptTexts
	if is2020 {
		schemas, err := newSchemas2020(text, bodiesOf(documented))
		if err != nil {
			return err
		}
		o.schemas = schemas
	}
	o.route = &routers.Route{
		Spec:      &spec,
		Path:      o.path,
		PathItem:  item,
		Method:    o.method,
		Operation: documented,
	}
	o.Operation = documented
	o.index()
	return nil
}

// index makes what the checks look up of an operation again and again.
func (o *operation) index() {
	o.headers, o.fast, o.counted = openapi3.Headers{}, map[*openapi3.Schema]*fastSchema{}, map[string]bool{}
	for _, status := range o.statuses { // in order, so that two loads of a document judge alike
		response := o.Responses.Value(status).Value
		for _, media := range response.Content {
			o.fast[media.Schema.Value] = newFastSchema(media.Schema.Value)
		}
		for name, header := range response.Headers {
			if name = http.CanonicalHeaderKey(name); o.headers[name] == nil {
				o.headers[name] = header
			}
		}
	}
	o.items = coverageItems(o.Operation)
	for _, item := range o.items {
		o.counted[item] = true
	}
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

// bodiesOf returns the schemas of the bodies of an operation.
func bodiesOf(o *openapi3.Operation) (schemas []*openapi3.Schema) {
	var contents []openapi3.Content
	if o.RequestBody != nil {
		contents = append(contents, o.RequestBody.Value.Content)
	}
	for _, response := range o.Responses.Map() {
		contents = append(contents, response.Value.Content)
	}
	for _, content := range contents {
		for _, media := range content {
			schemas = append(schemas, media.Schema.Value)
		}
	}
	return schemas
}
