package report

import (
	"fmt"

	"example.com/doimages/contracttest/internal/plural"
)

// reasons counts how often a baseline accepted a finding for each of its reasons, in the order in which they came.
type reasons struct {
	order []string
	times map[string]int
}

func (r *reasons) add(reason string) {
	if r.times[reason] == 0 {
		r.order = append(r.order, reason)
	}
	r.times[reason]++
}

// lines returns a line for each reason.
func (r *reasons) lines() []string {
	var lines []string
	for _, reason := range r.order {
		lines = append(lines, fmt.Sprintf("accepted %s: %s", plural.Of(r.times[reason], "time"), reason))
	}
	return lines
}
