package report

import (
	"maps"
	"math"
	"slices"

	"example.com/doimages/contracttest/check"
)

// Seen stands in [Report.Operations] for the operations of which an exchange was checked.
const Seen = "seen"

// Coverage returns how much of the contract the exchanges showed so far, all of them and those of each kind. If
// Operations are set, it is how much of these, and not told apart by kind.
func (r *Report) Coverage() check.CoverageSummary {
	summary := r.coverage.Summary()
	if len(r.Operations) == 0 {
		return summary
	}
	covered, total := 0, 0
	maps.DeleteFunc(summary.Operations, func(operation string, of check.OperationCoverage) bool {
		if !r.isCounted(operation) {
			return true
		}
		covered, total = covered+of.Covered, total+of.Total
		return false
	})
	summary.Percent = 0
	if total > 0 {
		summary.Percent = math.Floor(float64(covered)*1000/float64(total)) / 10
	}
	summary.Origins = map[string]check.OriginCoverage{}
	return summary
}

// tenths returns a percentage as it is printed: rounded down to tenths, as those of a coverage are. What is written in
// tenths stays what it is, though it may be a little less in binary.
func tenths(percent float64) float64 { return math.Floor(percent*10+1e-6) / 10 }

// isCounted reports whether the coverage of an operation counts.
func (r *Report) isCounted(operation string) bool {
	if len(r.Operations) == 0 || slices.Contains(r.Operations, operation) {
		return true
	}
	return slices.Contains(r.Operations, Seen) && r.table.isSeen(operation)
}

// counted returns the operations whose coverage counts.
func (r *Report) counted() []string {
	return slices.DeleteFunc(r.contract.Operations(), func(operation string) bool { return !r.isCounted(operation) })
}

// Unchecked returns what the contract documents of the operations that count, and no exchange showed, such as
// "images_get 404".
func (r *Report) Unchecked() []string {
	var list []string
	for _, at := range r.documented() {
		if r.table.seen[at] == nil {
			list = append(list, at.operation+" "+at.status)
		}
	}
	return list
}

// documented returns every place that the contract documents for the operations that count.
func (r *Report) documented() []cell {
	return slices.DeleteFunc(r.table.documented(), func(at cell) bool { return !r.isCounted(at.operation) })
}

// Contract returns what the report checks against.
func (r *Report) Contract() *check.Contract { return r.contract }
