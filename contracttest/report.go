package contracttest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Report counts what was checked. Contract.NewReport makes one.
type Report struct {
	Exchanges int
	Findings  []Finding

	contract *Contract
	cells    map[cell]*count
}

// cell is a place in the table: an operation and a status that the contract documents for it, or default.
type cell struct{ operation, status string }

type count struct{ checked, findings int }

// NewReport returns a report of nothing.
func (c *Contract) NewReport() *Report {
	return &Report{contract: c, cells: map[cell]*count{}}
}

// Add checks an exchange and counts it.
func (r *Report) Add(exchange Exchange) { r.add(exchange, false) }

// add can leave the request unjudged, where it breaks the contract on purpose.
func (r *Report) add(exchange Exchange, responseOnly bool) {
	found, operation := r.contract.check(exchange)
	if responseOnly {
		found = slices.DeleteFunc(found, func(f Finding) bool { return strings.HasPrefix(f.In, "request") })
	}
	r.Exchanges++
	r.Findings = append(r.Findings, found...)
	if operation == "" {
		return
	}
	at := cell{operation, strconv.Itoa(exchange.Status)}
	if !slices.Contains(r.contract.responses[operation], at.status) {
		at.status = "default"
	}
	if r.cells[at] == nil {
		r.cells[at] = &count{}
	}
	r.cells[at].checked++
	r.cells[at].findings += len(found)
}

// Unchecked returns what the contract documents and no exchange showed, such as "images_get 404".
func (r *Report) Unchecked() []string {
	var list []string
	for _, operation := range slices.Sorted(maps.Keys(r.contract.responses)) {
		for _, status := range r.contract.responses[operation] {
			if r.cells[cell{operation, status}] == nil {
				list = append(list, operation+" "+status)
			}
		}
	}
	return list
}

// WriteText writes the table of operations and statuses, and the findings.
func (r *Report) WriteText(w io.Writer) error {
	var columns []string
	for _, operation := range slices.Sorted(maps.Keys(r.contract.responses)) {
		columns = append(columns, r.contract.responses[operation]...)
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)

	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "operation")
	for _, status := range columns {
		fmt.Fprint(table, "\t", status)
	}
	fmt.Fprintln(table)
	for _, operation := range slices.Sorted(maps.Keys(r.contract.responses)) {
		fmt.Fprint(table, operation)
		for _, status := range columns {
			fmt.Fprint(table, "\t", r.cell(cell{operation, status}))
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "number of exchanges checked, !number of findings; - documented and not checked; . not documented")
	if len(r.Findings) > 0 {
		fmt.Fprintln(w)
		for _, finding := range r.Findings {
			fmt.Fprintln(w, finding)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d exchanges checked, %d findings, %d documented responses not seen\n",
		r.Exchanges, len(r.Findings), len(r.Unchecked()))
	return err
}

func (r *Report) cell(at cell) string {
	switch n := r.cells[at]; {
	case n == nil && slices.Contains(r.contract.responses[at.operation], at.status):
		return "-"
	case n == nil:
		return "."
	case n.findings > 0:
		return fmt.Sprintf("%d!%d", n.checked, n.findings)
	default:
		return strconv.Itoa(n.checked)
	}
}
