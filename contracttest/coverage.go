package contracttest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Coverage says how much of the contract the exchanges of a report showed.
type Coverage struct {
	Percent    float64                      `json:"percent"`
	Operations map[string]OperationCoverage `json:"operations"`
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
				add(fmt.Sprintf("%s=%v", name, *s.Min))
			}
			if s.Max != nil {
				add(fmt.Sprintf("%s=%v", name, *s.Max))
			}
		}
		for _, value := range s.Enum {
			add(fmt.Sprintf("%s=%v", name, value))
		}
	}
	if operation.RequestBody != nil {
		for _, media := range operation.RequestBody.Value.Content {
			schemaItems(media.Schema.Value, "request ", "", add)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses.Map())) {
		add("response " + status)
		for _, media := range operation.Responses.Value(status).Value.Content {
			schemaItems(media.Schema.Value, "response "+status+" ", "", add)
		}
	}
	return items
}

func schemaItems(s *openapi3.Schema, part, at string, add func(string)) {
	for _, value := range s.Enum {
		add(fmt.Sprintf("%s%s=%v", part, at, value))
	}
	if s.Nullable {
		add(part + at + " null")
	}
	for _, branches := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, branch := range branches {
			schemaItems(branch.Value, part, at, add)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		add(part + at + "/" + key)
		schemaItems(s.Properties[key].Value, part, at+"/"+key, add)
	}
	if s.Items != nil {
		schemaItems(s.Items.Value, part, at+"/*", add)
	}
}

// cover notes what an exchange showed.
func (r *Report) cover(exchange Exchange, result checked, status string) {
	operation := result.operation
	seen := func(item string) {
		if key := operation.OperationID + " " + item; r.contract.items[key] { // anything else would grow with the input
			r.covered[key] = true
		}
	}
	query := exchange.URL.Query()
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		name := p.In + " " + p.Name
		switch {
		case p.In == "query" && !query.Has(p.Name):
			seen(name + " left out")
		default:
			seen(name)
			seen(name + "=" + query.Get(p.Name))
		}
	}
	coverValue(result.request, "request ", "", seen)
	seen("response " + status)
	coverValue(result.body, "response "+status+" ", "", seen)
}

func coverValue(value any, part, at string, seen func(string)) {
	switch value := value.(type) {
	case nil:
		seen(part + at + " null")
	case map[string]any:
		for key, item := range value {
			seen(part + at + "/" + key)
			coverValue(item, part, at+"/"+key, seen)
		}
	case []any:
		for _, item := range value {
			coverValue(item, part, at+"/*", seen)
		}
	case string:
		seen(part + at + "=" + value)
	}
}
