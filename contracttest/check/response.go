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

// checkResponse judges the response, and returns its decoded body where it has one that can be
// decoded.
func (c *checker) checkResponse() (body any) {
	documented, isDefault := c.documented()
	c.checkHeaders(documented)
	c.checkLength()
	c.checkUnexpectedBody(documented)

	// No default can describe a redirect: a client that follows it sends its token to where it
	// leads.
	status := c.exchange.Status
	isUndocumentedRedirect := status/100 == 3 && isDefault
	if isUndocumentedRedirect || documented == nil {
		c.addUndocumentedStatus(status)
		return nil
	}
	content := documented.Value.Content
	switch {
	case c.isBodiless() || len(content) == 0:
		return nil
	case isDefault && c.operation.Responses.Len() > 1:
		return c.checkDefaultBody(content)
	}
	return c.checkBody(content)
}

// documented returns what the contract has for the status of the response, or nil, and whether that is the
// default. The default describes failures, and successes only where nothing else does.
func (c *checker) documented() (response *openapi3.ResponseRef, isDefault bool) {
	responses, status := c.operation.Responses, c.exchange.Status
	if own := responses.Status(status); own != nil {
		return own, false
	}
	byDefault := responses.Default()
	if status/100 == 2 && responses.Len() > 1 {
		byDefault = nil
	}
	return byDefault, byDefault != nil
}

// checkDefaultBody judges the body of a response whose status only the default of the contract
// covers. Two kinds of them were seen: services refuse with 503 and the id service_unavailable
// (Gamocosm/Gamocosm#96, 2019; JupiterOne/graph-digitalocean, 2022), and Cloudflare answers 520 to
// 530 in HTML for an API that it cannot reach (digitalocean/doctl#129).
func (c *checker) checkDefaultBody(content openapi3.Content) (body any) {
	status := c.exchange.Status
	isPage := bareType(c.exchange.Header.Get("Content-Type")) == "text/html"
	if isPage && isOfCloudflare(status) {
		return nil
	}
	before := len(c.list)
	body = c.checkBody(content)
	isTheError := len(c.list) == before
	if isTheError && (status == http.StatusServiceUnavailable || isOfCloudflare(status)) {
		return body
	}
	severity := Breaking
	if isTheError { // as default promises, so that a client can read it
		severity = Drift
	}
	c.addAs("undocumented-status", severity, "status", nil, "only the default of the contract covers it")
	return body
}

// isOfCloudflare reports whether a status is one of Cloudflare, which stands in front of the API.
func isOfCloudflare(status int) bool { return 520 <= status && status <= 530 }

// addUndocumentedStatus files a status that the contract does not have.
func (c *checker) addUndocumentedStatus(status int) {
	switch {
	case status == http.StatusNotModified:
		c.addNotModified()
	case status/100 == 3:
		c.add("redirect", "status", nil, "undocumented redirect; clients with a token should not follow it")
	case status/100 == 2:
		c.add("undocumented-status", "status", nil, "the contract has no such success")
	default:
		c.add("undocumented-status", "status", nil, "the contract does not know it")
	}
}

// addNotModified files a 304, which leads nowhere. Whoever asks for it has the body already; a client
// that did not ask is left without one. Where headers were taken out, it may have asked.
func (c *checker) addNotModified() {
	sent := c.exchange.RequestHeader
	asked := sent.Get("If-None-Match") != "" || sent.Get("If-Modified-Since") != ""
	severity := Breaking
	if asked || c.exchange.Redacted {
		severity = Note
	}
	c.addAs("undocumented-status", severity, "status", nil, "not modified, and the contract has no such response")
}

// isBodiless reports whether HTTP allows the response no body.
func (c *checker) isBodiless() bool {
	switch c.exchange.Status {
	case http.StatusNoContent, http.StatusNotModified:
		return true
	}
	return c.exchange.Method == http.MethodHead
}

// checkUnexpectedBody files a body that neither HTTP nor the contract leaves room for. On a
// kept-alive connection some clients take it for the next response.
func (c *checker) checkUnexpectedBody(documented *openapi3.ResponseRef) {
	hasNone := c.isBodiless() || documented != nil && len(documented.Value.Content) == 0
	if hasNone && len(c.exchange.Body) > 0 {
		c.add("unexpected-body", "body", nil, "unexpected body: the contract documents none")
	}
}

// checkBody judges the body of a response that should have one.
func (c *checker) checkBody(content openapi3.Content) (body any) {
	const in = "header content-type"
	kind := c.exchange.Header.Get("Content-Type")
	media := c.demandMediaType(in, kind, content)
	if media == nil {
		return nil
	}
	c.checkCharset(in, kind)
	if !isJSON(kind) {
		c.addNotJSON("body", kind)
		return nil
	}
	if c.unreadable {
		c.addUnreadable()
		return nil
	}
	body, trailing, ok := c.decodeBody("body", c.exchange.Body)
	if ok && c.isSuccess(trailing) {
		// A create was refused with an error, and a new image after it (nanovms/ops#1166, #1182). By a name of
		// its own a baseline can accept that, and nothing else that follows.
		c.add("second-document", "body", nil, "a second JSON document follows the first, that of a success")
	} else {
		c.addTrailing("body", c.exchange.Body, trailing)
	}
	if !ok {
		return nil
	}
	schema := media.Schema.Value
	// Only responses have a fast path: a page has hundreds of images, and a request a few fields.
	if fast := c.operation.fast[schema]; useFastPath && fast != nil && fast.clearlyValid(body) {
		return body
	}
	c.judge("body", body, schema, openapi3.VisitAsResponse())
	return body
}

// addUnreadable files a body that cannot be decompressed. A client fails on it, unless the writer of
// the recording garbled it: many take the bytes for text.
func (c *checker) addUnreadable() {
	coding := redact.Shorten(c.exchange.Header.Get("Content-Encoding"))
	message := fmt.Sprintf("cannot be decompressed from %q; it is not judged", coding)
	severity := Breaking
	if c.exchange.File != "" {
		severity = Note
	}
	c.addAs("unreadable-body", severity, "body", nil, message)
}

// isSuccess reports whether a text is the document of a success of the operation, without a fault.
func (c *checker) isSuccess(text []byte) bool {
	if len(text) == 0 { // as after nearly every document
		return false
	}
	for status, documented := range c.operation.Responses.Map() {
		media := documented.Value.Content.Get("application/json")
		if !strings.HasPrefix(status, "2") || media == nil {
			continue
		}
		aside := newChecker(c.operation, c.exchange)
		value, trailing, ok := aside.decodeBody("body", text)
		if !ok || len(trailing) > 0 {
			return false
		}
		aside.judge("body", value, media.Schema.Value, openapi3.VisitAsResponse())
		if len(aside.list) == 0 {
			return true
		}
	}
	return false
}

// checkCharset demands UTF-8: JSON has no other charset, and a client that believes the header
// garbles every name.
func (c *checker) checkCharset(in, kind string) {
	_, parameters, err := mime.ParseMediaType(kind)
	charset := parameters["charset"]
	switch {
	case err != nil:
		c.add("content-type", in, nil, fmt.Sprintf("%q is not a media type", redact.Shorten(kind)))
	case charset != "" && !strings.EqualFold(charset, "utf-8"):
		c.add("charset", in, nil, fmt.Sprintf("the charset is %q, and JSON is UTF-8", redact.Shorten(charset)))
	}
}

// checkLength compares the length that was promised with that of the body. A body that was
// compressed had another one while it was sent.
func (c *checker) checkLength() {
	length := len(c.exchange.Body)
	if c.exchange.Truncated {
		c.add("truncated-body", "body", nil, fmt.Sprintf("truncated after %d bytes", length))
		return
	}
	header := c.exchange.Header
	text := header.Get("Content-Length")
	if text == "" || c.exchange.Method == http.MethodHead || header.Get("Content-Encoding") != "" {
		return
	}
	promised, err := strconv.ParseUint(text, 10, 63) // takes no sign, as HTTP does not
	if err != nil || promised != uint64(length) {
		c.add("truncated-body", "body", nil,
			fmt.Sprintf("the header promises %q bytes, and there are %d", redact.Shorten(text), length))
	}
}
