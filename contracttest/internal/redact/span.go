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
// first is: nothing of either stays. The host of an e-mail address that overlaps is not a secret.
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

// toEncoded moves spans of a decoded text to where they are in the text that it was decoded from. They are in order and
// do not overlap, so that this reads the text once.
func toEncoded(text string, introducer byte, spans []span) {
	m := mapping{text: text, introducer: introducer}
	m.next()
	for i := range spans {
		spans[i].start, _ = m.at(spans[i].start)
		_, spans[i].end = m.at(spans[i].end - 1)
	}
}

// mapping finds positions of a decoded text in the text that it was decoded from, in ascending order.
type mapping struct {
	text       string
	introducer byte
	current    escape // the first that ends after the last position
	isLast     bool   // whether there is no such escape
	removed    int    // how many bytes the decoded text lost before it
}

func (m *mapping) next() {
	e, ok := nextEscape(m.text, m.current.end, m.introducer)
	m.current, m.isLast = e, !ok
}

// at returns where the byte at a position of the decoded text begins and ends in the text.
func (m *mapping) at(position int) (start, end int) {
	for !m.isLast && position >= m.current.start-m.removed+len(m.current.char) {
		m.removed += m.current.end - m.current.start - len(m.current.char)
		m.next()
	}
	if !m.isLast && position >= m.current.start-m.removed {
		return m.current.start, m.current.end
	}
	return position + m.removed, position + m.removed + 1
}
