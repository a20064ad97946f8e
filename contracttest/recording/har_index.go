package recording

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// harPlace is where an entry of an archive is, and when it began.
type harPlace struct {
	began  int64 // in nanoseconds; 0 if it is not known
	offset int64
	length int
	number int // in the order of the file
}

// harHead is what the first pass reads of an entry.
type harHead struct {
	harPlace
	isNull  bool
	method  string
	url     string
	headers jsontext.Value
}

// harDecoder reads an archive from its beginning to its end, and holds one value at a time.
type harDecoder struct {
	source  string
	decoder *jsontext.Decoder
	base    int64 // where the decoder began
	maker   string
	origin  harProvenance
}

func newHARDecoder(in *input) (*harDecoder, error) {
	head, err := in.head()
	if err != nil {
		return nil, err
	}
	d := &harDecoder{source: in.name}
	if len(head) >= len(byteOrderMark) && string(head[:len(byteOrderMark)]) == byteOrderMark {
		d.base = int64(len(byteOrderMark))
	}
	reader := &heldReader{reader: io.NewSectionReader(in.content, d.base, in.size-d.base)}
	d.decoder = jsontext.NewDecoder(reader, harOptions)
	reader.used = d.decoder.InputOffset
	return d, nil
}

// maxHeld is how long a text of an archive may be, in bytes, and white space between two. A body of 32 MiB in base64
// has 43 MiB. With more a decoder would take a buffer of 128 MiB.
const maxHeld = 44 << 20

var errLongText = fmt.Errorf("a text is larger than %d MiB", maxHeld>>20)

// heldReader reads for a decoder, which holds a text as a whole even if it is skipped, and white space, too. It fails
// before that takes too much memory: a small compressed file can have a text of gigabytes.
type heldReader struct {
	reader io.Reader
	used   func() int64 // how much the decoder is done with
	read   int64
}

func (r *heldReader) Read(p []byte) (int, error) {
	room := maxHeld - (r.read - r.used())
	if room <= 0 {
		return 0, errLongText
	}
	n, err := r.reader.Read(p[:min(int64(len(p)), room)])
	r.read += int64(n)
	return n, err
}

// offset returns where the next value begins, or a comma or white space before it.
func (d *harDecoder) offset() int64 { return d.base + d.decoder.InputOffset() }

// enterEntries reads on to the first entry.
func (d *harDecoder) enterEntries() error {
	if err := d.enter("log"); err != nil {
		return d.fail(err)
	}
	if err := d.enter("entries"); err != nil {
		return d.fail(err)
	}
	if d.decoder.PeekKind() != jsontext.KindBeginArray {
		return d.fail(d.unexpected("entries is not an array"))
	}
	_, err := d.decoder.ReadToken()
	return d.fail(err)
}

// enter reads on to the value of a name in the object that comes next. It skips other values without holding them: the
// pages of an archive can be large. On the way it notes who made the archive.
func (d *harDecoder) enter(name string) error {
	if d.decoder.PeekKind() != jsontext.KindBeginObject {
		return d.unexpected("not an object")
	}
	if _, err := d.decoder.ReadToken(); err != nil {
		return err
	}
	for d.decoder.PeekKind() == jsontext.KindString {
		token, err := d.decoder.ReadToken()
		if err != nil {
			return err
		}
		switch token.String() {
		case name:
			return nil
		case "creator":
			var creator harMaker
			err = d.read(&creator)
			d.maker = creator.Name.text
		case "_provenance":
			err = d.read(&d.origin)
		default:
			err = d.decoder.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	return d.unexpected(name + " is missing")
}

// read reads what an archive says of itself. A value of another type says nothing.
func (d *harDecoder) read(target any) error {
	value, err := d.decoder.ReadValue()
	if err != nil {
		return err
	}
	_ = json.Unmarshal(value, target, harOptions)
	return nil
}

// unexpected returns why the next value cannot be used: that it is not JSON, or else what is given.
func (d *harDecoder) unexpected(problem string) error {
	if d.decoder.PeekKind() != jsontext.KindInvalid {
		return errors.New(problem)
	}
	_, err := d.decoder.ReadToken()
	return err
}

// hasNext reports whether the entries have not ended. What comes next may be damaged, which next returns.
func (d *harDecoder) hasNext() bool { return d.decoder.PeekKind() != jsontext.KindEndArray }

// next reads what the first pass needs of an entry. What is not an object has no method and no URL.
func (d *harDecoder) next() (harHead, error) {
	var head harHead
	kind := d.decoder.PeekKind()
	if kind != jsontext.KindBeginObject {
		head.isNull = kind == jsontext.KindNull
		return head, d.fail(d.decoder.SkipValue())
	}
	if _, err := d.decoder.ReadToken(); err != nil {
		return head, d.fail(err)
	}
	head.offset = d.offset() - 1
	for d.decoder.PeekKind() == jsontext.KindString {
		if err := d.field(&head); err != nil {
			return head, d.fail(err)
		}
	}
	_, err := d.decoder.ReadToken() // the end of the object
	head.length = int(d.offset() - head.offset)
	return head, d.fail(err)
}

// field reads a field of an entry.
func (d *harDecoder) field(head *harHead) error {
	name, err := d.decoder.ReadToken()
	if err != nil {
		return err
	}
	switch name.String() {
	case "startedDateTime":
		value, err := d.decoder.ReadValue()
		if at := harTime(value); !at.IsZero() {
			head.began = at.UnixNano()
		}
		return err
	case "request":
		value, err := d.decoder.ReadValue()
		if err != nil {
			return err
		}
		var request struct {
			Method  harText        `json:"method"`
			URL     harText        `json:"url"`
			Headers jsontext.Value `json:"headers"`
		}
		if json.Unmarshal(value, &request, harOptions) == nil {
			head.method, head.url, head.headers = request.Method.text, request.URL.text, request.Headers
		}
		return nil
	}
	return d.decoder.SkipValue()
}

// endEntries reads on to the end of the file. What is wrong with the rest of the archive costs no entry. What follows
// the archive may have entries of its own, as when cat made one file of several.
func (d *harDecoder) endEntries() error {
	if _, err := d.decoder.ReadToken(); err != nil {
		return d.fail(err)
	}
	for d.decoder.StackDepth() > 0 {
		if d.isAtEnd() {
			_, err := d.decoder.ReadToken()
			if err != nil {
				return nil
			}
		} else if d.decoder.SkipValue() != nil {
			return nil
		}
	}
	return d.fail(checkEnd(d.decoder))
}

// isAtEnd reports whether the object or array that is being read ends here.
func (d *harDecoder) isAtEnd() bool {
	kind := d.decoder.PeekKind()
	return kind == jsontext.KindEndObject || kind == jsontext.KindEndArray
}

// fail says where an archive cannot be read and why, without the value that is there.
func (d *harDecoder) fail(err error) error {
	if err == nil {
		return nil
	}
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the file ends too early")
	case errors.Is(err, errLongText):
		err = errLongText // without the words around it
	case errors.As(err, &syntactic):
		err = fmt.Errorf("not valid JSON: %w", syntactic.Err) // its text has the names around it, which may be anything
	}
	return fmt.Errorf("%s: not an HTTP Archive: at byte %d: %w", d.source, d.offset(), err)
}

// sortPlaces puts entries in the order of their times. One without a time stays after the entry before it; those at
// the beginning of the file stay before the first that has one.
func sortPlaces(places []harPlace) {
	known := int64(0)
	for _, place := range places {
		if place.began != 0 {
			known = place.began
			break
		}
	}
	for i := range places {
		if places[i].began == 0 {
			places[i].began = known
		}
		known = places[i].began
	}
	slices.SortStableFunc(places, func(a, b harPlace) int { return cmp.Compare(a.began, b.began) })
}
