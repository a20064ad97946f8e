package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/doimages/contracttest/traffic"
)

// byteOrderMark is what some writers on Windows begin an archive with, and what JSON does not allow.
const byteOrderMark = "\xef\xbb\xbf"

// ReadHAR reads the exchanges of an HTTP Archive (HAR 1.2), as browsers, mitmproxy and Playwright write it. It holds
// one entry at a time, whatever the size of the archive. The source begins the name of each exchange, such as
// session.har#3.
//
// Names count as HAR spells them. Unknown fields, duplicate names and invalid UTF-8 are tolerated: they say nothing
// about the API, and tools write them.
//
// An entry that cannot be checked, such as a request that was blocked, is yielded as an [OmittedError]. Any other error
// ends the sequence and comes last. Errors name the place and never what is there: archives have secrets.
func ReadHAR(r io.Reader, source string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		archive := newHAR(r, source)
		if err := archive.enterEntries(); err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		for archive.hasNext() {
			exchange, err := archive.next()
			var omitted *OmittedError
			if !yield(exchange, err) || err != nil && !errors.As(err, &omitted) {
				return
			}
		}
		if err := archive.endEntries(); err != nil {
			yield(traffic.Exchange{}, err)
		}
	}
}

// har is an archive that is being read.
type har struct {
	source  string
	decoder *jsontext.Decoder
	index   int // of the next entry
}

func newHAR(r io.Reader, source string) *har {
	buffered := bufio.NewReader(r)
	if mark, err := buffered.Peek(len(byteOrderMark)); err == nil && string(mark) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark))
	}
	return &har{
		source:  source,
		decoder: jsontext.NewDecoder(buffered, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
}

// enterEntries reads on to the first entry.
func (h *har) enterEntries() error {
	for _, name := range []string{"log", "entries"} {
		if err := h.enter(name); err != nil {
			return h.fail(err)
		}
	}
	if h.decoder.PeekKind() != jsontext.KindBeginArray {
		return h.fail(h.unexpected("entries is not an array"))
	}
	_, err := h.decoder.ReadToken()
	return h.fail(err)
}

// enter reads on to the value of a name in the object that comes next. It skips other values without holding them: the
// pages of an archive can be large.
func (h *har) enter(name string) error {
	if h.decoder.PeekKind() != jsontext.KindBeginObject {
		return h.unexpected("not an object")
	}
	if _, err := h.decoder.ReadToken(); err != nil {
		return err
	}
	for h.decoder.PeekKind() == jsontext.KindString {
		token, err := h.decoder.ReadToken()
		if err != nil {
			return err
		}
		if token.String() == name {
			return nil
		}
		if err := h.decoder.SkipValue(); err != nil {
			return err
		}
	}
	return h.unexpected(name + " is missing")
}

// unexpected returns why the next value cannot be used: that it is not JSON, or else what is given.
func (h *har) unexpected(problem string) error {
	if h.decoder.PeekKind() != jsontext.KindInvalid {
		return errors.New(problem)
	}
	_, err := h.decoder.ReadToken()
	return err
}

// hasNext reports whether there is another entry, or something that next says is none.
func (h *har) hasNext() bool { return h.decoder.PeekKind() != jsontext.KindEndArray }

// next reads an entry.
func (h *har) next() (traffic.Exchange, error) {
	var entry harEntry
	if err := json.UnmarshalDecode(h.decoder, &entry); err != nil {
		return traffic.Exchange{}, h.fail(err)
	}
	source := fmt.Sprintf("%s#%d", h.source, h.index)
	h.index++
	return entry.exchange(source)
}

// endEntries reads the end of the entries. What follows them is not read.
func (h *har) endEntries() error {
	_, err := h.decoder.ReadToken()
	return h.fail(err)
}

// fail says where an archive cannot be read and why, without the value that is there.
func (h *har) fail(err error) error {
	if err == nil {
		return nil
	}
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the file ends too early")
	case errors.As(err, &syntactic):
		err = fmt.Errorf("not valid JSON: %w", syntactic.Err) // its text has the names around it, which may be anything
	case errors.As(err, &semantic):
		err = fmt.Errorf("unusable %s at %s", kindName(semantic.JSONKind), semantic.JSONPointer)
	}
	return fmt.Errorf("%s: not an HTTP Archive: at byte %d: %w", h.source, h.decoder.InputOffset(), err)
}

// kindName returns what JSON calls a kind of value.
func kindName(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "object"
	case jsontext.KindBeginArray:
		return "array"
	}
	return kind.String()
}
