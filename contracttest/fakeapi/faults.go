package fakeapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// Fault lets something go wrong. The zero value of the fields that choose requests chooses every request.
type Fault struct {
	Operation   string  // the operation id, such as images_list; there must be such a one
	Page        int     // only this page of a list, and no operation but those that list
	After       int     // requests that match and are let off first
	Count       int     // requests that are struck; 0 is no bound
	Probability float64 // how likely each is struck; 0 is always
	Seed        uint64  // of Probability: the same seed strikes the same requests

	Do Effect // what happens to them
}

// Effect is what a fault does. The functions of this package that return one are all there are.
type Effect struct {
	name    string
	replace func(*buffer)        // instead of carrying the request out
	prepare func(*API)           // before it is carried out
	alter   func(map[string]any) // to the JSON of the response
	headers func(http.Header)    // to its headers
	bytes   func(body []byte) []byte
	deliver delivery
}

// delivery is how a response goes out.
type delivery struct {
	delay  time.Duration
	breaks int           // where the connection breaks
	pause  time.Duration // between one part of the body and the next
}

const forever = time.Duration(math.MaxInt64)

const (
	nowhere = iota
	beforeHeaders
	afterHeaders
	amidBody
)

// Status answers with an error of this status, and does nothing else.
func Status(status int) Effect {
	return Effect{name: "status", replace: func(b *buffer) {
		id := strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
		writeError(b, &refusal{status, id, "an injected fault"})
	}}
}

// BurstLimit answers with the 429 of the limit per minute, which says when to come back, in whole seconds and rounded up,
// and does nothing else.
func BurstLimit(retryAfter time.Duration) Effect {
	return limited("burst", 0, func(h http.Header) {
		h.Set("retry-after", wholeSeconds(retryAfter))
	})
}

// HourlyLimit answers with the 429 of the limit per hour, which says when the oldest request expires, in the past if
// reset is negative, and does nothing else.
func HourlyLimit(reset time.Duration) Effect {
	return limited("hourly", reset, func(http.Header) {})
}

func limited(name string, reset time.Duration, more func(http.Header)) Effect {
	return Effect{
		name:    name,
		replace: func(b *buffer) { writeError(b, errTooMany) },
		headers: func(h http.Header) {
			h.Set("ratelimit-remaining", "0")
			h.Set("ratelimit-reset", strconv.FormatInt(time.Now().Add(reset).Unix(), 10))
			more(h)
		},
	}
}

// Redirect answers with 307 and this location, and does nothing else. The API has no redirects.
func Redirect(location string) Effect {
	return Effect{name: "redirect", replace: func(b *buffer) {
		b.header.Set("Location", location)
		b.WriteHeader(http.StatusTemporaryRedirect)
	}}
}

// GatewayPage answers with 502 and a gateway's HTML page instead of an error of the API, and does nothing else.
func GatewayPage() Effect {
	return Effect{name: "html", replace: func(b *buffer) {
		b.header.Set("Content-Type", "text/html")
		b.WriteHeader(http.StatusBadGateway)
		_, _ = b.Write([]byte("<html><body><h1>502 Bad Gateway</h1></body></html>\n"))
	}}
}

// Delay answers late. The request is carried out at once.
func Delay(d time.Duration) Effect {
	return Effect{name: "delay", deliver: delivery{delay: d}}
}

// Stall carries the request out and never answers: only the end of the request's context ends it.
func Stall() Effect { return Effect{name: "stall", deliver: delivery{delay: forever}} }

// Reset breaks the connection before anything is done.
func Reset() Effect {
	return Effect{name: "reset", replace: func(*buffer) {}, deliver: delivery{breaks: beforeHeaders}}
}

// LoseAnswer carries the request out and breaks the connection instead of answering.
func LoseAnswer() Effect {
	return Effect{name: "lose-answer", deliver: delivery{breaks: beforeHeaders}}
}

// ResetAfterHeaders carries the request out and breaks the connection behind the headers.
func ResetAfterHeaders() Effect {
	return Effect{name: "reset-after-headers", deliver: delivery{breaks: afterHeaders}}
}

// Truncate carries the request out and breaks the connection in the middle of the body.
func Truncate() Effect { return Effect{name: "truncate", deliver: delivery{breaks: amidBody}} }

// Slow sends the body in eight parts with a pause before each.
func Slow(pause time.Duration) Effect { return Effect{name: "slow", deliver: delivery{pause: pause}} }

// ContentType says that the body is something that it is not.
func ContentType(kind string) Effect {
	return Effect{name: "content-type", headers: func(h http.Header) { h.Set("Content-Type", kind) }}
}

// Malformed sends JSON that ends too early, in a response that is complete.
func Malformed() Effect {
	return Effect{name: "malformed", bytes: func(body []byte) []byte { return body[:len(body)/2] }}
}

// Oversize adds this much white space to the body.
func Oversize(bytes int) Effect {
	return Effect{name: "oversize", bytes: func(body []byte) []byte {
		return append(body, strings.Repeat(" ", bytes)...)
	}}
}

// Gzip packs the body, where there is one, whether the request accepts that or not.
func Gzip() Effect {
	return Effect{
		name:    "gzip",
		headers: func(h http.Header) { h.Set("Content-Encoding", "gzip") },
		bytes: func(body []byte) []byte {
			if len(body) == 0 {
				return body
			}
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, _ = w.Write(body)
			_ = w.Close()
			return packed.Bytes()
		},
	}
}

// NextLink puts this link to the next page into every page of a list.
func NextLink(link string) Effect {
	return Effect{name: "next", alter: func(body map[string]any) {
		if links, ok := body["links"].(map[string]any); ok {
			links["pages"] = map[string]any{"next": link}
		}
	}}
}

// Total makes the total of a list lie by this much.
func Total(by int) Effect {
	return Effect{name: "total", alter: func(body map[string]any) {
		if meta, ok := body["meta"].(map[string]any); ok {
			if total, err := meta["total"].(json.Number).Int64(); err == nil {
				meta["total"] = total + int64(by)
			}
		}
	}}
}

// AddImages lets this many private images come into being before the request is carried out, at the end of the list.
func AddImages(n int) Effect {
	return Effect{name: "add", prepare: func(a *API) {
		for range n {
			image := a.store.addImage(gen.Image{Name: "added meanwhile", Distribution: gen.DistributionUbuntu, Type: gen.ImageTypeSnapshot, Tags: []string{}}, time.Now())
			image.Regions = append(image.Regions, gen.RegionSlugNyc3)
		}
	}}
}

// RemoveImages lets this many images vanish from the head of the list before the request is carried out.
func RemoveImages(n int) Effect {
	return Effect{name: "remove", prepare: func(a *API) {
		for range min(n, len(a.store.order)) {
			a.store.remove(a.store.order[0], everybody)
		}
	}}
}

// UnknownEnum gives images and actions a status that the contract does not know.
func UnknownEnum() Effect {
	return Effect{name: "unknown-enum", alter: eachObject(func(o map[string]any) { o["status"] = "thawing" })}
}

// ExtraField adds a field that the contract does not know to images and actions.
func ExtraField() Effect {
	return Effect{name: "extra-field", alter: eachObject(func(o map[string]any) { o["undocumented"] = true })}
}

// eachObject changes every image and action in a response.
func eachObject(change func(map[string]any)) func(map[string]any) {
	return func(body map[string]any) {
		for _, key := range []string{"image", "action"} {
			if object, ok := body[key].(map[string]any); ok {
				change(object)
			}
			list, _ := body[key+"s"].([]any)
			for _, item := range list {
				change(item.(map[string]any))
			}
		}
	}
}

// WithFaults lets these things go wrong. Of several that choose a request, the first strikes. It panics if one names an
// operation that does not exist, or a page of one that does not list.
func WithFaults(faults ...Fault) Option {
	for _, f := range faults {
		if f.Operation != "" {
			mustBeOperation(f.Operation)
		}
		if err := f.pageProblem(); err != nil {
			panic("fakeapi: " + err.Error())
		}
	}
	faults = slices.Clone(faults)
	return func(a *API) {
		for _, f := range faults {
			a.faults = append(a.faults, &fault{Fault: f, rng: rand.New(rand.NewPCG(f.Seed, 0))})
		}
	}
}

// Inject adds faults to a fake that is running, in front of those it has. It panics as WithFaults does.
func (a *API) Inject(faults ...Fault) {
	inject := WithFaults(faults...)
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.faults
	a.faults = nil
	inject(a)
	a.faults = append(a.faults, old...)
}

// pageProblem returns why a fault could never strike.
func (f Fault) pageProblem() error {
	if f.Page < 0 {
		return fmt.Errorf("page %d: pages count from 1", f.Page)
	}
	if f.Page != 0 && f.Operation != "" && !lists(f.Operation) {
		return fmt.Errorf("%s has no pages", f.Operation)
	}
	return nil
}

func lists(operation string) bool { return strings.HasSuffix(operation, "_list") }

type fault struct {
	Fault
	rng      *rand.Rand
	seen     int
	stricken int
}

func (f *fault) strikes(operation string, r *http.Request) bool {
	if f.Operation != "" && f.Operation != operation || f.Page != 0 && f.Page != pageOf(operation, r) {
		return false
	}
	f.seen++
	switch {
	case f.seen <= f.After,
		f.Count > 0 && f.stricken >= f.Count,
		f.Probability > 0 && f.rng.Float64() >= f.Probability:
		return false
	}
	f.stricken++
	return true
}

// pageOf returns which page of a list is asked for, or 0 if it is no list.
func pageOf(operation string, r *http.Request) int {
	if !lists(operation) {
		return 0
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return max(page, 1)
}

// effectOn returns what is to happen to a request.
func (a *API) effectOn(operation string, r *http.Request) Effect {
	for _, f := range a.faults {
		if f.strikes(operation, r) {
			return f.Do
		}
	}
	return Effect{}
}

// finish does to a response what the effect does.
func (e Effect) finish(b *buffer) {
	if e.headers != nil {
		e.headers(b.header)
	}
	if e.alter != nil {
		decoder := json.NewDecoder(bytes.NewReader(b.body.Bytes()))
		decoder.UseNumber()
		var body map[string]any
		if decoder.Decode(&body) == nil {
			e.alter(body)
			b.body.Reset()
			_ = json.NewEncoder(&b.body).Encode(body)
		}
	}
	if e.bytes != nil {
		body := bytes.Clone(e.bytes(b.body.Bytes()))
		b.body.Reset()
		b.body.Write(body)
	}
}
