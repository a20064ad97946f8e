package fakeapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// Effect is what a [Fault] does. The functions of this package that return an Effect make all there are; [ParseFault]
// and [Effects] know them by name.
//
// Some effects replace the request: it is not carried out, though it counts in [API.Requests]. All others carry it
// out and change the response, so that it counts in [API.Done] as well, if it succeeded.
type Effect struct {
	name    string
	prepare func(*store)             // what to do before the request is handled
	replace func(*buffer)            // what to respond instead of carrying it out
	headers func(http.Header)        // what to do to the headers of the response
	alter   func(map[string]any)     // what to do to its JSON
	bytes   func(body []byte) []byte // what to do to its body
	deliver delivery

	only     string  // the one operation that it can concern, or "" for all
	failWith *string // why the work that the request starts will fail; nil if it need not
}

// delivery is how a response is sent.
type delivery struct {
	delay  time.Duration // before the headers
	breaks breakPoint
	pause  time.Duration // between one part of the body and the next
}

// forever is a delay that only the end of the request's context ends.
const forever = time.Duration(math.MaxInt64)

// breakPoint is where the connection breaks.
type breakPoint int

const (
	nowhere breakPoint = iota
	beforeHeaders
	afterHeaders
	midBody
)

// Delay carries the request out at once and responds this much later.
func Delay(d time.Duration) Effect {
	return Effect{name: "delay", deliver: delivery{delay: d}}
}

// Stall carries the request out and never responds: only the end of the request's context ends it.
func Stall() Effect {
	return Effect{name: "stall", deliver: delivery{delay: forever}}
}

// Reset breaks the connection before anything is done. A client cannot tell it from [LoseAnswer].
func Reset() Effect {
	return Effect{
		name:    "reset",
		replace: func(*buffer) {},
		deliver: delivery{breaks: beforeHeaders},
	}
}

// LoseAnswer carries the request out and breaks the connection instead of responding.
func LoseAnswer() Effect {
	return Effect{name: "lose-answer", deliver: delivery{breaks: beforeHeaders}}
}

// ResetAfterHeaders carries the request out and breaks the connection after the headers of the response.
func ResetAfterHeaders() Effect {
	return Effect{name: "reset-after-headers", deliver: delivery{breaks: afterHeaders}}
}

// Truncate carries the request out and breaks the connection in the middle of the response's body.
func Truncate() Effect {
	return Effect{name: "truncate", deliver: delivery{breaks: midBody}}
}

// Slow sends the body of the response, if it has one, in eight parts, with a pause before each.
func Slow(pause time.Duration) Effect {
	return Effect{name: "slow", deliver: delivery{pause: pause}}
}

// ContentType declares another media type for the response than its body has.
func ContentType(kind string) Effect {
	return Effect{
		name:    "content-type",
		headers: func(h http.Header) { h.Set("Content-Type", kind) },
	}
}

// Malformed sends the first half of the JSON in a response that is otherwise complete: its Content-Length is that of
// the half.
func Malformed() Effect {
	return Effect{
		name:  "malformed",
		bytes: func(body []byte) []byte { return body[:len(body)/2] },
	}
}

// Oversize adds this many bytes of white space to the body.
func Oversize(bytes int) Effect {
	return Effect{
		name:  "oversize",
		bytes: func(body []byte) []byte { return append(body, strings.Repeat(" ", bytes)...) },
	}
}

// Gzip compresses the body, if there is one, whether or not the request accepts that.
func Gzip() Effect {
	return Effect{
		name:    "gzip",
		headers: func(h http.Header) { h.Set("Content-Encoding", "gzip") },
		bytes:   compress,
	}
}

func compress(body []byte) []byte {
	if len(body) == 0 {
		return body
	}
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, _ = w.Write(body)
	_ = w.Close()
	return compressed.Bytes()
}

// NextLink replaces the links of every page of a list by this link to the next page.
func NextLink(link string) Effect {
	return Effect{
		name: "next",
		alter: func(body map[string]any) {
			if links, ok := body["links"].(map[string]any); ok {
				links["pages"] = map[string]any{"next": link}
			}
		},
	}
}

// Total makes the total of a list wrong by this much.
func Total(by int) Effect {
	return Effect{
		name: "total",
		alter: func(body map[string]any) {
			meta, _ := body["meta"].(map[string]any)
			number, _ := meta["total"].(json.Number)
			if total, err := number.Int64(); err == nil {
				meta["total"] = total + int64(by)
			}
		},
	}
}

// AddImages creates n private images of the first account, at the beginning of the list, before the request is handled.
// A client that reads a list page by page then finds on the next page the last n images of the one before.
func AddImages(n int) Effect {
	return Effect{
		name: "add",
		prepare: func(s *store) {
			for range n {
				added := s.addImage(gen.Image{
					Name:         "added meanwhile",
					Distribution: gen.DistributionUbuntu,
					Type:         gen.ImageTypeSnapshot,
					Tags:         []string{},
				}, time.Now())
				added.Regions = append(added.Regions, gen.RegionSlugNyc3)
			}
		},
	}
}

// RemoveImages removes n images, from the beginning of the list, before the request is handled. A client that reads a
// list page by page then misses as many images, which moved to a page that it has read.
func RemoveImages(n int) Effect {
	return Effect{
		name: "remove",
		prepare: func(s *store) {
			for range min(n, len(s.order)) {
				s.remove(s.order[len(s.order)-1], everybody) // no account deleted it
			}
		},
	}
}

// UnknownEnum gives images and actions a status that the document does not have.
func UnknownEnum() Effect {
	return Effect{
		name:  "unknown-enum",
		alter: func(body map[string]any) { setInEach(body, "status", "thawing") },
	}
}

// ExtraField adds a field that the document does not have to images and actions.
func ExtraField() Effect {
	return Effect{
		name:  "extra-field",
		alter: func(body map[string]any) { setInEach(body, "undocumented", true) },
	}
}

// setInEach sets a field in every image and action of a response.
func setInEach(body map[string]any, field string, value any) {
	for _, key := range []string{"image", "action"} {
		if object, ok := body[key].(map[string]any); ok {
			object[field] = value
		}
		list, _ := body[key+"s"].([]any)
		for _, item := range list {
			item.(map[string]any)[field] = value
		}
	}
}

// finish changes a response as the effect does: first its headers, then its JSON, then its bytes.
func (e Effect) finish(b *buffer) {
	if e.headers != nil {
		e.headers(b.header)
	}
	if e.alter != nil {
		alterJSON(b, e.alter)
	}
	if e.bytes != nil {
		b.replaceBody(e.bytes(b.body.Bytes()))
	}
}

// alterJSON changes the body of a response that is a JSON object; one without such a body stays as it is.
func alterJSON(b *buffer, alter func(map[string]any)) {
	decoder := json.NewDecoder(bytes.NewReader(b.body.Bytes()))
	decoder.UseNumber() // ids must not become floating-point numbers
	var body map[string]any
	if decoder.Decode(&body) != nil {
		return
	}
	alter(body)
	b.body.Reset()
	_ = json.NewEncoder(&b.body).Encode(body)
}
