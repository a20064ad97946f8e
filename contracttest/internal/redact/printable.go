package redact

import (
	"fmt"
	"strings"
	"unicode"
)

// maxShown is how much of a text of a server a report shows, in bytes.
const maxShown = 200

// ellipsis follows what is left of a text that was truncated.
const ellipsis = "…"

// Printable returns a text on one line, with an escape such as \u001b for every character that does not print: controls
// of a terminal, separators of lines, and what changes the direction of a text or has no width. A terminal, XML and a
// log can then be given any text. Line ends and tabs become spaces.
func Printable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, isHidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case !isHidden(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// PrintableError returns an error whose text prints on one line, as that of one that names a file may not. It is the
// error itself if its text does anyway, and otherwise wraps it.
func PrintableError(err error) error {
	if err == nil {
		return nil
	}
	if text := Printable(err.Error()); text != err.Error() {
		return printableError{error: err, text: text}
	}
	return err
}

// printableError is an error with another text.
type printableError struct {
	error
	text string
}

func (e printableError) Error() string { return e.text }
func (e printableError) Unwrap() error { return e.error }

// isHidden reports whether a character does not print, or is not a character.
func isHidden(r rune) bool { return !unicode.IsGraphic(r) }

// Shorten truncates a text after 200 bytes, so that what a server sent cannot fill a report. An ellipsis follows.
func Shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + ellipsis
}
