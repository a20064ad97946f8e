package check

import (
	"strings"
)

// CoverageSummary says how much of the contract was seen.
type CoverageSummary struct {
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

// Coverage notes how much of a contract exchanges show. [Contract.NewCoverage] makes one. It is not for several
// goroutines at once.
type Coverage struct {
	contract *Contract
	covered  map[string]bool   // by operation id and item
	places   map[string]*place // by path
}

// NewCoverage returns a coverage of nothing.
func (c *Contract) NewCoverage() *Coverage {
	return &Coverage{contract: c, covered: map[string]bool{}, places: map[string]*place{}}
}

// Summary returns what was seen of the contract so far.
func (c *Coverage) Summary() CoverageSummary {
	summary := CoverageSummary{Operations: map[string]OperationCoverage{}}
	covered, total := 0, 0
	for id, operation := range c.contract.operations {
		of := OperationCoverage{Missing: []string{}}
		for _, item := range coverageItems(operation) {
			of.Total++
			if c.covered[id+" "+item] {
				of.Covered++
			} else {
				of.Missing = append(of.Missing, item)
			}
		}
		summary.Operations[id] = of
		covered, total = covered+of.Covered, total+of.Total
	}
	if total > 0 {
		summary.Percent = float64(int(1000*float64(covered)/float64(total))) / 10
	}
	return summary
}

// Add notes what an exchange showed. One without an operation shows nothing.
func (c *Coverage) Add(result Result) {
	operation := result.operation
	if operation == nil {
		return
	}
	status := c.contract.Documents(result.Operation, result.Exchange.Status)
	query := result.Exchange.URL.Query()
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		name := operation.OperationID + " " + p.In + " " + p.Name
		switch {
		case p.In == "query" && !query.Has(p.Name):
			c.see(name + " left out")
		default:
			c.see(name)
			c.see(name + "=" + query.Get(p.Name))
		}
	}
	c.addValue(result.request, c.place(operation.OperationID+" request "))
	c.see(operation.OperationID + " response " + status)
	c.addValue(result.body, c.place(operation.OperationID+" response "+status+" "))
}

// see notes an item of the contract. Anything else would grow with the input.
func (c *Coverage) see(item string) (known bool) {
	if c.contract.items[item] {
		c.covered[item] = true
	}
	return c.contract.items[item]
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
func (c *Coverage) place(path string) *place {
	if c.places[path] == nil {
		p := &place{path: path, fields: map[string]*place{}, values: map[string]bool{}}
		for item := range c.contract.items {
			if value, ok := strings.CutPrefix(item, path+"="); ok {
				p.values[value] = false
			}
		}
		c.places[path] = p
	}
	return c.places[path]
}

func (c *Coverage) addValue(value any, at *place) {
	switch value := value.(type) {
	case nil:
		if !at.null {
			c.see(at.path + " null")
		}
		at.null = true
	case map[string]any:
		for key, item := range value {
			field := at.fields[key]
			if field == nil {
				if !c.see(at.path + "/" + key) {
					continue
				}
				field = c.place(at.path + "/" + key)
				at.fields[key] = field
			}
			c.addValue(item, field)
		}
	case []any:
		if at.item == nil {
			at.item = c.place(at.path + "/*")
		}
		for _, item := range value {
			c.addValue(item, at.item)
		}
	case string:
		if seen, documented := at.values[value]; documented && !seen {
			at.values[value] = c.see(at.path + "=" + value)
		}
	}
}
