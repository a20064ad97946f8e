package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/doimages/contracttest/traffic"
)

// maxNesting is how many arrays and objects a value may be inside of. The contract's own documents
// are six deep.
const maxNesting = 100

// maxValues is how many values a body may hold: fifty times as many as a page of 200 images. Decoded,
// the smallest of them takes forty times as much memory as its two bytes.
const maxValues = 200_000

// Texts of at most maxShort bytes are held once, and at most maxHeld of them, so that a body of
// nothing but different texts costs no more than it has to.
const (
	maxShort = 32
	maxHeld  = 4096
)

// byteOrderMark is what some editors and servers put in front of UTF-8.
const byteOrderMark = "\xef\xbb\xbf"

// jsonSpace is what JSON calls white space.
const jsonSpace = " \t\r\n"

// decodeBody decodes the one JSON document that a body should be, and files what is wrong with it
// as JSON: what decoders disagree on, replace or pass over in silence. What follows the document is
// for the caller to file. It returns false where nothing is left to judge by a schema.
func (f *findings) decodeBody(in string, body []byte) (value any, trailing []byte, ok bool) {
	if len(body) > traffic.MaxBody {
		f.add("size", in, nil, fmt.Sprintf("larger than %d MiB", traffic.MaxBody>>20))
		return nil, nil, false
	}
	document, marked := bytes.CutPrefix(body, []byte(byteOrderMark))
	if marked {
		f.add("byte-order-mark", in, nil, "begins with a byte-order mark, which JSON does not allow")
	}
	if len(bytes.TrimLeft(document, jsonSpace)) == 0 {
		f.add("empty-body", in, nil, "empty")
		return nil, nil, false
	}
	if hasMoreValues(document, maxValues) {
		f.add("size", in, nil, fmt.Sprintf("more than %d values", maxValues))
		return nil, nil, false
	}
	// One pass in which everything is accepted. A strict one first would be no faster, and would
	// stop at the first fault.
	r := newBodyReader(document, in, f)
	value, err := r.value()
	if err != nil {
		f.add("malformed-json", in, nil, syntaxMessage(err, len(body)-len(document)))
		return nil, nil, false
	}
	return value, bytes.TrimLeft(document[r.InputOffset():], jsonSpace), !r.tooDeep
}

// addTrailing files what follows the document in a body, if anything does.
func (f *findings) addTrailing(in string, body, trailing []byte) {
	if len(trailing) > 0 {
		at := len(body) - len(trailing)
		f.add("trailing-data", in, nil, fmt.Sprintf("trailing data after the JSON document, at byte %d", at))
	}
}

// hasMoreValues reports whether a document has more than so many values, before any of them is
// decoded.
func hasMoreValues(document []byte, limit int) bool {
	// Each value but the first follows a comma, or is the first of an array or an object.
	atMost := 1
	for _, before := range []string{",", "[", "{"} {
		atMost += bytes.Count(document, []byte(before))
	}
	if atMost <= limit { // as in nearly every body
		return false
	}
	decoder := newDecoder(document)
	for n := 0; n <= limit; {
		token, err := decoder.ReadToken()
		if err != nil {
			return false // decoding meets it as well
		}
		switch kind, length := decoder.StackIndex(decoder.StackDepth()); {
		case token.Kind() == jsontext.KindEndObject, token.Kind() == jsontext.KindEndArray:
		case kind == jsontext.KindBeginObject && length%2 == 1: // a name
		default:
			n++
		}
		if decoder.StackDepth() == 0 {
			return n > limit
		}
	}
	return true
}

// syntaxMessage says what is not JSON in a document, and at which byte of the body that begins at
// start.
func syntaxMessage(err error, start int) string {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return fmt.Sprintf("not valid JSON: %v", err)
	}
	// Not the error itself: it repeats names of the body.
	return fmt.Sprintf("not valid JSON: %v, at byte %d", syntax.Err, int64(start)+syntax.ByteOffset)
}

// bodyReader reads a JSON document into the Go types that kin-openapi judges. Numbers stay as they
// are written: an id above 2^53 must not be rounded before it is judged.
type bodyReader struct {
	*jsontext.Decoder
	in      string
	found   *findings
	tooDeep bool
	short   map[string]any // short texts, each held once: most of them are in every image of a page
	buffer  []byte         // for one text
}

// newBodyReader returns a reader that accepts whatever some decoder accepts: a body is judged in
// full, and one fault must not hide the others.
func newBodyReader(document []byte, in string, found *findings) *bodyReader {
	return &bodyReader{
		Decoder: newDecoder(document),
		in:      in,
		found:   found,
		short:   map[string]any{},
	}
}

// newDecoder returns a decoder that accepts what some other accepts, and reads in place.
func newDecoder(document []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(
		bytes.NewBuffer(document),
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
	)
}

// value reads the next value. What is nested too deep is skipped, so that a hostile body cannot
// make the stack grow, and everything after it is still read.
func (r *bodyReader) value() (any, error) {
	kind := r.PeekKind()
	opens := kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray
	switch {
	case opens && r.StackDepth() > maxNesting:
		r.tooDeep = true
		err := r.SkipValue()
		r.report("nesting", fmt.Sprintf("nested more than %d deep", maxNesting))
		return nil, err
	case kind == jsontext.KindBeginObject:
		return r.object()
	case kind == jsontext.KindBeginArray:
		return r.array()
	}
	written, err := r.ReadValue()
	switch written.Kind() {
	case jsontext.KindString:
		return r.text(written), nil
	case jsontext.KindNumber:
		return json.Number(written), nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return written.Kind() == jsontext.KindTrue, nil
	}
	return nil, err
}

// object reads an object. Of a duplicate key the last value counts, as in encoding/json.
func (r *bodyReader) object() (any, error) {
	object := map[string]any{}
	r.bracket()
	for r.PeekKind() != jsontext.KindEndObject {
		written, err := r.ReadValue()
		if err != nil {
			return nil, err
		}
		name, _ := r.text(written).(string)
		if _, duplicate := object[name]; duplicate {
			r.report("duplicate-key", "duplicate key: decoders disagree on which value counts")
		}
		if object[name], err = r.value(); err != nil {
			return nil, err
		}
	}
	r.bracket()
	return object, nil
}

// array reads an array.
func (r *bodyReader) array() (any, error) {
	list := []any{}
	r.bracket()
	for r.PeekKind() != jsontext.KindEndArray {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	r.bracket()
	return list, nil
}

// bracket steps over a bracket or a brace that PeekKind has seen, so that it cannot fail.
func (r *bodyReader) bracket() { _, _ = r.ReadToken() }

// text returns the text of a name or a string as any, so that one that is held needs no new box.
// Bytes and escapes that are not text become U+FFFD, as in most decoders.
func (r *bodyReader) text(written jsontext.Value) any {
	var err error
	r.buffer, err = jsontext.AppendUnquote(r.buffer[:0], written)
	switch {
	case err == nil:
	case utf8.Valid(written): // then the bytes are fine, and an escape is not
		r.report("invalid-utf8", `unpaired surrogate in a \u escape`)
	default:
		r.report("invalid-utf8", "not valid UTF-8")
	}
	if held, ok := r.short[string(r.buffer)]; ok {
		return held
	}
	text := string(r.buffer)
	var value any = text
	if len(text) <= maxShort && len(r.short) < maxHeld {
		r.short[text] = value
	}
	return value
}

// report files a fault at the value or the name that was read last.
func (r *bodyReader) report(check, message string) {
	r.found.add(check, r.in, slices.Collect(r.StackPointer().Tokens()), message)
}
