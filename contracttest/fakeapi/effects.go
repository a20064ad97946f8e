package fakeapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
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

// Status responds with an error of this status. The request is not carried out.
func Status(status int) Effect {
	return Effect{
		name: "status",
		replace: func(b *buffer) {
			writeError(b, &refusal{
				status:  status,
				id:      strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_"),
				message: "an injected fault",
			})
		},
	}
}

// BurstLimit responds with the 429 of the limit per minute. Its retry-after is in whole seconds and rounded up. The
// request is not carried out.
//
// https://docs.digitalocean.com/reference/api/#rate-limit
func BurstLimit(retryAfter time.Duration) Effect {
	return Effect{
		name:    "burst",
		replace: respondTooMany,
		headers: func(h http.Header) {
			setUsedUp(h, 0)
			h.Set("retry-after", wholeSeconds(retryAfter))
		},
	}
}

// HourlyLimit responds with the 429 of the limit per hour, which has no retry-after. Its ratelimit-reset is this far
// from now, in the past if negative. The request is not carried out.
//
// https://docs.digitalocean.com/reference/api/#rate-limit
func HourlyLimit(reset time.Duration) Effect {
	return Effect{
		name:    "hourly",
		replace: respondTooMany,
		headers: func(h http.Header) { setUsedUp(h, reset) },
	}
}

func respondTooMany(b *buffer) { writeError(b, errTooMany) }

// setUsedUp says that no request is left until reset has passed.
func setUsedUp(h http.Header, reset time.Duration) {
	h.Set("ratelimit-remaining", "0")
	h.Set("ratelimit-reset", strconv.FormatInt(time.Now().Add(reset).Unix(), 10))
}

// Redirect responds with 307 and this location. The request is not carried out. The API has no redirects: a client that
// holds a token should not follow one.
func Redirect(location string) Effect {
	return Effect{
		name: "redirect",
		replace: func(b *buffer) {
			b.header.Set("Location", location)
			b.WriteHeader(http.StatusTemporaryRedirect)
		},
	}
}

// GatewayPage responds with 502 and a gateway's HTML page instead of an error of the API. The request is not carried
// out.
func GatewayPage() Effect {
	return Effect{
		name: "html",
		replace: func(b *buffer) {
			b.header.Set("Content-Type", "text/html")
			b.WriteHeader(http.StatusBadGateway)
			_, _ = b.Write([]byte("<html><body><h1>502 Bad Gateway</h1></body></html>\n"))
		},
	}
}

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

// Slow sends the body of the response in eight parts, with a pause before each.
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

// AddImages creates n private images, at the end of the list, before the request is handled.
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

// RemoveImages removes n images, from the beginning of the list, before the request is handled.
func RemoveImages(n int) Effect {
	return Effect{
		name: "remove",
		prepare: func(s *store) {
			for range min(n, len(s.order)) {
				s.remove(s.order[0], everybody) // no account deleted it
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
