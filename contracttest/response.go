package contracttest

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkResponse returns the decoded body, where there is one that could be decoded.
func (f *findings) checkResponse(operation *openapi3.Operation) any {
	status := f.exchange.Status
	documented := operation.Responses.Status(status)
	undocumented := documented == nil
	if undocumented && status/100 != 2 { // default speaks of failures
		documented = operation.Responses.Default()
	}
	f.checkHeaders(documented)
	f.checkLength()

	bodiless := f.exchange.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
	if (bodiless || documented != nil && len(documented.Value.Content) == 0) && len(f.exchange.Body) > 0 {
		f.add("unexpected-body", "body", nil, "there is one, and the contract has none")
	}
	switch {
	case undocumented && status/100 == 3:
		f.add("redirect", "status", nil, "the contract has no redirects, and clients that hold a token should follow none")
		return nil
	case undocumented && status/100 == 2:
		f.add("undocumented-status", "status", nil, "the contract has no such success")
		return nil
	case documented == nil:
		f.add("undocumented-status", "status", nil, "the contract does not know it")
		return nil
	}
	content := documented.Value.Content
	if bodiless || len(content) == 0 {
		return nil
	}
	before := len(f.list)
	value := f.checkBody(content)
	if undocumented {
		finding := f.add("undocumented-status", "status", nil, "only the default of the contract covers it")
		if len(f.list) == before+1 { // the body is the error that default promises
			finding.Severity = Drift
		}
	}
	return value
}

func (f *findings) checkBody(content openapi3.Content) any {
	kind := f.exchange.Header.Get("Content-Type")
	media := content.Get(kind)
	if kind == "" || media == nil {
		f.add("content-type", "header content-type", nil, fmt.Sprintf("%q is not what the contract has", shorten(kind)))
		return nil
	}
	if _, parameters, err := mime.ParseMediaType(kind); err != nil {
		f.add("content-type", "header content-type", nil, fmt.Sprintf("%q is no media type", shorten(kind)))
	} else if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		f.add("charset", "header content-type", nil, fmt.Sprintf("the charset is %q, and JSON is UTF-8", shorten(charset)))
	}
	value, ok := f.decodeBody("body", f.exchange.Body)
	if !ok {
		return nil
	}
	if plain := f.plain[media.Schema.Value]; plain != nil && plain.holds(value) {
		return value
	}
	f.addSchema("body", nil, media.Schema.Value.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsResponse()))
	f.walk("body", nil, value, []*openapi3.Schema{media.Schema.Value})
	return value
}

// checkLength compares what was promised with what came.
func (f *findings) checkLength() {
	if f.exchange.Truncated {
		f.add("truncated-body", "body", nil, fmt.Sprintf("it broke off after %d bytes", len(f.exchange.Body)))
		return
	}
	text := f.exchange.Header.Get("Content-Length")
	if text == "" || f.exchange.Method == http.MethodHead || f.exchange.Header.Get("Content-Encoding") != "" {
		return
	}
	length, err := strconv.ParseUint(text, 10, 63) // takes no sign, as HTTP does not
	if err != nil || length != uint64(len(f.exchange.Body)) {
		f.add("truncated-body", "body", nil, fmt.Sprintf("the header promises %q bytes, and there are %d", shorten(text), len(f.exchange.Body)))
	}
}

// transportHeaders come from servers, proxies and caches rather than from the API, and carry no promise of it.
var transportHeaders = map[string]bool{
	"Accept-Ranges": true, "Access-Control-Allow-Origin": true, "Access-Control-Expose-Headers": true, "Age": true, "Alt-Svc": true,
	"Cache-Control": true, "Cf-Cache-Status": true, "Cf-Ray": true, "Connection": true, "Content-Encoding": true, "Content-Length": true,
	"Content-Security-Policy": true, "Content-Type": true, "Date": true, "Etag": true, "Expect-Ct": true, "Expires": true,
	"Keep-Alive": true, "Last-Modified": true, "Nel": true, "Pragma": true, "Referrer-Policy": true, "Report-To": true, "Server": true,
	"Server-Timing": true, "Set-Cookie": true, "Status": true, "Strict-Transport-Security": true, "Trailer": true,
	"Transfer-Encoding": true, "Vary": true, "Via": true, "X-Content-Type-Options": true, "X-Frame-Options": true,
	"X-Xss-Protection": true, "Allow": true, "Location": true, "Www-Authenticate": true,
}

// checkHeaders judges a header by what the response says of it or, where that does not have it, by what another response
// of the operation says.
func (f *findings) checkHeaders(documented *openapi3.ResponseRef) {
	here := openapi3.Headers{}
	if documented != nil {
		for name, header := range documented.Value.Headers {
			name = http.CanonicalHeaderKey(name)
			here[name] = header
			if header.Value.Required && f.exchange.Header.Get(name) == "" {
				f.add("missing-header", "header "+strings.ToLower(name), nil, "it is missing")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.exchange.Header)) {
		canonical := http.CanonicalHeaderKey(name)
		in := "header " + strings.ToLower(shorten(name))
		header := cmp.Or(here[canonical], f.headers[canonical])
		switch {
		case header == nil && transportHeaders[canonical]:
			if n := len(f.exchange.Header[name]); n > 1 && (canonical == "Content-Type" || canonical == "Content-Length") {
				f.add("repeated-header", in, nil, fmt.Sprintf("it comes %d times", n))
			}
			continue
		case header == nil || here[canonical] == nil && documented != nil:
			f.add("undocumented-header", in, nil, "the contract does not have it for this response")
			if header == nil || canonical == "Retry-After" { // which HTTP gives other forms, and any server may send
				continue
			}
		}
		values := f.exchange.Header[name]
		if len(values) > 1 {
			f.add("repeated-header", in, nil, fmt.Sprintf("it comes %d times", len(values)))
		}
		for _, value := range values {
			f.checkHeader(in, value, header.Value.Schema.Value)
		}
	}
}

func (f *findings) checkHeader(in, text string, schema *openapi3.Schema) {
	var value any = text
	if schema.Type.Is("integer") {
		bits := 64
		if schema.Format == "int32" {
			bits = 32
		}
		number, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			finding := f.add("header", in, nil, "value must be an integer")
			finding.Expected = expected(schema)
			return
		}
		value = float64(number)
	}
	f.as("header", func() { f.addSchema(in, nil, schema.VisitJSON(value, openapi3.MultiErrors())) })
}
