package contracttest

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Check returns how an exchange breaks the contract, in its request and in its response. It applies no baseline and looks
// at no other exchange, as a Report does.
func (c *Contract) Check(exchange Exchange) []Finding { return c.Examine(exchange).Findings }

// Examined is what examining one exchange found and decoded. A [Session] and a [Coverage] take it in.
type Examined struct {
	Exchange  Exchange // in its normalized form
	Findings  []Finding
	Operation string // the operation id; empty where the contract has none for the request

	operation *openapi3.Operation // nil where Operation is empty
	request   any                 // the bodies, each decoded once for every check
	body      any
}

// Examine checks an exchange as [Contract.Check] does, and returns also what it decoded, so that the exchange can be
// held against others without a second look at its bodies.
func (c *Contract) Examine(exchange Exchange) (result Examined) {
	exchange = exchange.Normalized()
	defer func() {
		result.Exchange = exchange
		scrub(result.Findings, exchange)
	}()
	found := &findings{exchange: exchange, plain: c.plain}
	request, err := http.NewRequest(exchange.Method, exchange.URL.String(), bytes.NewReader(exchange.RequestBody))
	if err != nil || exchange.Method == "" || exchange.URL.Path == "" {
		found.add("request", "request", nil, "it is no HTTP request")
		return Examined{Findings: found.list}
	}
	request.Header = exchange.RequestHeader.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if exchange.Method == http.MethodHead {
		request.Method = http.MethodGet // a HEAD is the GET without its body
	}
	route, pathParams, err := c.router.FindRoute(request)
	if err != nil {
		finding := found.add("undocumented-operation", "request", nil, fmt.Sprintf("the contract has no operation for %s %s", exchange.Method, shorten(exchange.URL.EscapedPath())))
		if exchange.Status/100 == 4 {
			finding.Severity = Note // and the API has none either
		}
		return Examined{Findings: found.list}
	}
	found.operation = route.Operation.OperationID
	found.headers = c.headers[found.operation]
	sent := found.checkRequest(request, route, pathParams)
	if exchange.Status/100 == 4 {
		for i := range found.list {
			found.list[i].Severity = Note // the API refused it, as it should
		}
	}
	body := found.checkResponse(route.Operation)
	found.checkMeaning(body)
	return Examined{
		Findings:  found.list,
		Operation: found.operation,
		operation: route.Operation,
		request:   sent,
		body:      body,
	}
}

// scrub takes the token of the request, and what looks like one, out of what is said of the exchange: a server can
// repeat it anywhere, in the name of a header too.
func scrub(findings []Finding, exchange Exchange) {
	for i := range findings {
		if strings.HasPrefix(findings[i].In, "request header") {
			findings[i].Got = "" // may be what authenticates
		}
		for _, text := range []*string{&findings[i].In, &findings[i].Pointer, &findings[i].Message, &findings[i].Got} {
			*text = withoutSecrets(*text, exchange.RequestHeader)
		}
	}
}

func withoutSecrets(text string, request http.Header) string {
	text = secret.ReplaceAllString(text, "[redacted]")
	for _, token := range tokensOf(request) {
		text = redact(text, token, "[redacted]")
	}
	return text
}

// tokensOf returns what a request authenticates with, whatever the scheme.
func tokensOf(header http.Header) (tokens []string) {
	for _, value := range header.Values("Authorization") {
		if words := strings.Fields(value); len(words) > 0 && words[len(words)-1] != redacted {
			tokens = append(tokens, words[len(words)-1])
		}
	}
	return tokens
}

// minToken is the length from which on a token is looked for. A shorter one is part of any text.
const minToken = 6

// redact puts something else in the place of a token, in either case, since the names of headers change theirs, and of
// the beginning of one that was cut off.
func redact(text, token, with string) string {
	if len(token) < minToken {
		return text
	}
	if strings.Contains(strings.ToLower(text), strings.ToLower(token)) {
		text = regexp.MustCompile("(?i)"+regexp.QuoteMeta(token)).ReplaceAllLiteralString(text, with)
	}
	parts := strings.Split(text, "…")
	for i, part := range parts[:len(parts)-1] {
		for n := min(len(token)-1, len(part)); n >= minToken; n-- {
			if rest := len(part) - n; strings.EqualFold(part[rest:], token[:n]) {
				parts[i] = part[:rest] + with
				break
			}
		}
	}
	return strings.Join(parts, "…")
}
