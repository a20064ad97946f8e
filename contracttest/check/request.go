package check

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"example.com/doimages/contracttest/traffic"
)

// requestOf returns the request of an exchange for kin-openapi, and false where the exchange holds
// none.
func requestOf(exchange traffic.Exchange) (*http.Request, bool) {
	if exchange.Method == "" || exchange.URL.Path == "" {
		return nil, false
	}
	method := exchange.Method
	if method == http.MethodHead {
		method = http.MethodGet // a HEAD is the GET without its body, and the contract has the GET
	}
	request, err := http.NewRequest(method, exchange.URL.String(), bytes.NewReader(exchange.RequestBody))
	if err != nil {
		return nil, false
	}
	if exchange.RequestHeader != nil {
		request.Header = exchange.RequestHeader.Clone() // kin-openapi may change it
	}
	return request, true
}

// checkRequest judges the request, and returns its decoded body where it has one that can be
// decoded.
func (c *checker) checkRequest(request *http.Request, pathParams map[string]string) (body any) {
	c.addRequestError(openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: pathParams,
		Route:      c.operation.route,
		Options: &openapi3filter.Options{
			MultiError:         true,
			ExcludeRequestBody: true, // judged below, with what kin-openapi leaves out
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	}))
	c.checkQuery()
	body = c.checkRequestBody()
	c.checkCredentials()
	return body
}

// checkQuery looks for what kin-openapi passes over: parameters that the contract does not have,
// repeated ones, values that only some parsers read, and what net/url leaves out.
func (c *checker) checkQuery() {
	query, err := url.ParseQuery(c.exchange.URL.RawQuery)
	if err != nil {
		c.checkPairs()
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		in := parameterPart("query", name)
		parameter := c.operation.Parameters.GetByInAndName("query", name)
		switch {
		case parameter == nil:
			c.add("undocumented-parameter", in, nil, "the contract does not know the parameter")
		case len(query[name]) > 1 && !parameter.Schema.Value.Type.Is("array"):
			c.add("request-parameter", in, nil, "given more than once")
		default:
			c.checkForm(in, query[name][0], parameter.Schema.Value)
		}
	}
}

// checkRequestBody judges the body of the request by the schema for its media type.
func (c *checker) checkRequestBody() (body any) {
	const in = requestBody
	text, documented := c.exchange.RequestBody, c.operation.RequestBody
	switch {
	case documented == nil && len(text) > 0: // which the API ignored, or refused
		c.addAs("request", Note, in, nil, "unexpected body: the contract documents none")
	case documented != nil && documented.Value.Required && len(text) == 0:
		c.add("request", in, nil, "missing")
	}
	if documented == nil || len(text) == 0 {
		return nil
	}
	kind := c.exchange.RequestHeader.Get("Content-Type")
	media := c.demandMediaType("request header content-type", kind, documented.Value.Content)
	if media == nil {
		return nil
	}
	if !isJSON(kind) {
		c.addNotJSON(in, kind)
		return nil
	}
	body, trailing, ok := c.decodeBody(in, text)
	c.addTrailing(in, text, trailing)
	if !ok {
		return nil
	}
	c.judge(in, body, media.Schema.Value, openapi3.VisitAsRequest())
	return body
}

// checkCredentials notes a request without a token, which the API would have refused: either it was
// taken out by a tool that does not say so, or the recording is not one of the API.
func (c *checker) checkCredentials() {
	needed := c.operation.Security != nil && len(*c.operation.Security) > 0
	sent := c.exchange.RequestHeader.Get("Authorization") != ""
	refused := c.exchange.Status == http.StatusUnauthorized
	if needed && !sent && !refused && !c.exchange.Redacted {
		c.add("credentials", "request header authorization", nil, "missing, and nothing says that it was redacted")
	}
}

// addRequestError files what kin-openapi says of the parameters of a request.
func (c *checker) addRequestError(err error) {
	// A type switch, because errors.As finds only the first error in a MultiError.
	switch err := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range err {
			c.addRequestError(err)
		}
	case *openapi3filter.RequestError:
		in := "request"
		if err.Parameter != nil {
			in = parameterPart(err.Parameter.In, err.Parameter.Name)
		}
		for _, p := range parameterProblems(err) {
			p.check = "request-parameter" // whatever the check is called in a body
			if isIgnorable(err) {
				p.severity = Drift
			}
			c.addProblem(in, p)
		}
	default:
		c.add("request", "request", nil, err.Error())
	}
}

// isIgnorable reports whether a parameter that is wrong may have been ignored: one of a query that has
// a value. The API was seen to ignore an unknown type and per_page=0
// (dchonch/digitalocean-postman, 2018; emancipat3r/vps3, 2025).
func isIgnorable(err *openapi3filter.RequestError) bool {
	if err.Parameter == nil || err.Parameter.In != "query" {
		return false
	}
	return err.Err != nil && !errors.Is(err.Err, openapi3filter.ErrInvalidRequired)
}

// parameterProblems returns what is wrong with a parameter.
func parameterProblems(err *openapi3filter.RequestError) []problem {
	switch cause := err.Err.(type) {
	case nil:
		return []problem{{message: err.Reason}}
	case *openapi3filter.ParseError:
		return []problem{{message: "cannot be read: " + cause.Reason}}
	}
	return schemaProblems(nil, err.Err)
}
