package check

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

// singleHeaders are the headers of HTTP of which two values make two clients read two bodies.
var singleHeaders = map[string]bool{
	"Content-Length": true,
	"Content-Type":   true,
}

// checkHeaders judges the headers of a response by what the contract says of it; documented is nil
// where the contract does not have the response.
func (c *checker) checkHeaders(documented *openapi3.ResponseRef) {
	own := openapi3.Headers{}
	if documented != nil {
		for name, header := range documented.Value.Headers {
			own[http.CanonicalHeaderKey(name)] = header
		}
	}
	c.checkRequiredHeaders(own)
	for _, name := range slices.Sorted(maps.Keys(c.exchange.Header)) {
		header, isUndocumented := own[name], false
		if header == nil {
			header, isUndocumented = c.headerElsewhere(name, documented != nil)
		}
		if isUndocumented {
			c.add("undocumented-header", headerPart(name), nil, "the contract does not have it for this response")
		}
		if header != nil || singleHeaders[name] {
			c.checkRepeated(name)
		}
		if header != nil {
			c.checkHeader(name, header.Value.Schema.Value)
		}
	}
}

// checkRequiredHeaders files the required headers that a response does not have.
func (c *checker) checkRequiredHeaders(own openapi3.Headers) {
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if own[name].Value.Required && c.exchange.Header.Get(name) == "" {
			c.add("missing-header", headerPart(name), nil, "missing")
		}
	}
}

// headerElsewhere returns what another response of the operation has for a header that this response does not have in
// the contract; nil if there is nothing to judge it by. It reports whether the header is to be filed as undocumented.
// hasResponse says whether the contract has the response at all.
func (c *checker) headerElsewhere(name string, hasResponse bool) (header *openapi3.HeaderRef, isUndocumented bool) {
	elsewhere := c.operation.headers[name]
	switch {
	case elsewhere == nil:
		return nil, c.resemblesDocumented(name)
	case !hasResponse: // rate-limit headers are on every response, whatever its status
		return elsewhere, false
	case name == "Retry-After": // HTTP gives it other forms, and any server may send it
		return nil, true
	}
	return elsewhere, true
}

// resemblesDocumented reports whether a header looks like one of the contract: one about the rate
// limit, or one whose name differs by a letter. No other is judged. Servers, gateways, caches and
// tracing add headers that promise nothing of the API: X-Request-Id is on every response that others
// published with its headers, X-Gateway, X-Response-From, X-Runtime and Traceparent are on many
// (dchonch/digitalocean-postman, 2018; Gamocosm/Gamocosm#96, 2019; JupiterOne/graph-digitalocean,
// 2022), and what the next gateway adds is not in any list.
func (c *checker) resemblesDocumented(name string) bool {
	if strings.HasPrefix(name, "Ratelimit-") {
		return true
	}
	for documented := range c.operation.headers {
		if differByALetter(name, documented) {
			return true
		}
	}
	return false
}

// differByALetter reports whether one name becomes the other when a letter is added, taken out or
// replaced, whatever the case.
func differByALetter(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	same := 0
	for same < len(a) && strings.EqualFold(a[same:same+1], b[same:same+1]) {
		same++
	}
	if same < len(a) && len(a) == len(b) {
		a = a[1:]
	}
	return same < len(b) && strings.EqualFold(a[same:], b[same+1:])
}

// headerPart names a header as a part of an exchange.
func headerPart(name string) string { return "header " + strings.ToLower(redact.Shorten(name)) }

// checkRepeated files a header with more than one value: clients disagree on which one counts.
func (c *checker) checkRepeated(name string) {
	if n := len(c.exchange.Header[name]); n > 1 {
		c.add("repeated-header", headerPart(name), nil, fmt.Sprintf("given %d times", n))
	}
}

// checkHeader judges each value of a header.
func (c *checker) checkHeader(name string, schema *openapi3.Schema) {
	for _, text := range c.exchange.Header[name] {
		for _, p := range headerProblems(text, schema) {
			p.check = "header" // whatever the check is called in a body
			c.addProblem(headerPart(name), p)
		}
	}
}

// headerProblems returns what is wrong with one value of a header. kin-openapi wants the value of
// an integer as a number. strconv takes a plus sign, which HTTP does not have in front of numbers, and
// at which other parsers fail.
func headerProblems(text string, schema *openapi3.Schema) []problem {
	if !schema.Type.Is("integer") {
		return schemaProblems(nil, schema.VisitJSON(text, openapi3.MultiErrors()))
	}
	number, err := strconv.ParseInt(text, 10, bitsOf(schema))
	if err != nil {
		return []problem{{message: "value must be an integer", expected: expected(schema)}}
	}
	if strings.HasPrefix(text, "+") {
		return []problem{{message: "has a plus sign, at which parsers fail", expected: expected(schema)}}
	}
	return schemaProblems(nil, schema.VisitJSON(float64(number), openapi3.MultiErrors()))
}
