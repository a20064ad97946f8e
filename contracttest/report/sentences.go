package report

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
)

// maxSentences is how many sentences of one kind a report quotes. It counts all.
const maxSentences = 100

// sentences say what is to be said of a run beside findings and cases.
type sentences struct {
	texts []string
	names []string // of each text, such as "recording 2"
	count int
	about []string       // nouns for what they are about, in the order in which they came; empty for none
	times map[string]int // how many are about each
}

// add adds a sentence that is about a thing, such as "recording".
func (s *sentences) add(about, text string) {
	if s.times == nil {
		s.times = map[string]int{}
	}
	if s.times[about]++; s.times[about] == 1 {
		s.about = append(s.about, about)
	}
	if s.count++; len(s.texts) < maxSentences {
		s.texts = append(s.texts, redact.Printable(text))
		s.names = append(s.names, redact.Printable(fmt.Sprint(cmp.Or(about, "problem"), " ", s.times[about])))
	}
}

// name returns a name for one of all, by its index.
func (s *sentences) name(i int) string {
	if i < len(s.names) {
		return s.names[i]
	}
	return "others"
}

// all returns the texts, and a line that says how many more there are.
func (s *sentences) all() []string {
	if more := s.count - len(s.texts); more > 0 {
		return append(slices.Clone(s.texts), fmt.Sprintf("and %d more", more))
	}
	return s.texts
}

// counts returns how many of each thing the sentences are about, with what is to be said of it, such as "2 recordings".
func (s *sentences) counts(predicate string) []string {
	var counts []string
	for _, about := range s.about {
		words := plural.Of(s.times[about], cmp.Or(about, "problem"))
		if about != "" {
			words += predicate
		}
		counts = append(counts, redact.Printable(words))
	}
	return counts
}
