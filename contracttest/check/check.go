package check

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// Check returns how an exchange breaks the contract, in its request and in its response. It applies no baseline and looks
// at no other exchange, as a Report does.
func (c *Contract) Check(exchange traffic.Exchange) []Finding { return c.Examine(exchange).Findings }

// Examined is what examining one exchange found and decoded. A [Session] and a [Coverage] take it in.
type Result struct {
	Exchange  traffic.Exchange // in its normalized form
	Findings  []Finding
	Operation string // the operation id; empty where the contract has none for the request

	operation *openapi3.Operation // nil where Operation is empty
	request   any                 // the bodies, each decoded once for every check
	body      any
}

// Examine checks an exchange as [Contract.Check] does, and returns also what it decoded, so that the exchange can be
// held against others without a second look at its bodies.
func (c *Contract) Examine(exchange traffic.Exchange) Result {
	exchange = exchange.Normalized()
	found := newFindings(exchange)
	found.plain = c.plain
	request, err := http.NewRequest(exchange.Method, exchange.URL.String(), bytes.NewReader(exchange.RequestBody))
	if err != nil || exchange.Method == "" || exchange.URL.Path == "" {
		found.add("request", "request", nil, "it is no HTTP request")
		return Result{Exchange: exchange, Findings: found.scrubbed()}
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
		finding := found.add("undocumented-operation", "request", nil, fmt.Sprintf("the contract has no operation for %s %s", exchange.Method, redact.Shorten(exchange.URL.EscapedPath())))
		if exchange.Status/100 == 4 {
			finding.Severity = Note // and the API has none either
		}
		return Result{Exchange: exchange, Findings: found.scrubbed()}
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
	return Result{
		Exchange:  exchange,
		Findings:  found.scrubbed(),
		Operation: found.operation,
		operation: route.Operation,
		request:   sent,
		body:      body,
	}
}

// newFindings returns a collection of nothing, which knows the secrets of the exchange.
func newFindings(exchange traffic.Exchange) *findings {
	f := &findings{exchange: exchange}
	f.secrets.Request(exchange.RequestHeader)
	return f
}

// scrubbed returns what was found, without secrets: a server may repeat the token of the request anywhere, in the name
// of a header too.
func (f *findings) scrubbed() []Finding {
	for i := range f.list {
		finding := &f.list[i]
		if strings.HasPrefix(finding.In, "request header") {
			finding.Got = "" // may be what authenticates
		}
		for _, text := range []*string{&finding.In, &finding.Pointer, &finding.Message, &finding.Got} {
			*text = f.secrets.Text(*text)
		}
	}
	return f.list
}
