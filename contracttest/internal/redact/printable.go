package redact

import (
	"strings"
)

// maxShown is how much of a text of a server a report shows, in bytes.
const maxShown = 200

// Printable replaces what neither XML nor a terminal should be given. A text then stays on its line, and can send a
// terminal no command.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || '\u007F' <= r && r <= '\u009F' || r == '\uFFFE' || r == '\uFFFF':
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Shorten truncates a text after 200 bytes, so that what a server sent cannot fill a report. An ellipsis follows.
func Shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}
