package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/doimages/contracttest/check"
)

// UnknownOrigin is the kind of a recording that does not say what it is evidence of, for [Report.NewSession].
const UnknownOrigin = "unknown origin"

// origins says how much of the contract each kind of exchange shows by itself, such as "documentation 54.1 %, reported
// 26.0 %". It is empty where the sum says as much: no exchange has a kind, or all are of an unknown one.
func origins(summary check.CoverageSummary) string {
	names := slices.Sorted(maps.Keys(summary.Origins))
	if slices.Equal(names, []string{UnknownOrigin}) {
		return ""
	}
	shares := make([]string, 0, len(names))
	for _, name := range names {
		shares = append(shares, fmt.Sprintf("%s %.1f %%", name, summary.Origins[name].Percent))
	}
	return strings.Join(shares, ", ")
}

// covered says how much of the contract was seen, in all and by kind, for the sums of a report.
func covered(summary check.CoverageSummary) string {
	words := fmt.Sprintf("%.1f %% of the contract covered", summary.Percent)
	if by := origins(summary); by != "" {
		words += " (by themselves: " + by + ")"
	}
	return words
}
