package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// The reasons for which an exchange is skipped that is not one with the API, or to which something else responded.
// Every other reason says of an exchange with the API that it could not be checked, which [Report.FailOnSkip] makes a
// failure. More may follow each of them, such as the host.
const (
	SkipOtherHost = "other host"
	SkipOtherPath = "other path"
	SkipCached    = "cached"
	SkipPreflight = "preflight"
)

// SkipNothing is the reason for which an input, such as a file or a folder, is skipped as a whole: there is no exchange
// with the API in it. [Report.FailOnSkip] makes that a failure, too.
const SkipNothing = "nothing to check"

var harmlessReasons = []string{SkipOtherHost, SkipOtherPath, SkipCached, SkipPreflight}

// What is remembered of skipped exchanges.
const (
	maxReasons = 50
	maxSkipped = 5 // places, for one reason
)

// skips counts exchanges that were not checked, by reason.
type skips struct {
	order []string
	by    map[string]*skipped
}

// skipped is the exchanges that were skipped for one reason.
type skipped struct {
	reason  string
	count   int
	sources []string // the first ones, each once
	hasMore bool     // whether there are others
}

func (s *skipped) addSource(source string) {
	switch {
	case source == "" || slices.Contains(s.sources, source):
	case len(s.sources) < maxSkipped:
		s.sources = append(s.sources, source)
	default:
		s.hasMore = true
	}
}

// add counts an exchange. Beyond maxReasons, those that are new count together.
func (s *skips) add(source, reason string) {
	reason = redact.Shorten(redact.Printable(reason))
	if s.by[reason] == nil && len(s.order) >= maxReasons {
		reason = cmp.Or(harmlessReason(reason), "other reasons")
	}
	of := s.by[reason]
	if of == nil {
		of = &skipped{reason: reason}
		s.by[reason] = of
		s.order = append(s.order, reason)
	}
	of.count++
	of.addSource(redact.Printable(source))
}

// harmlessReason returns the harmless reason that a reason begins with; "" for that of an exchange with the API.
func harmlessReason(reason string) string {
	for _, harmless := range harmlessReasons {
		if strings.HasPrefix(reason, harmless) {
			return harmless
		}
	}
	return ""
}

// unchecked returns how many exchanges with the API could not be checked.
func (s *skips) unchecked() (n int) {
	for _, of := range s.by {
		if of.reason != SkipNothing && harmlessReason(of.reason) == "" {
			n += of.count
		}
	}
	return n
}

// empty returns how many inputs had nothing to check.
func (s *skips) empty() int {
	if of := s.by[SkipNothing]; of != nil {
		return of.count
	}
	return 0
}

// lines returns a line for each reason, in the order in which they came.
func (s *skips) lines() []string {
	var lines []string
	for _, reason := range s.order {
		lines = append(lines, s.by[reason].String())
	}
	return lines
}

// String returns how many there are, why, and which the first ones are.
func (s *skipped) String() string {
	line := fmt.Sprintf("%d: %s", s.count, s.reason)
	if len(s.sources) == 0 {
		return line
	}
	line += " (" + strings.Join(s.sources, ", ")
	if s.hasMore {
		line += ", …"
	}
	return line + ")"
}
