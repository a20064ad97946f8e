package check

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// parse decodes a body that is plainly right: one document of strict JSON in UTF-8, without a key that comes twice and
// not nested too deep. Of any other it returns false, and decodeBody finds out what is wrong with it. It is there
// because nearly every body is right, and takes a fraction of the time.
func parse(body []byte) (any, bool) {
	if !utf8.Valid(body) {
		return nil, false
	}
	p := parser{text: body, seen: map[string]any{}}
	value := p.value(0)
	p.space()
	return value, !p.failed && p.at == len(body)
}

type parser struct {
	text   []byte
	at     int
	failed bool
	seen   map[string]any // short strings, each of which is held once: most come in every image
}

func (p *parser) fail() any {
	p.failed = true
	return nil
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next returns the byte that comes after white space, or 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// take steps over a byte, if it is the next.
func (p *parser) take(want byte) bool {
	if p.next() != want {
		return false
	}
	p.at++
	return true
}

func (p *parser) value(depth int) any {
	if depth > maxNesting {
		return p.fail()
	}
	switch c := p.next(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	case c == 't':
		return p.literal("true", true)
	case c == 'f':
		return p.literal("false", false)
	case c == 'n':
		return p.literal("null", nil)
	}
	return p.fail()
}

func (p *parser) object(depth int) any {
	p.at++
	object := make(map[string]any, 16)
	for comma := false; !p.take('}'); comma = true {
		if p.failed || comma && !p.take(',') || p.next() != '"' {
			return p.fail()
		}
		key, _ := p.string().(string)
		if _, twice := object[key]; twice || !p.take(':') {
			return p.fail()
		}
		object[key] = p.value(depth + 1)
	}
	return object
}

func (p *parser) array(depth int) any {
	p.at++
	list := []any{}
	for comma := false; !p.take(']'); comma = true {
		if p.failed || comma && !p.take(',') {
			return p.fail()
		}
		list = append(list, p.value(depth+1))
	}
	return list
}

func (p *parser) string() any {
	start := p.at
	escaped := false
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			quoted := p.text[start:p.at]
			if !escaped {
				return p.held(quoted[1 : len(quoted)-1])
			}
			var s string
			if json.Unmarshal(quoted, &s) != nil || strings.ContainsRune(s, utf8.RuneError) && halfPair(quoted) {
				return p.fail()
			}
			return s
		case c == '\\':
			escaped = true
			p.at++ // whatever it escapes, a quote included
		case c < ' ':
			return p.fail()
		}
	}
	return p.fail()
}

func (p *parser) held(text []byte) any {
	if len(text) > 32 {
		return string(text)
	}
	if value, ok := p.seen[string(text)]; ok {
		return value
	}
	s := string(text)
	var value any = s
	p.seen[s] = value
	return value
}

func (p *parser) number() any {
	start := p.at
	digits := func() bool {
		from := p.at
		for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
			p.at++
		}
		return p.at > from
	}
	is := func(set string) bool {
		for i := range set {
			if p.at < len(p.text) && p.text[p.at] == set[i] {
				p.at++
				return true
			}
		}
		return false
	}
	is("-")
	switch {
	case !is("0") && !digits(), is(".") && !digits():
		return p.fail()
	}
	if is("eE") {
		is("+-")
		if !digits() {
			return p.fail()
		}
	}
	return json.Number(p.text[start:p.at])
}

func (p *parser) literal(text string, value any) any {
	if len(p.text)-p.at < len(text) || string(p.text[p.at:p.at+len(text)]) != text {
		return p.fail()
	}
	p.at += len(text)
	return value
}
