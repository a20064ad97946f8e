package recording

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"example.com/doimages/contracttest/traffic"
)

// maxKept is how large a buffer may be to be kept for the next entry, in bytes.
const maxKept = 1 << 20

// harReader reads an archive in two passes: where each entry is and when it began, then the entries in the order of
// their times. So it holds some bytes for each entry and the whole of one, whatever the size of the archive, and knows
// the tokens of all requests before the first response is shown.
type harReader struct {
	Reader
	in      *input
	yield   func(traffic.Exchange, error) bool
	archive harArchive
	places  []harPlace
	buffer  []byte
}

// readHAR yields the exchanges of an archive. It reports whether to go on.
func (r Reader) readHAR(in *input, yield func(traffic.Exchange, error) bool) bool {
	h := &harReader{
		Reader:  r,
		in:      in,
		yield:   yield,
		archive: harArchive{bodies: in.bodies},
	}
	more, failed := h.index()
	if !more {
		return false
	}
	sortPlaces(h.places)
	for _, place := range h.places {
		if !h.yieldEntry(place) {
			return false
		}
	}
	if failed != nil { // last, so that what comes before the damage is checked
		return yield(traffic.Exchange{}, failed)
	}
	return true
}

// index finds the entries to read, and yields why others are not. It returns the error that ends the archive early.
func (h *harReader) index() (more bool, failed error) {
	decoder, err := newHARDecoder(h.in)
	if err == nil {
		err = decoder.enterEntries()
	}
	if err != nil {
		return true, err
	}
	h.archive.maker = decoder.maker
	for number := 0; decoder.hasNext(); number++ {
		head, err := decoder.next()
		if err != nil {
			return true, err
		}
		head.number = number
		if !h.take(head) {
			return false, nil
		}
	}
	return true, decoder.endEntries()
}

// take notes an entry that is to be read, and yields why one is not.
func (h *harReader) take(head harHead) bool {
	if head.isNull {
		return h.omit(head.number, &OmittedError{Reason: NoResponse, Detail: "the entry is null"})
	}
	if _, omitted := h.want(head.method, head.url); omitted != nil {
		return h.omit(head.number, omitted)
	}
	if head.length > maxFile { // of which every text may be small
		detail := fmt.Sprintf("the entry is larger than %d MiB", maxFile>>20)
		return h.omit(head.number, &OmittedError{Reason: Unreadable, Detail: detail})
	}
	var headers []harHeader
	if json.Unmarshal(head.headers, &headers, harOptions) == nil {
		h.archive.secrets.addHeader(harHeaders(headers))
	}
	h.places = append(h.places, head.harPlace)
	return true
}

// yieldEntry reads an entry and yields it.
func (h *harReader) yieldEntry(place harPlace) bool {
	if cap(h.buffer) < place.length || cap(h.buffer) > maxKept {
		h.buffer = make([]byte, place.length)
	}
	text := h.buffer[:place.length]
	if _, err := h.in.content.ReadAt(text, place.offset); err != nil && !errors.Is(err, io.EOF) {
		return h.yield(traffic.Exchange{}, fmt.Errorf("%s: %w", h.in.name, err))
	}
	entry, omitted := readHAREntry(text)
	if omitted != nil {
		return h.omit(place.number, omitted)
	}
	u, omitted := h.want(entry.Request.Method.text, entry.Request.URL.text)
	if omitted != nil {
		return h.omit(place.number, omitted)
	}
	exchange, omitted := entry.exchange(u, h.archive)
	if omitted != nil {
		omitted.URL = u
		return h.omit(place.number, omitted)
	}
	exchange.Source = h.name(place.number)
	exchange.Secrets = h.archive.secrets.list
	return h.yield(exchange, nil)
}

// omit yields why an entry is not checked.
func (h *harReader) omit(number int, omitted *OmittedError) bool {
	omitted.Source = h.name(number)
	return h.yield(traffic.Exchange{}, omitted)
}

// name returns the name of an entry.
func (h *harReader) name(number int) string { return fmt.Sprintf("%s#%d", h.in.name, number) }
