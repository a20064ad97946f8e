package check

import (
	"fmt"
	"path"
)

// Unused returns a sentence for each entry that has accepted nothing since the baseline was loaded, and for each whose
// operation is none of the contract, so that it never can. Entries for an origin that was not seen are left out, unless
// their operation is wrong. A nil Baseline has none.
func (b *Baseline) Unused(contract *Contract) []string {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var sentences []string
	for i, e := range b.entries {
		name := fmt.Sprintf("entry %d of the baseline (%s)", i+1, e.summary())
		switch {
		case !contract.hasOperation(e.Operation):
			sentences = append(sentences, name+" names no operation of the contract")
		case e.hits == 0 && (e.Kind == "" || b.kinds[e.Kind]):
			sentences = append(sentences, name+" matches nothing here")
		}
	}
	return sentences
}

// hasOperation reports whether a pattern is of an operation of the contract. No pattern is of all of them.
func (c *Contract) hasOperation(pattern string) bool {
	for id := range c.operations {
		if ok, _ := path.Match(pattern, id); ok || pattern == "" {
			return true
		}
	}
	return false
}
