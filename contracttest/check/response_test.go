package check_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// responseCases are responses whose status, headers or length are not as they should be.
var responseCases = map[string]exchangeCase{
	"nothing wrong": {
		file: "images_list",
	},
	"a body where none is documented": {
		file:   "images_delete",
		change: testkit.SetBody(`{}`),
		want: []string{
			"unexpected-body: body: unexpected body: the contract documents none",
		},
	},
	"an undocumented success": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Status = 206 },
		want: []string{
			"undocumented-status: status: the contract has no such success",
		},
	},
	"another content type": {
		file:   "images_get",
		change: testkit.SetHeader("Content-Type", "text/html"),
		want: []string{
			`content-type: header content-type: "text/html" is not what the contract has`,
		},
	},
	"no content type": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Header.Del("Content-Type") },
		want: []string{
			`content-type: header content-type: "" is not what the contract has`,
		},
	},
	"a header of another type": {
		file:   "images_get",
		change: testkit.SetHeader("Ratelimit-Remaining", "many"),
		want: []string{
			"header: header ratelimit-remaining: value must be an integer",
		},
	},
	"a header and a body": {
		file: "images_get",
		change: func(e *traffic.Exchange) {
			testkit.SetHeader("Ratelimit-Remaining", "many")(e)
			testkit.SetHeader("Ratelimit-Limit", "5000.5")(e)
			testkit.ReplaceBody(`6918990`, `true`)(e)
		},
		want: []string{
			"header: header ratelimit-limit: value must be an integer",
			"header: header ratelimit-remaining: value must be an integer",
			"wrong-type: body /image/id: value must be an integer",
		},
	},
	"retry-after as text on a 429": {
		file:   "images_list",
		index:  8,
		change: testkit.SetHeader("Retry-After", "soon"),
		want: []string{
			"header: header retry-after: value must be an integer",
		},
	},
	"another charset": {
		file:   "images_get",
		change: testkit.SetHeader("Content-Type", "application/json; charset=latin1"),
		want: []string{
			`charset: header content-type: the charset is "latin1", and JSON is UTF-8`,
		},
	},
	"a body shorter than promised": {
		file:   "images_get",
		change: testkit.SetHeader("Content-Length", "100000"),
		want: []string{
			`truncated-body: body: the header promises "100000" bytes, and there are 495`,
		},
	},
	"a body that ended early": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Truncated = true },
		want: []string{
			"truncated-body: body: truncated after 495 bytes",
		},
	},
	"a content type with a broken parameter": {
		file:   "images_get",
		change: testkit.SetHeader("Content-Type", "application/json; charset"),
		want: []string{
			`content-type: header content-type: "application/json; charset" is not a media type`,
		},
	},
	"a page of Cloudflare with a broken parameter": {
		file: "images_get",
		change: func(e *traffic.Exchange) {
			e.Status, e.Body = 521, []byte("<html>error code: 521</html>")
			e.Header = http.Header{"Content-Type": {"text/html; charset"}}
		},
	},
	"a body on a 304": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Status = 304 },
		want: []string{
			"unexpected-body: body: unexpected body: the contract documents none",
			"undocumented-status: status: not modified, and the contract has no such response",
		},
	},
	"a redirect": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Status, e.Body = 307, nil },
		want: []string{
			"redirect: status: undocumented redirect; clients with a token should not follow it",
		},
	},
	"a body on a HEAD": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Method = http.MethodHead },
		want: []string{
			"unexpected-body: body: unexpected body: the contract documents none",
		},
	},
	"a body that cannot be decompressed": {
		file: "images_get",
		change: func(e *traffic.Exchange) {
			testkit.SetHeader("Content-Encoding", "br")(e)
			e.Body = []byte("\x1b\x03\x01\xf8")
		},
		want: []string{
			`unreadable-body: body: cannot be decompressed from "br"; it is not judged`,
		},
	},
	"an undocumented status": {
		file:   "images_get",
		index:  4,
		change: func(e *traffic.Exchange) { e.Status = 418 },
		want: []string{
			"undocumented-status: status: only the default of the contract covers it",
		},
	},
	"an undocumented header": {
		file:   "images_get",
		change: testkit.SetHeader("Ratelimit-Used", "1"),
		want: []string{
			"undocumented-header: header ratelimit-used: the contract does not have it for this response",
		},
	},
	"a header of another response": {
		file:   "images_get",
		change: testkit.SetHeader("Retry-After", "5"),
		want: []string{
			"undocumented-header: header retry-after: the contract does not have it for this response",
		},
	},
	"a repeated header": {
		file: "images_get",
		change: func(e *traffic.Exchange) {
			e.Header = maps.Clone(e.Header)
			e.Header["Ratelimit-Limit"] = []string{"5000", "many"}
		},
		want: []string{
			"repeated-header: header ratelimit-limit: given 2 times",
			"header: header ratelimit-limit: value must be an integer",
		},
	},
	"a wrong header on an undocumented status": {
		file:  "images_get",
		index: 4,
		change: func(e *traffic.Exchange) {
			e.Status = 418
			testkit.SetHeader("Ratelimit-Limit", "many")(e)
		},
		want: []string{
			"header: header ratelimit-limit: value must be an integer",
			"undocumented-status: status: only the default of the contract covers it",
		},
	},
}

// HTTP lets a server say retry-after as a date; of the contract's own it is a number.
func TestRetryAfterOfAnotherForm(t *testing.T) {
	for status, want := range map[int]string{429: "header", 503: "undocumented-header"} {
		exchange := exchangeOf(t, respond("GET /v2/images/1", status, `{"id":"a","message":"b"}`), 10, 100)
		exchange.Header.Set("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")
		var checks []string
		for _, finding := range testkit.Contract(t).Check(exchange) {
			if finding.In == "header retry-after" {
				checks = append(checks, finding.Check)
			}
		}
		assert.Equal(t, []string{want}, checks, status)
	}
}
