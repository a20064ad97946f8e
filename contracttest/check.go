package contracttest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Check returns how an exchange breaks the contract, in its request and in its response.
func (c *Contract) Check(exchange Exchange) []Finding {
	findings, _ := c.check(exchange)
	return findings
}

// check also returns the operation id, or "" where the exchange matches none.
func (c *Contract) check(exchange Exchange) ([]Finding, string) {
	found := &findings{exchange: exchange}
	request, err := http.NewRequest(exchange.Method, exchange.URL.String(), bytes.NewReader(exchange.RequestBody))
	if err != nil {
		found.add("request", nil, "it is no HTTP request")
		return found.list, ""
	}
	request.Header = exchange.RequestHeader.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	route, pathParams, err := c.router.FindRoute(request)
	if err != nil {
		found.add("request", nil, fmt.Sprintf("the contract has no operation for %s %s", exchange.Method, shorten(exchange.URL.EscapedPath())))
		return found.list, ""
	}
	found.operation = route.Operation.OperationID
	found.checkRequest(request, route, pathParams)
	found.checkResponse(route.Operation)
	return found.list, found.operation
}

func (f *findings) checkRequest(request *http.Request, route *routers.Route, pathParams map[string]string) {
	err := openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: pathParams,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError:         true,
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // recordings do not hold credentials
		},
	})
	f.addRequest(err)
}

func (f *findings) addRequest(err error) {
	switch err := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range err {
			f.addRequest(err)
		}
	case *openapi3filter.RequestError:
		in := "request"
		if err.Parameter != nil {
			in = fmt.Sprintf("request %s %s", err.Parameter.In, err.Parameter.Name)
		} else if err.RequestBody != nil {
			in = "request body"
		}
		parse, cannotRead := err.Err.(*openapi3filter.ParseError)
		switch {
		case cannotRead:
			f.add(in, nil, "it cannot be read: "+parse.Reason)
		case err.Err != nil:
			f.addSchema(in, err.Err)
		default:
			f.add(in, nil, err.Reason)
		}
	default:
		f.add("request", nil, err.Error())
	}
}

func (f *findings) checkResponse(operation *openapi3.Operation) {
	documented := operation.Responses.Status(f.exchange.Status)
	if documented == nil && f.exchange.Status/100 == 2 {
		f.add("status", nil, "the contract has no such success") // default speaks of failures
		return
	}
	if documented == nil {
		documented = operation.Responses.Default()
	}
	if documented == nil {
		f.add("status", nil, "the contract does not know it")
		return
	}
	response := documented.Value
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		f.checkHeader(name, response.Headers[name].Value)
	}

	if len(response.Content) == 0 {
		if len(f.exchange.Body) > 0 {
			f.add("body", nil, "there is one, and the contract has none")
		}
		return
	}
	kind := f.exchange.Header.Get("Content-Type")
	media := response.Content.Get(kind)
	if kind == "" || media == nil {
		f.add("header content-type", nil, fmt.Sprintf("%q is not what the contract has", shorten(kind)))
		return
	}
	value, problem := decodeJSON(f.exchange.Body)
	if problem != "" {
		f.add("body", nil, problem)
		return
	}
	f.addSchema("body", media.Schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsResponse()))
}

func (f *findings) checkHeader(name string, header *openapi3.Header) {
	in := "header " + name
	text := f.exchange.Header.Get(name)
	if text == "" {
		if header.Required {
			f.add(in, nil, "it is missing")
		}
		return
	}
	var value any = text
	if header.Schema.Value.Type.Is("integer") {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			f.add(in, nil, "value must be an integer")
			return
		}
		value = float64(number)
	}
	f.addSchema(in, header.Schema.Value.VisitJSON(value, openapi3.MultiErrors()))
}

// decodeJSON decodes the one JSON document that a body holds, or says why it holds none.
func decodeJSON(body []byte) (value any, problem string) {
	if len(body) == 0 {
		return nil, "it is empty"
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // an id beyond 2^53 must not be rounded before it is judged
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Sprintf("it is no JSON: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Sprintf("something follows the JSON at byte %d", decoder.InputOffset())
	}
	return value, ""
}
