package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"example.com/doimages/contracttest/traffic"
)

// maxNesting is how deep a body may be nested. The contract's own documents are six deep.
const maxNesting = 100

// decodeBody decodes the one JSON document that a body should be, and adds what is wrong with it as JSON: what decoders
// disagree on or pass over in silence. It returns false where there is nothing to judge by a schema.
func (f *findings) decodeBody(in string, body []byte) (value any, ok bool) {
	if len(body) > traffic.MaxBody {
		f.add("size", in, nil, fmt.Sprintf("it is larger than %d MiB", traffic.MaxBody>>20))
		return nil, false
	}
	if value, ok := parse(body); ok {
		return value, true
	}
	if rest, found := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); found {
		f.add("byte-order-mark", in, nil, "it begins with a byte-order mark, which JSON does not allow")
		body = rest
	}
	if len(trimSpace(body)) == 0 {
		f.add("empty-body", in, nil, "it is empty")
		return nil, false
	}
	if !utf8.Valid(body) {
		f.add("invalid-utf8", in, nil, "it is no valid UTF-8")
	}
	if halfPair(body) {
		f.add("invalid-utf8", in, nil, "a \\u escape is half of a pair, which is no character")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	var document json.RawMessage
	if err := decoder.Decode(&document); err != nil {
		f.add("malformed-json", in, nil, fmt.Sprintf("it is no JSON: %v", err))
		return nil, false
	}
	if rest := trimSpace(body[decoder.InputOffset():]); len(rest) > 0 {
		f.add("trailing-bytes", in, nil, fmt.Sprintf("something follows the JSON at byte %d", decoder.InputOffset()))
	}
	d := documentDecoder{Decoder: json.NewDecoder(bytes.NewReader(document)), findings: f, in: in}
	d.UseNumber() // an id beyond 2^53 must not be rounded before it is judged
	value = d.value(nil)
	return value, !d.tooDeep
}

// trimSpace takes away what JSON calls white space.
func trimSpace(text []byte) []byte { return bytes.Trim(text, " \t\r\n") }

// halfPair tells whether a \u escape stands for half a character, which some decoders replace and others refuse.
func halfPair(text []byte) bool {
	escape := func(at int) (code uint64) {
		if at+6 <= len(text) && text[at] == '\\' && text[at+1] == 'u' {
			code, _ = strconv.ParseUint(string(text[at+2:at+6]), 16, 16)
		}
		return code
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		switch code := escape(i); {
		case 0xD800 <= code && code < 0xDC00 && 0xDC00 <= escape(i+6) && escape(i+6) < 0xE000:
			i += 11
		case 0xD800 <= code && code < 0xE000:
			return true
		default:
			i++ // whatever it escapes, a backslash included
		}
	}
	return false
}

// documentDecoder decodes valid JSON token by token, which shows the keys that come twice.
type documentDecoder struct {
	*json.Decoder
	findings *findings
	in       string
	tooDeep  bool
}

func (d *documentDecoder) value(at []string) any {
	token, err := d.Token()
	if err != nil {
		return nil // not in valid JSON
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token
	}
	if len(at) > maxNesting {
		if !d.tooDeep {
			d.findings.add("nesting", d.in, nil, fmt.Sprintf("it is nested more than %d deep", maxNesting))
		}
		d.tooDeep = true
	}
	if delim == '[' {
		list := []any{}
		for d.More() {
			list = append(list, d.value(append(at, fmt.Sprint(len(list)))))
		}
		_, _ = d.Token()
		return list
	}
	object := map[string]any{}
	for d.More() {
		token, _ := d.Token()
		key, _ := token.(string)
		at := append(at, key)
		if _, twice := object[key]; twice {
			d.findings.add("duplicate-key", d.in, at, "the key comes twice; which value counts depends on the reader")
		}
		object[key] = d.value(at)
	}
	_, _ = d.Token()
	return object
}
