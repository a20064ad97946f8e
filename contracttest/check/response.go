package check

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
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
		f.add("content-type", "header content-type", nil, fmt.Sprintf("%q is not what the contract has", redact.Shorten(kind)))
		return nil
	}
	if _, parameters, err := mime.ParseMediaType(kind); err != nil {
		f.add("content-type", "header content-type", nil, fmt.Sprintf("%q is no media type", redact.Shorten(kind)))
	} else if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		f.add("charset", "header content-type", nil, fmt.Sprintf("the charset is %q, and JSON is UTF-8", redact.Shorten(charset)))
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
		f.add("truncated-body", "body", nil, fmt.Sprintf("the header promises %q bytes, and there are %d", redact.Shorten(text), len(f.exchange.Body)))
	}
}
