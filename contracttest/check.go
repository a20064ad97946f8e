package contracttest

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Check returns how an exchange breaks the contract, in its request and in its response.
func (c *Contract) Check(exchange Exchange) []Finding { return c.check(exchange).findings }

// checked is what came of one exchange.
type checked struct {
	findings  []Finding
	operation *openapi3.Operation // nil where the contract has none for the request
	request   any                 // the bodies, each decoded once for every check
	body      any
}

func (c *Contract) check(exchange Exchange) (result checked) {
	defer func() { scrub(result.findings, exchange) }()
	found := &findings{exchange: exchange, plain: c.plain}
	request, err := http.NewRequest(exchange.Method, exchange.URL.String(), bytes.NewReader(exchange.RequestBody))
	if err != nil {
		found.add("request", "request", nil, "it is no HTTP request")
		return checked{findings: found.list}
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
		return checked{findings: found.list}
	}
	found.operation = route.Operation.OperationID
	sent := found.checkRequest(request, route, pathParams)
	if exchange.Status/100 == 4 {
		for i := range found.list {
			found.list[i].Severity = Note // the API refused it, as it should
		}
	}
	body := found.checkResponse(route.Operation)
	return checked{found.list, route.Operation, sent, body}
}

// scrub takes the token of the request, and what looks like one, out of what is said of the exchange: a server can
// repeat it anywhere, in the name of a header too.
func scrub(findings []Finding, exchange Exchange) {
	_, token, _ := strings.Cut(exchange.RequestHeader.Get("Authorization"), " ")
	for i := range findings {
		for _, text := range []*string{&findings[i].In, &findings[i].Pointer, &findings[i].Message, &findings[i].Got} {
			*text = secret.ReplaceAllString(*text, "[redacted]")
			if len(token) >= 6 { // or it is part of any text
				*text = redact(*text, token)
			}
		}
	}
}

// redact takes a token out of a text, in either case: the names of headers change theirs.
func redact(text, token string) string {
	if token == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(token)) {
		return text
	}
	return regexp.MustCompile("(?i)"+regexp.QuoteMeta(token)).ReplaceAllString(text, "[redacted]")
}
