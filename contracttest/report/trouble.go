package report

import (
	"fmt"
	"slices"

	"example.com/doimages/contracttest/internal/redact"
)

// maxTrouble is how many problems, and how many failures, a report quotes. It counts all.
const maxTrouble = 100

// trouble is what is wrong with a run beside findings and cases.
type trouble struct {
	texts []string
	count int
}

func (t *trouble) add(text string) {
	if t.count++; len(t.texts) < maxTrouble {
		t.texts = append(t.texts, redact.Printable(text))
	}
}

// all returns the texts, and a line that says how many more there are.
func (t *trouble) all() []string {
	if more := t.count - len(t.texts); more > 0 {
		return append(slices.Clone(t.texts), fmt.Sprintf("and %d more", more))
	}
	return t.texts
}
