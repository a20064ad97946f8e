// Package plural counts things in messages.
package plural

import (
	"fmt"
	"strings"
)

// Of returns a number with its noun, which is in the plural unless there is exactly one. A noun may end in a consonant
// and y, such as entry; no other irregular plural is known.
func Of(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
