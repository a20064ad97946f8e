package check

import "strings"

// CoverageSummary says how much of the contract was seen.
type CoverageSummary struct {
	Percent    float64                      `json:"percent"`    // 0 to 100, rounded down to tenths
	Operations map[string]OperationCoverage `json:"operations"` // by operation id
}

// OperationCoverage says how much was seen of one operation. It counts statuses, parameters with
// their limits and with none given, and the fields, enum values and nulls of request and response
// bodies.
type OperationCoverage struct {
	Covered int      `json:"covered"` // how many items were seen
	Total   int      `json:"total"`   // how many items there are
	Missing []string `json:"missing"` // the others, such as "response 200 /images/*/slug null"
}

// Coverage counts how much of a contract the exchanges show that it takes in.
// [Contract.NewCoverage] makes one. It is not for several goroutines at once. It counts what was
// seen, whether or not it was as it should be.
type Coverage struct {
	contract *Contract
	covered  map[string]bool   // by operation id and item
	places   map[string]*place // by path
}

// NewCoverage returns a coverage that has seen nothing.
func (c *Contract) NewCoverage() *Coverage {
	return &Coverage{contract: c, covered: map[string]bool{}, places: map[string]*place{}}
}

// Summary returns how much of the contract was seen so far.
func (c *Coverage) Summary() CoverageSummary {
	summary := CoverageSummary{Operations: map[string]OperationCoverage{}}
	covered, total := 0, 0
	for id, operation := range c.contract.operations {
		of := OperationCoverage{Missing: []string{}}
		for _, item := range coverageItems(operation.Operation) {
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
		const tenths = 1000 // of a percent
		summary.Percent = float64(int(tenths*float64(covered)/float64(total))) / 10
	}
	return summary
}

// Add takes in an exchange. One without an operation shows nothing.
func (c *Coverage) Add(result Result) {
	if result.operation == nil {
		return
	}
	id := result.Operation
	query := result.Exchange.URL.Query()
	for _, parameter := range result.operation.Parameters {
		p := parameter.Value
		name := id + " " + p.In + " " + p.Name
		if p.In == "query" && !query.Has(p.Name) {
			c.see(name + " left out")
			continue
		}
		c.see(name)
		c.see(name + "=" + query.Get(p.Name))
	}
	c.addValue(result.request, c.place(id+" request "))
	status := c.contract.Documents(id, result.Exchange.Status)
	c.see(id + " response " + status)
	c.addValue(result.response, c.place(id+" response "+status+" "))
}

// see notes an item, and reports whether the contract has it. What it does not have is not noted:
// it would grow with the input.
func (c *Coverage) see(item string) (known bool) {
	if c.contract.items[item] {
		c.covered[item] = true
	}
	return c.contract.items[item]
}

// place is a place in the bodies of an operation. Thousands of values come in the same place, which
// is looked up once.
type place struct {
	path   string
	fields map[string]*place // those that the contract has
	item   *place            // of an array
	values map[string]bool   // the documented ones, and whether they were seen
	null   bool              // whether null was looked up
}

// place returns the place with a path, as the items of coverage begin with it.
func (c *Coverage) place(path string) *place {
	if known := c.places[path]; known != nil {
		return known
	}
	p := &place{path: path, fields: map[string]*place{}, values: map[string]bool{}}
	for item := range c.contract.items {
		if value, ok := strings.CutPrefix(item, path+"="); ok {
			p.values[value] = false
		}
	}
	c.places[path] = p
	return p
}

// addValue notes what a value in a place shows, and all values inside of it.
func (c *Coverage) addValue(value any, at *place) {
	switch value := value.(type) {
	case nil:
		if !at.null {
			c.see(at.path + " null")
		}
		at.null = true
	case map[string]any:
		for name, item := range value {
			if field := c.field(at, name); field != nil {
				c.addValue(item, field)
			}
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

// field notes a field of an object in a place, and returns its place; nil if the contract does not
// have the field.
func (c *Coverage) field(at *place, name string) *place {
	if known := at.fields[name]; known != nil {
		return known
	}
	path := at.path + "/" + name
	if !c.see(path) {
		return nil
	}
	at.fields[name] = c.place(path)
	return at.fields[name]
}
