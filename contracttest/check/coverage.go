package check

import (
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// CoverageSummary says how much of the contract was seen.
type CoverageSummary struct {
	Percent    float64                      `json:"percent"`    // 0 to 100, rounded down to tenths
	Operations map[string]OperationCoverage `json:"operations"` // by operation id

	// Origins says how much each origin shows by itself, by the name that [Coverage.SetOrigin] was
	// given. What several show counts for each of them.
	Origins map[string]OriginCoverage `json:"origins"`
}

// OriginCoverage says how much of the contract the exchanges of one origin show.
type OriginCoverage struct {
	Percent float64 `json:"percent"` // 0 to 100, rounded down to tenths
	Covered int     `json:"covered"` // how many items were seen
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
	origin   string // of what comes next
	seen     map[string]*originItems
}

// originItems is what the exchanges of one origin show. An exchange is counted for its own origin
// only, and the sum is made when it is asked for: most of the time goes into counting.
type originItems struct {
	contract *Contract
	covered  map[string]bool   // by operation id and item
	places   map[string]*place // by operation id and path
}

// NewCoverage returns a coverage that has seen nothing.
func (c *Contract) NewCoverage() *Coverage {
	return &Coverage{contract: c, seen: map[string]*originItems{}}
}

// SetOrigin says what the exchanges to come are evidence of, such as "documentation". Without it,
// or with an empty name, they count in the sum and for no origin.
func (c *Coverage) SetOrigin(name string) { c.origin = name }

// Add takes in an exchange. One without an operation shows nothing.
func (c *Coverage) Add(result Result) {
	if result.operation == nil {
		return
	}
	items := c.seen[c.origin]
	if items == nil {
		items = &originItems{contract: c.contract, covered: map[string]bool{}, places: map[string]*place{}}
		c.seen[c.origin] = items
	}
	items.add(result)
}

// isCovered reports whether exchanges of any origin show an item.
func (c *Coverage) isCovered(item string) bool {
	for _, items := range c.seen {
		if items.covered[item] {
			return true
		}
	}
	return false
}

// Summary returns how much of the contract was seen so far.
func (c *Coverage) Summary() CoverageSummary {
	summary := CoverageSummary{Operations: map[string]OperationCoverage{}, Origins: map[string]OriginCoverage{}}
	covered, total := 0, 0
	for _, operation := range c.contract.images {
		of := c.of(operation)
		summary.Operations[operation.id] = of
		covered, total = covered+of.Covered, total+of.Total
	}
	summary.Percent = percent(covered, total)
	for name, items := range c.seen {
		if name != "" {
			n := len(items.covered)
			summary.Origins[name] = OriginCoverage{Percent: percent(n, total), Covered: n}
		}
	}
	return summary
}

// of returns how much was seen of an operation. Of one that cannot be used, nothing can be seen.
func (c *Coverage) of(o *operation) OperationCoverage {
	of := OperationCoverage{Missing: []string{}}
	if err := c.contract.prepare(o); err != nil {
		of.Total, of.Missing = 1, []string{redact.Shorten("all of it, which cannot be judged: " + err.Error())}
	}
	for _, item := range o.items {
		of.Total++
		if c.isCovered(o.id + " " + item) {
			of.Covered++
		} else {
			of.Missing = append(of.Missing, item)
		}
	}
	return of
}

// percent returns a share, rounded down to tenths of a percent.
func percent(covered, total int) float64 {
	if total == 0 {
		return 0
	}
	const tenths = 1000
	return float64(int(tenths*float64(covered)/float64(total))) / 10
}

// add notes what an exchange shows.
func (c *originItems) add(result Result) {
	o, id := result.operation, result.Operation
	query := result.Exchange.URL.Query()
	for _, parameter := range o.Parameters {
		p := parameter.Value
		name := p.In + " " + p.Name
		if p.In == "query" && !query.Has(p.Name) {
			c.see(o, name+" left out")
			continue
		}
		c.see(o, name)
		c.see(o, name+"="+query.Get(p.Name))
	}
	c.addValue(result.request, c.place(o, "request "))
	status := c.contract.Documents(id, result.Exchange.Status)
	c.see(o, "response "+status)
	c.addValue(result.response, c.place(o, "response "+status+" "))
}

// see notes an item, and reports whether the contract has it. What it does not have is not noted:
// it would grow with the input.
func (c *originItems) see(o *operation, item string) (known bool) {
	if o.counted[item] {
		c.covered[o.id+" "+item] = true
	}
	return o.counted[item]
}

// place is a place in the bodies of an operation. Thousands of values come in the same place, which
// is looked up once.
type place struct {
	of     *operation
	path   string
	fields map[string]*place // those that the contract has
	item   *place            // of an array; nil if the contract knows no items here
	values map[string]bool   // the documented ones, and whether they were seen
	null   bool              // whether null was looked up
}

// place returns the place with a path, as the items of coverage begin with it.
func (c *originItems) place(o *operation, path string) *place {
	name := o.id + " " + path
	if known := c.places[name]; known != nil {
		return known
	}
	hasItems := false
	p := &place{
		of:     o,
		path:   path,
		fields: map[string]*place{},
		values: map[string]bool{},
	}
	for item := range o.counted {
		if value, ok := strings.CutPrefix(item, path+"="); ok {
			p.values[value] = false
		}
		hasItems = hasItems || strings.HasPrefix(item, path+"/*")
	}
	c.places[name] = p
	if hasItems { // only then, since a body may hold arrays in arrays
		p.item = c.place(o, path+"/*")
	}
	return p
}

// addValue notes what a value in a place shows, and all values inside of it.
func (c *originItems) addValue(value any, at *place) {
	switch value := value.(type) {
	case nil:
		if !at.null {
			c.see(at.of, at.path+" null")
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
			return
		}
		for _, item := range value {
			c.addValue(item, at.item)
		}
	case string:
		if seen, documented := at.values[value]; documented && !seen {
			at.values[value] = c.see(at.of, at.path+"="+value)
		}
	}
}

// field notes a field of an object in a place, and returns its place; nil if the contract does not
// have the field.
func (c *originItems) field(at *place, name string) *place {
	if known := at.fields[name]; known != nil {
		return known
	}
	path := at.path + "/" + name
	if !c.see(at.of, path) {
		return nil
	}
	at.fields[name] = c.place(at.of, path)
	return at.fields[name]
}
