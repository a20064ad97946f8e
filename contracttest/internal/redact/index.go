package redact

import (
	"slices"
	"sort"
	"strings"
)

const (
	// minLength is the length from which on a secret is searched for, in bytes.
	minLength = 8

	// maxPiece is how many bytes of a secret are compared at once. A longer one is searched for in pieces of that
	// size, so that the time a text takes does not depend on how long its secrets are.
	maxPiece = 2048

	// minPrefix is how much of a secret has to be left, before an ellipsis, for it to be recognized as a truncated one.
	minPrefix = 6
)

// spelling is one way in which a secret is written, in lower case, or a piece of it.
type spelling struct {
	text    string
	instead string
	prefix  int // the longest other spelling that this one begins with, as an index; -1 if there is none
}

// index has the spellings that are searched for. Looking one up takes a binary search, however many there are.
type index struct {
	sorted []spelling
	begins [256]bool // the bytes that one begins with
}

// newIndex returns an index of spellings by their placeholders.
func newIndex(placeholders map[string]string) *index {
	x := &index{}
	for text, instead := range placeholders {
		x.begins[text[0]] = true
		x.sorted = append(x.sorted, spelling{text: text, instead: instead})
	}
	slices.SortFunc(x.sorted, func(a, b spelling) int { return strings.Compare(a.text, b.text) })
	for i := range x.sorted { // what a text begins with is sorted before it
		prefix := i - 1
		for prefix >= 0 && !strings.HasPrefix(x.sorted[i].text, x.sorted[prefix].text) {
			prefix = x.sorted[prefix].prefix
		}
		x.sorted[i].prefix = prefix
	}
	return x
}

// find returns where a text in lower case has a secret, whole or truncated.
func (x *index) find(lower string) []span {
	if len(x.sorted) == 0 {
		return nil
	}
	var found []span
	for i := range len(lower) {
		if !x.begins[lower[i]] {
			continue
		}
		if s := x.longest(lower[i:min(len(lower), i+maxPiece)]); s != nil {
			found = appendSpan(found, span{start: i, end: i + len(s.text), instead: s.instead})
		}
	}
	found = append(found, x.findTruncated(lower)...)
	for i := range found {
		found[i].widen(lower)
	}
	return found
}

// longest returns the longest spelling that a text begins with, or nil.
func (x *index) longest(text string) *spelling {
	i := sort.Search(len(x.sorted), func(i int) bool { return x.sorted[i].text > text }) - 1
	for i >= 0 && !strings.HasPrefix(text, x.sorted[i].text) {
		i = x.sorted[i].prefix
	}
	if i < 0 {
		return nil
	}
	return &x.sorted[i]
}

// findTruncated returns where a text has what is left of a secret before an ellipsis, where [Shorten] truncated it.
func (x *index) findTruncated(lower string) (found []span) {
	from := 0
	for {
		n := strings.Index(lower[from:], ellipsis)
		if n < 0 {
			return found
		}
		end := from + n
		part := withoutHalfEscape(lower[from:end])
		for start := max(0, len(part)-maxPiece); start <= len(part)-minPrefix; start++ {
			if s := x.beginningWith(part[start:]); s != nil {
				found = append(found, span{start: from + start, end: end, instead: s.instead})
				break
			}
		}
		from = end + len(ellipsis)
	}
}

// beginningWith returns a spelling that begins with a text, or nil.
func (x *index) beginningWith(text string) *spelling {
	if !x.begins[text[0]] {
		return nil
	}
	i := sort.Search(len(x.sorted), func(i int) bool { return x.sorted[i].text >= text })
	if i == len(x.sorted) || !strings.HasPrefix(x.sorted[i].text, text) {
		return nil
	}
	return &x.sorted[i]
}
