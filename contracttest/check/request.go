package check

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"example.com/doimages/contracttest/internal/redact"
)

// checkRequest returns the decoded body, where there is one that could be decoded.
func (f *findings) checkRequest(request *http.Request, route *routers.Route, pathParams map[string]string) any {
	err := openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: pathParams,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError:         true,
			ExcludeRequestBody: true, // judged below, with what kin-openapi leaves out
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	})
	f.addRequest(err)

	query := f.exchange.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		parameter := route.Operation.Parameters.GetByInAndName("query", name)
		in := "request query " + redact.Shorten(name)
		switch {
		case parameter == nil:
			f.add("undocumented-parameter", in, nil, "the contract does not know the parameter")
		case len(query[name]) > 1 && !parameter.Schema.Value.Type.Is("array"):
			f.add("request-parameter", in, nil, "it comes more than once")
		}
	}
	body := f.checkRequestBody(route.Operation)

	authorization := f.exchange.RequestHeader.Get("Authorization")
	needed := route.Operation.Security != nil && len(*route.Operation.Security) > 0
	if needed && authorization == "" && !f.exchange.Redacted && f.exchange.Status != http.StatusUnauthorized {
		f.add("credentials", "request header authorization", nil, "it is missing, and nothing says that it was redacted")
	}
	return body
}

func (f *findings) checkRequestBody(operation *openapi3.Operation) any {
	const in = "request body"
	body := f.exchange.RequestBody
	if operation.RequestBody == nil {
		if len(body) > 0 {
			f.add("request", in, nil, "there is one, and the contract has none")
		}
		return nil
	}
	if len(body) == 0 {
		if operation.RequestBody.Value.Required {
			f.add("request", in, nil, "it is missing")
		}
		return nil
	}
	kind := f.exchange.RequestHeader.Get("Content-Type")
	media := operation.RequestBody.Value.Content.Get(kind)
	if kind == "" || media == nil {
		f.add("content-type", "request header content-type", nil, fmt.Sprintf("%q is not what the contract has", redact.Shorten(kind)))
		return nil
	}
	value, ok := f.decodeBody(in, body)
	if !ok {
		return nil
	}
	f.addSchema(in, nil, media.Schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsRequest()))
	f.walk(in, nil, value, []*openapi3.Schema{media.Schema.Value})
	return value
}

func (f *findings) addParameter(in string, err *openapi3filter.RequestError) {
	parse, cannotRead := err.Err.(*openapi3filter.ParseError)
	switch {
	case cannotRead:
		f.add("request-parameter", in, nil, "it cannot be read: "+parse.Reason)
	case err.Err != nil:
		f.addSchema(in, nil, err.Err)
	default:
		f.add("request-parameter", in, nil, err.Reason)
	}
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
		}
		f.as("request-parameter", func() { f.addParameter(in, err) })
	default:
		f.add("request", "request", nil, err.Error())
	}
}
