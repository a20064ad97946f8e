package redact

import (
	"hash/maphash"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxNesting is how many escapes a character may be written in, one within the other: a URL in the query of a URL in a
// JSON text that an error quotes has four.
const maxNesting = 5

// escape is one character of a text that is written in another way: %2F in URLs, \/ and \u002f in JSON.
type escape struct {
	start, end int // in the text
	char       string
}

// introducers begin the escapes: those of URLs, and those of JSON.
const introducers = `%\`

// decode returns a text without one level of the escapes of one kind, each of which becomes its character. What is not
// quite an escape stays as it is.
func decode(text string, introducer byte) string {
	e, ok := nextEscape(text, 0, introducer)
	if !ok {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for ; ok; e, ok = nextEscape(text, from, introducer) {
		b.WriteString(text[from:e.start])
		b.WriteString(e.char)
		from = e.end
	}
	b.WriteString(text[from:])
	return b.String()
}

// visits are the texts that were searched, by a hash: without escapes of two kinds a text is mostly the same, whichever
// were taken out first.
type visits map[uint64]bool

var visitsSeed = maphash.MakeSeed()

// add reports whether a text is a new one.
func (v visits) add(text string) bool {
	sum := maphash.String(visitsSeed, text)
	isNew := !v[sum]
	v[sum] = true
	return isNew
}

// nextEscape returns the first escape of a kind from a position on.
func nextEscape(text string, from int, introducer byte) (escape, bool) {
	for {
		n := strings.IndexByte(text[from:], introducer)
		if n < 0 {
			return escape{}, false
		}
		if e, ok := escapeAt(text, from+n); ok {
			return e, true
		}
		from += n + 1
	}
}

// escapeAround returns the escape that has a byte of a text within it, and not at its start.
func escapeAround(text string, position int) (escape, bool) {
	for start := position - 1; start >= 0 && start > position-len(`\u0000`); start-- {
		e, ok := escapeAt(text, start)
		if ok && e.end > position && !isEscaped(text, start) {
			return e, true
		}
	}
	return escape{}, false
}

// isEscaped reports whether a backslash is the second one of an escape, and so begins none.
func isEscaped(text string, position int) bool {
	before := strings.TrimRight(text[:position], `\`)
	return text[position] == '\\' && (position-len(before))%2 == 1
}

// jsonEscapes has the characters that JSON writes as a backslash and a letter.
var jsonEscapes = map[byte]string{'"': `"`, '\\': `\`, '/': "/", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t"}

// escapeAt returns the escape that begins at a position, if one does.
func escapeAt(text string, start int) (escape, bool) {
	if start+2 > len(text) {
		return escape{}, false
	}
	switch {
	case text[start] == '%':
		value, ok := hexadecimal(text, start+1, 2)
		return escape{start: start, end: start + 3, char: string([]byte{byte(value)})}, ok
	case text[start] != '\\':
		return escape{}, false
	case text[start+1] == 'u':
		value, ok := hexadecimal(text, start+2, 4)
		isChar := ok && !utf16.IsSurrogate(value) // no secret that is searched for needs a pair of them
		return escape{start: start, end: start + 6, char: string(utf8.AppendRune(nil, value))}, isChar
	}
	char, ok := jsonEscapes[text[start+1]]
	return escape{start: start, end: start + 2, char: char}, ok
}

// hexadecimal returns the number that a count of digits from a position on is, in either case.
func hexadecimal(text string, from, digits int) (value rune, ok bool) {
	if from+digits > len(text) {
		return 0, false
	}
	for _, c := range []byte(text[from : from+digits]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		value = value<<4 | rune(c)
	}
	return value, true
}

// withoutHalfEscape returns a text without the beginning of an escape at its end, where it was truncated.
func withoutHalfEscape(text string) string {
	for n := 1; n < len(`\u0000`) && n <= len(text); n++ {
		switch half := text[len(text)-n:]; {
		case half[0] == '%' && n <= 2, half == `\`, strings.HasPrefix(half, `\u`):
			return text[:len(text)-n]
		}
	}
	return text
}

// toLower returns a text with the letters of ASCII in lower case. Its bytes stay where they are, as they would not for
// other letters.
func toLower(text string) string {
	at := strings.IndexFunc(text, func(r rune) bool { return 'A' <= r && r <= 'Z' })
	if at < 0 {
		return text
	}
	lower := []byte(text)
	for i, c := range lower[at:] {
		if 'A' <= c && c <= 'Z' {
			lower[at+i] = c | 0x20
		}
	}
	return string(lower)
}
