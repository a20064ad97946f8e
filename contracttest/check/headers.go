package check

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

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
		in := "header " + strings.ToLower(redact.Shorten(name))
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
