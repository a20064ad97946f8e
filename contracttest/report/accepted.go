package report

import (
	"cmp"
	"fmt"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

// maxAccepted is how many places a report names of what a baseline accepts. It counts all.
const maxAccepted = 50

// accepted counts what a baseline accepts, by place and reason, in the order in which they came.
type accepted struct {
	order []acceptedKey
	times map[acceptedKey]int
	named int // how many of them have a place
}

// acceptedKey is what findings that are counted together have in common. Those beyond maxAccepted have no place.
type acceptedKey struct {
	place  string // the operation, the pattern of the pointer and the check, as a baseline has them
	reason string
}

func (a *accepted) add(f check.Finding) {
	key := acceptedKey{place: acceptedPlace(f), reason: f.Reason}
	if a.times[key] == 0 && a.named >= maxAccepted {
		key.place = ""
	}
	if a.times[key] == 0 {
		a.order = append(a.order, key)
		if key.place != "" {
			a.named++
		}
	}
	a.times[key]++
}

// acceptedPlace returns where a finding is and what found it. A part other than the body is named.
func acceptedPlace(f check.Finding) string {
	place := cmp.Or(f.Operation, "no operation")
	if f.In != "body" {
		place += " " + f.In
	}
	if f.Pointer != "" {
		place += " " + patternOf(f.Pointer)
	}
	return place + " [" + f.Check + "]"
}

// lines returns a line for each place and reason.
func (a *accepted) lines() []string {
	var lines []string
	for _, key := range a.order {
		where := ": " + key.place
		if key.place == "" {
			where = " elsewhere"
		}
		lines = append(lines, fmt.Sprintf("accepted %s%s: %s", plural.Of(a.times[key], "time"), where, key.reason))
	}
	return lines
}
