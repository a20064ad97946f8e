package gen

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Decode decodes the JSON of a response into a new T. The result, and the error, are those of json.Unmarshal, which
// it leaves everything to that is not of the plain documented shape; that shape it reads several times as fast.
func Decode[T any](body []byte) (*T, error) {
	v := new(T)
	if r, ok := any(v).(reader); ok {
		s := scanner{body: body}
		r.read(&s)
		if s.space(); !s.failed && s.at == len(body) {
			return v, nil
		}
		v = new(T)
	}
	return v, json.Unmarshal(body, v)
}

// reader is what a type in decode.gen.go is.
type reader interface{ read(*scanner) }

// scanner steps through JSON. It gives up, for encoding/json to take over, on what it finds wrong and on what
// encoding/json treats in a way of its own: a key that comes twice, or in other letters.
type scanner struct {
	body   []byte
	at     int
	failed bool
	first  bool            // the next item of a list is its first
	kept   strings.Builder // what strings are cut from, so that not each has to be allocated
}

// fail gives up. What follows then sees the end of the body.
func (s *scanner) fail() { s.failed, s.at = true, len(s.body) }

// space steps over white space.
func (s *scanner) space() {
	for s.at < len(s.body) && s.body[s.at] <= ' ' {
		switch s.body[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			s.fail()
		}
	}
}

// peek returns the byte that comes after white space, or 0 at the end.
func (s *scanner) peek() byte {
	if s.space(); s.at < len(s.body) {
		return s.body[s.at]
	}
	return 0
}

// take steps over a byte if it is next.
func (s *scanner) take(want byte) bool {
	if s.peek() != want {
		return false
	}
	s.at++
	return true
}

// open steps into an object, to the value of its first key. It returns nil if there is none.
func (s *scanner) open() []byte {
	if !s.take('{') {
		s.fail()
	}
	if s.take('}') {
		return nil
	}
	return s.key()
}

// more steps to the value of the next key of an object, or out of the object.
func (s *scanner) more() []byte {
	switch {
	case s.take(','):
		return s.key()
	case !s.take('}'):
		s.fail()
	}
	return nil
}

func (s *scanner) key() []byte {
	key := s.text()
	if !s.take(':') {
		s.fail()
		return nil
	}
	return key
}

// twice gives up if the field with this number has been seen before, and notes it otherwise.
func (s *scanner) twice(seen *uint64, number int) bool {
	bit := uint64(1) << number
	if *seen&bit != 0 {
		s.fail()
	}
	*seen |= bit
	return s.failed
}

// unknown steps over the value of a key that is none of the fields. Names that differ in case are the same to
// encoding/json, and to it letters outside ASCII may be such.
func (s *scanner) unknown(key []byte, fields ...string) {
	for _, field := range fields {
		if strings.EqualFold(string(key), field) {
			s.fail()
			return
		}
	}
	s.skip(0)
}

// count steps into a list and returns about how many items it has.
func (s *scanner) count() int {
	const most = 256 // more than a page holds, and little enough for a list that is not what it seems
	if !s.take('[') {
		s.fail()
	}
	s.first = true
	switch s.peek() {
	case ']', 0:
		return 0
	case '{': // what is left of the body, in objects of the size of the first
		ahead := scanner{body: s.body, at: s.at}
		ahead.skip(0)
		return min(most, 1+(len(s.body)-s.at)/max(1, ahead.at-s.at))
	}
	rest := s.body[s.at:]
	return min(most, 1+bytes.Count(rest[:max(0, bytes.IndexByte(rest, ']'))], []byte{','}))
}

// item steps to the next item of a list, or out of the list.
func (s *scanner) item() bool {
	first := s.first
	s.first = false
	switch {
	case s.take(']'):
		return false
	case !first && !s.take(','):
		s.fail()
	}
	return !s.failed
}

// null steps over a null, which leaves what it is for as it is.
func (s *scanner) null() bool { return s.peek() == 'n' && s.literal("null") }

func (s *scanner) literal(want string) bool {
	if !bytes.HasPrefix(s.body[s.at:], []byte(want)) {
		s.fail()
		return false
	}
	s.at += len(want)
	return true
}

// text returns what a string holds, in memory that may be that of the body.
func (s *scanner) text() []byte {
	if !s.take('"') {
		s.fail()
		return nil
	}
	start, plain := s.at, true
	for body, at := s.body, s.at; at < len(body); at++ { // with copies, which the processor can hold
		switch c := body[at]; {
		case c > '\\' && c < utf8.RuneSelf || c > '"' && c < '\\': // nearly always
		case c == '"':
			text := body[start:at]
			s.at = at + 1
			if plain || utf8.Valid(text) && bytes.IndexByte(text, '\\') < 0 {
				return text
			}
			var unquoted string
			if json.Unmarshal(s.body[start-1:s.at], &unquoted) != nil {
				s.fail()
			}
			return []byte(unquoted)
		case c == '\\':
			plain = false
			at++ // a quote that is escaped is no end
		case c < ' ':
			s.fail()
			return nil
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	s.fail()
	return nil
}

// keep makes a string of a text. Strings share pieces of memory of up to 1 KB, which live as long as one of them.
func (s *scanner) keep(text []byte) string {
	if s.kept.Cap()-s.kept.Len() < len(text) {
		s.kept = strings.Builder{}
		s.kept.Grow(max(len(text), min(1024, len(s.body)-s.at)))
	}
	start := s.kept.Len()
	s.kept.Write(text)
	return s.kept.String()[start:]
}

// number returns a number as it is written.
func (s *scanner) number() []byte {
	s.space()
	start := s.at
	is := func(set string) bool {
		found := s.at < len(s.body) && strings.IndexByte(set, s.body[s.at]) >= 0
		if found {
			s.at++
		}
		return found
	}
	digits := func() {
		from := s.at
		for s.at < len(s.body) && '0' <= s.body[s.at] && s.body[s.at] <= '9' {
			s.at++
		}
		if s.at == from {
			s.fail()
		}
	}
	is("-")
	if !is("0") {
		digits()
	}
	if is(".") {
		digits()
	}
	if is("eE") {
		is("+-")
		digits()
	}
	if s.failed {
		return nil
	}
	return s.body[start:s.at]
}

func (s *scanner) string(v *string) { *v = s.keep(s.text()) }

func (s *scanner) int(v *int) {
	var n int64
	s.integer(&n, strconv.IntSize)
	*v = int(n)
}

func (s *scanner) int64(v *int64) { s.integer(v, 64) }

func (s *scanner) integer(v *int64, bits int) {
	n, err := strconv.ParseInt(string(s.number()), 10, bits)
	if err != nil {
		s.fail()
	}
	*v = n
}

func (s *scanner) float64(v *float64) {
	n, err := strconv.ParseFloat(string(s.number()), 64)
	if err != nil {
		s.fail()
	}
	*v = n
}

func (s *scanner) bool(v *bool) {
	*v = s.peek() == 't'
	if !*v {
		s.literal("false")
	} else {
		s.literal("true")
	}
}

func (s *scanner) time(v *time.Time) {
	s.space()
	start := s.at
	if s.text(); s.failed || v.UnmarshalJSON(s.body[start:s.at]) != nil {
		s.fail()
	}
}

// read reads a type of decode.gen.go.
func (s *scanner) read(v reader) { v.read(s) }

// skip steps over a value.
func (s *scanner) skip(depth int) {
	switch c := s.peek(); {
	case depth > 1000: // far from where encoding/json refuses
		s.fail()
	case c == '{':
		for key := s.open(); key != nil; key = s.more() {
			s.skip(depth + 1)
		}
	case c == '[':
		for s.at, s.first = s.at+1, true; s.item(); {
			s.skip(depth + 1)
		}
	case c == '"':
		s.text()
	case c == 't':
		s.literal("true")
	case c == 'f':
		s.literal("false")
	case c == 'n':
		s.literal("null")
	default:
		s.number()
	}
}
