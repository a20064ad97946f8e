package contracttest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Coverage says how much of the contract the exchanges of a report showed.
type Coverage struct {
	Percent    float64                      `json:"percent"`    // 0 to 100, cut to tenths
	Operations map[string]OperationCoverage `json:"operations"` // by operation id
}

// OperationCoverage is the coverage of one operation: its statuses, parameters with default and limits, and the fields,
// enum values and nulls of its requests and responses.
type OperationCoverage struct {
	Covered int      `json:"covered"`
	Total   int      `json:"total"`
	Missing []string `json:"missing"` // such as "response 200 /images/*/slug null"
}

// Coverage returns what the report has seen of the contract so far.
func (r *Report) Coverage() Coverage {
	c := Coverage{Operations: map[string]OperationCoverage{}}
	covered, total := 0, 0
	for id, operation := range r.contract.operations {
		of := OperationCoverage{Missing: []string{}}
		for _, item := range coverageItems(operation) {
			of.Total++
			if r.covered[id+" "+item] {
				of.Covered++
			} else {
				of.Missing = append(of.Missing, item)
			}
		}
		c.Operations[id] = of
		covered, total = covered+of.Covered, total+of.Total
	}
	if total > 0 {
		c.Percent = float64(int(1000*float64(covered)/float64(total))) / 10
	}
	return c
}

// coverageItems returns all that can be seen of an operation.
func coverageItems(operation *openapi3.Operation) []string {
	var items []string
	known := map[string]bool{}
	add := func(item string) {
		if !known[item] { // branches share fields
			items = append(items, item)
		}
		known[item] = true
	}
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		name := p.In + " " + p.Name
		add(name)
		s := p.Schema.Value
		if p.In == "query" {
			add(name + " left out")
			if s.Min != nil {
				add(name + "=" + strconv.FormatFloat(*s.Min, 'f', -1, 64))
			}
			if s.Max != nil {
				add(name + "=" + strconv.FormatFloat(*s.Max, 'f', -1, 64))
			}
		}
		for _, value := range s.Enum {
			add(fmt.Sprintf("%s=%v", name, value))
		}
	}
	if operation.RequestBody != nil {
		for _, media := range operation.RequestBody.Value.Content {
			schemaItems(media.Schema.Value, "request ", "", add, map[*openapi3.Schema]bool{})
		}
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses.Map())) {
		add("response " + status)
		for _, media := range operation.Responses.Value(status).Value.Content {
			schemaItems(media.Schema.Value, "response "+status+" ", "", add, map[*openapi3.Schema]bool{})
		}
	}
	return items
}

// schemaItems adds what can be seen of a schema. Those that it is inside of are in known: a list of itself goes on
// without end.
func schemaItems(s *openapi3.Schema, part, at string, add func(string), known map[*openapi3.Schema]bool) {
	if known[s] {
		return
	}
	known[s] = true
	defer delete(known, s)
	for _, value := range s.Enum {
		add(fmt.Sprintf("%s%s=%v", part, at, value))
	}
	if s.Nullable {
		add(part + at + " null")
	}
	for _, branches := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, branch := range branches {
			schemaItems(branch.Value, part, at, add, known)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		add(part + at + "/" + key)
		schemaItems(s.Properties[key].Value, part, at+"/"+key, add, known)
	}
	if s.Items != nil {
		schemaItems(s.Items.Value, part, at+"/*", add, known)
	}
}

// cover notes what an exchange showed.
func (r *Report) cover(exchange Exchange, result checked, status string) {
	operation := result.operation
	query := exchange.URL.Query()
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		name := operation.OperationID + " " + p.In + " " + p.Name
		switch {
		case p.In == "query" && !query.Has(p.Name):
			r.see(name + " left out")
		default:
			r.see(name)
			r.see(name + "=" + query.Get(p.Name))
		}
	}
	r.coverValue(result.request, r.place(operation.OperationID+" request "))
	r.see(operation.OperationID + " response " + status)
	r.coverValue(result.body, r.place(operation.OperationID+" response "+status+" "))
}

// see notes an item of the contract. Anything else would grow with the input.
func (r *Report) see(item string) (known bool) {
	if r.contract.items[item] {
		r.covered[item] = true
	}
	return r.contract.items[item]
}

// place is a place in the bodies of an operation. It is there so that of the thousands of values that come in the same
// place only the first costs much.
type place struct {
	path   string
	fields map[string]*place // those that the contract has
	item   *place
	values map[string]bool // the documented ones, and whether they were seen
	null   bool            // whether null was looked up
}

// place returns the place that items which begin with a path are of.
func (r *Report) place(path string) *place {
	if r.places[path] == nil {
		p := &place{path: path, fields: map[string]*place{}, values: map[string]bool{}}
		for item := range r.contract.items {
			if value, ok := strings.CutPrefix(item, path+"="); ok {
				p.values[value] = false
			}
		}
		r.places[path] = p
	}
	return r.places[path]
}

func (r *Report) coverValue(value any, at *place) {
	switch value := value.(type) {
	case nil:
		if !at.null {
			r.see(at.path + " null")
		}
		at.null = true
	case map[string]any:
		for key, item := range value {
			field := at.fields[key]
			if field == nil {
				if !r.see(at.path + "/" + key) {
					continue
				}
				field = r.place(at.path + "/" + key)
				at.fields[key] = field
			}
			r.coverValue(item, field)
		}
	case []any:
		if at.item == nil {
			at.item = r.place(at.path + "/*")
		}
		for _, item := range value {
			r.coverValue(item, at.item)
		}
	case string:
		if seen, documented := at.values[value]; documented && !seen {
			at.values[value] = r.see(at.path + "=" + value)
		}
	}
}
