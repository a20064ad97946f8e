package report

import (
	"slices"

	"example.com/doimages/contracttest/check"
)

// worstFirst returns the groups by their severity, and those of one severity as they came.
func (r *Report) worstFirst() []Group {
	return slices.SortedStableFunc(slices.Values(r.Findings), func(a, b Group) int {
		return slices.Index(check.Severities(), a.Severity) - slices.Index(check.Severities(), b.Severity)
	})
}
