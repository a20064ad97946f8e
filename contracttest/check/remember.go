package check

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxTracked is how many images, how many actions and how many lists a session remembers, so that an
// archive of any size is checked in bounded memory. A note says that it was reached.
const maxTracked = 50_000

// maxRemembered is the longest text that a session remembers as it is, in bytes. No id, type, status
// or time of the API is longer.
const maxRemembered = 64

// remembered returns a text as a session remembers it: a long one by its hash. A server or a client
// could make a session hold megabytes for each image otherwise. It shares no memory with the text,
// which may be part of a longer one.
func remembered(text string) string {
	if len(text) <= maxRemembered {
		return strings.Clone(text)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
