package redact

import (
	"strings"
)

// Printable replaces what neither XML nor a terminal should be given, so that a text stays on its line.
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

// Shorten cuts a text after 200 bytes, so that what a server sent cannot fill a report.
func Shorten(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
