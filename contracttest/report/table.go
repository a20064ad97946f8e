package report

import (
	"cmp"
	"slices"
	"time"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
)

// table counts by operation and status what was checked and found.
type table struct {
	contract *check.Contract
	seen     map[cell]*cellCount
}

// cell is a place in a table: an operation and a status that the contract documents for it, or default.
type cell struct{ operation, status string }

type cellCount struct {
	checked int
	took    time.Duration // all of them, as far as that is known
	found   map[check.Severity]int
}

// tally is what a table shows of a cell.
type tally struct {
	documented bool
	checked    int // exchanges
	findings   int // without those that are accepted
}

func newTable(contract *check.Contract) *table {
	return &table{contract: contract, seen: map[cell]*cellCount{}}
}

// at returns the place of an exchange. A request that the contract does not know has one, too.
func (t *table) at(operation string, status int) cell {
	return cell{
		operation: cmp.Or(operation, "no operation"),
		status:    t.contract.Documents(operation, status),
	}
}

// add counts an exchange and what was found in it.
func (t *table) add(at cell, exchange traffic.Exchange, found []check.Finding) {
	if t.seen[at] == nil {
		t.seen[at] = &cellCount{found: map[check.Severity]int{}}
	}
	t.seen[at].checked++
	t.seen[at].took += took(exchange)
	for _, f := range found {
		t.seen[at].found[f.Severity]++
	}
}

// atLeast returns how many findings a cell has of a severity or a worse one, whether the report holds them or not.
func (t *table) atLeast(at cell, severity check.Severity) int {
	if t.seen[at] == nil {
		return 0
	}
	return countAtLeast(t.seen[at].found, severity)
}

func (t *table) tally(at cell) tally {
	shown := tally{documented: slices.Contains(t.contract.Statuses(at.operation), at.status)}
	if count := t.seen[at]; count != nil {
		shown.checked = count.checked
		shown.findings = t.atLeast(at, check.Note)
	}
	return shown
}

// isSeen reports whether an exchange of an operation was checked.
func (t *table) isSeen(operation string) bool {
	for at := range t.seen {
		if at.operation == operation {
			return true
		}
	}
	return false
}

// documented returns every place that the contract documents, in its order.
func (t *table) documented() []cell {
	var cells []cell
	for _, operation := range t.contract.Operations() {
		for _, status := range t.contract.Statuses(operation) {
			cells = append(cells, cell{operation: operation, status: status})
		}
	}
	return cells
}

// columns returns every status that some operation documents.
func (t *table) columns() []string {
	var statuses []string
	for _, at := range t.documented() {
		statuses = append(statuses, at.status)
	}
	slices.Sort(statuses)
	return slices.Compact(statuses)
}

func countAtLeast(counts map[check.Severity]int, severity check.Severity) (n int) {
	for s, count := range counts {
		if s.AtLeast(severity) {
			n += count
		}
	}
	return n
}
