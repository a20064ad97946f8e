package redact

import "slices"

// kind is what a span of a text was found to be.
type kind int

const (
	isSecret   kind = iota // one that a caller gave
	isToken                // what looks like a token of DigitalOcean
	isAddress              // an e-mail address
	isUserinfo             // user and password of a URL
	isReplaced             // a placeholder
)

// span is a part of a text that is replaced.
type span struct {
	start, end int
	kind       kind
	instead    string // of a secret
	plain      string // of what is not one, without escapes
}

// widen makes a span begin and end where escapes do: half of one would leave neither a URL nor JSON.
func (s *span) widen(text string) {
	if e, ok := escapeAround(text, s.start); ok {
		s.start = e.start
	}
	if e, ok := escapeAround(text, s.end); ok {
		s.end = e.end
	}
}

// appendSpan adds a span that does not start before the last one. If both overlap they become one, which is what the
// first is: nothing of either stays. The host behind an e-mail address that overlaps is no secret.
func appendSpan(spans []span, s span) []span {
	if len(spans) == 0 || s.start >= spans[len(spans)-1].end {
		return append(spans, s)
	}
	if last := &spans[len(spans)-1]; s.kind != isAddress {
		last.end = max(last.end, s.end)
	}
	return spans
}

// withoutOverlaps puts spans in order. Of those that start at one place the longest counts, and the first of equals.
func withoutOverlaps(spans []span) []span {
	slices.SortStableFunc(spans, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	var kept []span
	for _, s := range spans {
		kept = appendSpan(kept, s)
	}
	return kept
}
