package report

import (
	"cmp"
	"slices"

	"example.com/doimages/contracttest/check"
)

// table counts by operation and status what was checked and found. A cell that was not seen is not in it.
type table map[cell]*cellCount

// cell is a place in the table: an operation and a status that the contract documents for it, or default.
type cell struct{ operation, status string }

type cellCount struct {
	checked int
	found   map[check.Severity]int
}

// count takes in an exchange and what was found in it.
func (t table) count(at cell, found []check.Finding) {
	if t[at] == nil {
		t[at] = &cellCount{found: map[check.Severity]int{}}
	}
	t[at].checked++
	for _, f := range found {
		t[at].found[f.Severity]++
	}
}

// atLeast returns how many findings a cell has of a severity or a worse one, held or not.
func (t table) atLeast(at cell, severity check.Severity) int {
	if t[at] == nil {
		return 0
	}
	return countAtLeast(t[at].found, severity)
}

func countAtLeast(counts map[check.Severity]int, severity check.Severity) (n int) {
	for s, count := range counts {
		if s.AtLeast(severity) {
			n += count
		}
	}
	return n
}

// cellOf returns the place of an exchange in the table.
func (r *Report) cellOf(operation string, status int) cell {
	return cell{
		operation: cmp.Or(operation, "no operation"),
		status:    r.contract.Documents(operation, status),
	}
}

// documented returns every place that the contract documents, in its order.
func (r *Report) documented() []cell {
	var cells []cell
	for _, operation := range r.contract.Operations() {
		for _, status := range r.contract.Statuses(operation) {
			cells = append(cells, cell{operation: operation, status: status})
		}
	}
	return cells
}

// columns returns every status that some operation documents.
func (r *Report) columns() []string {
	var statuses []string
	for _, at := range r.documented() {
		statuses = append(statuses, at.status)
	}
	slices.Sort(statuses)
	return slices.Compact(statuses)
}

// tally is what a table shows of a cell.
type tally struct {
	documented bool
	checked    int // exchanges
	findings   int // without those that are accepted
}

func (r *Report) tally(at cell) tally {
	shown := tally{documented: slices.Contains(r.contract.Statuses(at.operation), at.status)}
	if seen := r.table[at]; seen != nil {
		shown.checked = seen.checked
		shown.findings = r.table.atLeast(at, check.Note)
	}
	return shown
}
