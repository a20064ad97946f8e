package report

import "fmt"

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
		lines = append(lines, fmt.Sprintf("accepted %s: %s", plural(r.times[reason], "time"), reason))
	}
	return lines
}

// plural returns a number with its noun, which gets an s unless there is exactly one.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
