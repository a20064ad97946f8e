package check_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// want is what a finding must say: the part, the pointer and a piece of the message.
type want struct{ in, pointer, message string }

func TestCheckFinds(t *testing.T) {
	contract := testkit.Contract(t)
	for name, test := range map[string]struct {
		file     string
		index    int
		breakage func(*traffic.Exchange)
		want     []want
	}{
		"nothing wrong": {"images_list", 0, func(*traffic.Exchange) {}, nil},
		"a missing field": {"images_get", 0, testkit.ReplaceBody(`"id": 6918990,`, ``),
			[]want{{"body", "/image/id", `property "id" is missing`}}},
		"a null field": {"images_get", 0, testkit.ReplaceBody(`"name": "14.04 x64"`, `"name": null`),
			[]want{{"body", "/image/name", "Value is not nullable"}}},
		"a field of another type": {"images_get", 0, testkit.ReplaceBody(`6918990`, `"6918990"`),
			[]want{{"body", "/image/id", "value must be an integer"}}},
		"a fraction for an integer": {"images_get", 0, testkit.ReplaceBody(`6918990`, `6918990.5`),
			[]want{{"body", "/image/id", "value must be an integer"}}},
		"an unknown enum value": {"images_get", 0, testkit.ReplaceBody(`"available"`, `"thawing"`),
			[]want{{"body", "/image/status", "value is not one of the allowed values"}}},
		"an unknown region in an array": {"images_get", 0, testkit.ReplaceBody(`"sgp1"`, `"mars1"`),
			[]want{{"body", "/image/regions/5", "value is not one of the allowed values"}}},
		"a number below its minimum": {"images_get", 0, testkit.ReplaceBody(`"min_disk_size": 20`, `"min_disk_size": -1`),
			[]want{{"body", "/image/min_disk_size", "number must be at least 0"}}},
		"a date that is none": {"images_get", 0, testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `yesterday`),
			[]want{{"body", "/image/created_at", "date-time"}}},
		"several at once": {"images_list", 5, testkit.ReplaceBody(`7555621`, `"7555621"`),
			[]want{{"body", "/images/1/id", "integer"}, {"body", "/images/3/id", "integer"}, {"body", "/images/4/id", "integer"}, {"body", "/images/5/id", "integer"}}},
		"an action without its envelope": {"imageActions_get", 0, testkit.SetBody(`{"id":36805527,"status":"in-progress"}`),
			[]want{{"body", "/action", `property "action" is missing`}, {"body", "/id", "does not know"}, {"body", "/status", "does not know"}}},
		"a next link of another type": {"imageActions_list", 0, testkit.ReplaceBody(`"https://api.digitalocean.com/v2/images/7555620/actions?page=2&per_page=1"`, `2`),
			[]want{{"body", "/links/pages/next", "value must be a string"}}},
		"a total of another type": {"images_list", 0, testkit.ReplaceBody(`"total": 1`, `"total": "1"`),
			[]want{{"body", "/meta/total", "value must be an integer"}}},
		"an error without a message": {"images_get", 3, testkit.ReplaceBody(`"message"`, `"massage"`),
			[]want{{"body", "/message", `property "message" is missing`}, {"body", "/massage", "does not know"}}},
		"a body that is no JSON":  {"images_get", 0, testkit.SetBody(`<html>`), []want{{"body", "", "it is no JSON"}}},
		"a truncated body":        {"images_get", 0, testkit.SetBody(`{"image": {"id": 1`), []want{{"body", "", "it is no JSON"}}},
		"an empty body":           {"images_get", 0, testkit.SetBody(``), []want{{"body", "", "it is empty"}}},
		"something after the end": {"images_get", 2, func(e *traffic.Exchange) { e.Body = append(e.Body, "{}"...) }, []want{{"body", "", "something follows the JSON"}}},
		"a body where none is documented": {"images_delete", 0, testkit.SetBody(`{}`),
			[]want{{"body", "", "the contract has none"}}},
		"an undocumented success": {"images_get", 0, func(e *traffic.Exchange) { e.Status = 206 },
			[]want{{"status", "", "the contract has no such success"}}},
		"another content type": {"images_get", 0, testkit.SetHeader("Content-Type", "text/html"),
			[]want{{"header content-type", "", `"text/html" is not what the contract has`}}},
		"no content type": {"images_get", 0, func(e *traffic.Exchange) { e.Header.Del("Content-Type") },
			[]want{{"header content-type", "", `"" is not what the contract has`}}},
		"a header of another type": {"images_get", 0, testkit.SetHeader("Ratelimit-Remaining", "many"),
			[]want{{"header ratelimit-remaining", "", "value must be an integer"}}},
		"a header and a body": {"images_get", 0, func(e *traffic.Exchange) {
			testkit.SetHeader("Ratelimit-Remaining", "many")(e)
			testkit.SetHeader("Ratelimit-Limit", "5000.5")(e)
			testkit.ReplaceBody(`6918990`, `true`)(e)
		}, []want{{"header ratelimit-limit", "", "integer"}, {"header ratelimit-remaining", "", "integer"}, {"body", "/image/id", "integer"}}},
		"retry-after as text on a 429": {"images_list", 8, testkit.SetHeader("Retry-After", "soon"),
			[]want{{"header retry-after", "", "value must be an integer"}}},

		"an unknown path": {"images_get", 0, testkit.SetURL("https://api.digitalocean.com/v2/imagos/1"),
			[]want{{"request", "", "the contract has no operation for GET /v2/imagos/1"}}},
		"an unknown method": {"images_get", 0, func(e *traffic.Exchange) { e.Method = http.MethodPatch },
			[]want{{"request", "", "the contract has no operation for PATCH"}}},
		"per_page out of range": {"images_list", 5, testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=201&page=0"),
			[]want{{"request query per_page", "", "number must be at most 200"}, {"request query page", "", "number must be at least 1"}}},
		"per_page as text": {"images_list", 5, testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=all"),
			[]want{{"request query per_page", "", "it cannot be read"}}},
		"an unknown type filter": {"images_list", 5, testkit.SetURL("https://api.digitalocean.com/v2/images?type=snapshot"),
			[]want{{"request query type", "", "value is not one of the allowed values"}}},
		"an id in the path as text": {"images_delete", 0, testkit.SetURL("https://api.digitalocean.com/v2/images/ubuntu"),
			[]want{{"request path image_id", "", "it cannot be read"}}},
		"a create without a url": {"images_create_custom", 0, testkit.ReplaceRequest(`"url"`, `"uri"`),
			[]want{{"request body", "/url", `property "url" is missing`}, {"request body", "/uri", "does not know"}}},
		"a transfer without a region": {"imageActions_post", 0, testkit.ReplaceRequest(`"region"`, `"regoin"`),
			[]want{{"request body", "/region", `of action_transfer, the nearest branch: property "region" is missing`}, {"request body", "/regoin", "does not know"}}},
		"a transfer to nobody": {"images_post_account_transfer_create", 0, testkit.ReplaceRequest(`"recipient_uuid"`, `"recipient"`),
			[]want{{"request body", "/recipient_email", "of recipient_account, the nearest branch"}, {"request body", "/recipient", "does not know"}}},
		"a transfer to two recipients": {"images_post_account_transfer_create", 0, testkit.SetRequest(`{"recipient_email":"alice@example.com","recipient_uuid":"4f6c71e2"}`),
			[]want{{"request body", "", "more than one"}}},

		"an undocumented field":           {"images_get", 0, testkit.ReplaceBody(`"id": 6918990`, `"id": 6918990, "new": {"a": 1}`), []want{{"body", "/image/new", "does not know the field"}}},
		"an undocumented field in a list": {"imageActions_list", 0, testkit.ReplaceBody(`"slug": "nyc2"`, `"slug": "nyc2", "zone": "b"`), []want{{"body", "/actions/0/region/zone", "does not know the field"}}},
		"an undocumented field of the envelope": {"images_list", 0, testkit.ReplaceBody(`"meta"`, `"metadata": 1, "meta"`),
			[]want{{"body", "/metadata", "does not know the field"}}},
		"a key that comes twice": {"images_get", 0, testkit.ReplaceBody(`"id": 6918990`, `"id": 6918990, "id": 6918990`), []want{{"body", "/image/id", "comes twice"}}},
		"invalid UTF-8":          {"images_get", 0, testkit.ReplaceBody(`14.04 x64`, "14.04\xff x64"), []want{{"body", "", "UTF-8"}}},
		"a byte-order mark":      {"images_get", 0, func(e *traffic.Exchange) { e.Body = append([]byte("\xef\xbb\xbf"), e.Body...) }, []want{{"body", "", "byte-order mark"}}},
		"nesting without end": {"images_get", 0, testkit.ReplaceBody(`"tags": []`, `"tags": `+strings.Repeat("[", 200)+strings.Repeat("]", 200)),
			[]want{{"body", "", "nested more than 100 deep"}}},
		"a day that does not exist":    {"images_get", 0, testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2014-02-31T20:24:33Z`), []want{{"body", "/image/created_at", "date-time"}}},
		"a time without a zone":        {"images_get", 0, testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2014-10-17T20:24:33`), []want{{"body", "/image/created_at", "date-time"}}},
		"a leap second":                {"images_get", 0, testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2016-12-31T23:59:60Z`), []want{{"body", "/image/created_at", "leap second"}}},
		"a link that is no URI":        {"imageActions_list", 0, testkit.ReplaceBody(`https://api.digitalocean.com/v2/images/7555620/actions?page=2&per_page=1`, `page two`), []want{{"body", "/links/pages/next", "URI"}}},
		"an id beyond 64 bits":         {"images_get", 0, testkit.ReplaceBody(`6918990`, `9223372036854775808`), []want{{"body", "/image/id", "64 bits"}}},
		"an id as a power":             {"images_get", 0, testkit.ReplaceBody(`6918990`, `6.91899e6`), []want{{"body", "/image/id", "typed clients"}}},
		"a size beyond a float":        {"images_get", 0, testkit.ReplaceBody(`2.34`, `1e39`), []want{{"body", "/image/size_gigabytes", "float"}}},
		"another charset":              {"images_get", 0, testkit.SetHeader("Content-Type", "application/json; charset=latin1"), []want{{"header content-type", "", "charset"}}},
		"a body shorter than promised": {"images_get", 0, testkit.SetHeader("Content-Length", "100000"), []want{{"body", "", "the header promises"}}},
		"a body on a 304":              {"images_get", 0, func(e *traffic.Exchange) { e.Status = 304 }, []want{{"body", "", "the contract has none"}, {"status", "", "redirects"}}},
		"a redirect":                   {"images_get", 0, func(e *traffic.Exchange) { e.Status, e.Body = 307, nil }, []want{{"status", "", "redirects"}}},
		"a body on a HEAD":             {"images_get", 0, func(e *traffic.Exchange) { e.Method = http.MethodHead }, []want{{"body", "", "the contract has none"}}},
		"an undocumented status":       {"images_get", 4, func(e *traffic.Exchange) { e.Status = 418 }, []want{{"status", "", "only the default"}}},
		"an undocumented header":       {"images_get", 0, testkit.SetHeader("X-Request-Id", "1"), []want{{"header x-request-id", "", "does not have it"}}},
		"a header of another response": {"images_get", 0, testkit.SetHeader("Retry-After", "5"), []want{{"header retry-after", "", "does not have it"}}},
		"a repeated header": {"images_get", 0, func(e *traffic.Exchange) {
			e.Header = maps.Clone(e.Header)
			e.Header["Ratelimit-Limit"] = []string{"5000", "many"}
		}, []want{{"header ratelimit-limit", "", "comes 2 times"}, {"header ratelimit-limit", "", "integer"}}},
		"a wrong header on an undocumented status": {"images_get", 4, func(e *traffic.Exchange) {
			e.Status = 418
			testkit.SetHeader("Ratelimit-Limit", "many")(e)
		}, []want{{"header ratelimit-limit", "", "integer"}, {"status", "", "only the default"}}},
		"an unknown query parameter": {"images_list", 5, testkit.SetURL("https://api.digitalocean.com/v2/images?pages=2"), []want{{"request query pages", "", "does not know"}}},
		"a query parameter twice":    {"images_list", 5, testkit.SetURL("https://api.digitalocean.com/v2/images?page=1&page=2"), []want{{"request query page", "", "more than once"}}},
		"no credentials": {"images_list", 5, func(e *traffic.Exchange) { e.RequestHeader.Del("Authorization") },
			[]want{{"request header authorization", "", "nothing says that it was redacted"}}},
		"credentials taken out":    {"images_list", 5, func(e *traffic.Exchange) { e.RequestHeader.Del("Authorization"); e.Redacted = true }, nil},
		"a body on a GET":          {"images_get", 0, testkit.SetRequest(`{}`), []want{{"request body", "", "the contract has none"}}},
		"a create without a body":  {"images_create_custom", 0, testkit.SetRequest(``), []want{{"request body", "", "it is missing"}}},
		"a create that is no JSON": {"images_create_custom", 0, testkit.SetRequest(`name=a`), []want{{"request body", "", "it is no JSON"}}},
		"a create of another type": {"images_create_custom", 0, func(e *traffic.Exchange) { e.RequestHeader.Set("Content-Type", "text/plain") },
			[]want{{"request header content-type", "", "is not what the contract has"}}},
	} {
		t.Run(name, func(t *testing.T) {
			exchanges := testkit.Exchanges(t, test.file)
			exchange := exchanges[test.index]
			test.breakage(&exchange)

			findings := contract.Check(exchange)
			require.Len(t, findings, len(test.want), "%v", findings)
			for i, want := range test.want {
				got := findings[i]
				assert.Equal(t, want.in, got.In)
				assert.Equal(t, want.pointer, got.Pointer)
				assert.Contains(t, got.Message, want.message)
				assert.Less(t, len(got.Message), 250)
				assert.Equal(t, exchange.Status, got.Status)
				assert.Equal(t, exchange.Source, got.Source)
				if want.in != "request" {
					assert.Equal(t, test.file, got.Operation)
					assert.Contains(t, got.String(), exchange.Source+": "+test.file)
				}
			}
		})
	}
}

// A finding may hold a short scalar, and never a token or an address.
func TestFindingsHoldLittleOfTheBody(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_list")
	for value, want := range map[string]string{
		strings.Repeat("long", 1000):       `"longlonglonglonglonglonglonglong…"`,
		"dop_v1_canary0123456789":          `"[redacted-2]"`,
		"of alice@example.com, the sender": `"of someone@example.com, the send…"`,
	} {
		exchange := exchanges[5]
		exchange.Body = []byte(strings.ReplaceAll(string(exchange.Body), `"available"`, `"`+value+`"`))
		findings := testkit.Contract(t).Check(exchange)
		require.Len(t, findings, 6)
		for _, finding := range findings {
			assert.Equal(t, want, finding.Got)
			assert.Equal(t, check.Drift, finding.Severity)
			assert.Equal(t, "unknown-enum-value", finding.Check)
			assert.Equal(t, "one of NEW, available, pending, deleted, retired", finding.Expected)
			assert.Less(t, len(finding.String()), 400)
		}
	}
}

// A server can repeat the token of a request anywhere in its response.
func TestFindingsDoNotRepeatTheToken(t *testing.T) {
	for _, token := range []string{"another-kind-of-token", strings.Repeat("0123456789abcdef", 4), strings.Repeat("0123456789abcdef", 16)} {
		for _, finding := range findingsOfAParrot(t, token) {
			// Findings are cut, and the beginning of a token is a part of it.
			assert.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", finding)), token[:6])
		}
	}
}

// findingsOfAParrot are of a response that repeats the token of its request wherever it can.
func findingsOfAParrot(t *testing.T, token string) []check.Finding {
	t.Helper()
	exchanges := testkit.Exchanges(t, "images_get")
	exchange := exchanges[0]
	exchange.RequestHeader.Set("Authorization", "Bearer "+token)
	exchange.Header = exchange.Header.Clone()
	exchange.Header.Set(token, token)
	exchange.Header.Set("Content-Length", token)
	testkit.ReplaceBody(`"available"`, `"`+token+`"`)(&exchange)
	testkit.ReplaceBody(`"14.04 x64"`, `["of `+strings.Repeat("a", 150)+token+`"]`)(&exchange)
	testkit.ReplaceBody(`"tags": []`, `"`+token+`": {"a": "`+token+`"}, "tags": "`+token+`"`)(&exchange)
	testkit.SetURL("https://api.digitalocean.com/v2/images/1?" + token + "=1")(&exchange)
	r := report.New(testkit.Contract(t))
	r.Add(exchange)
	assert.GreaterOrEqual(t, len(r.Findings), 6)
	return append(r.Findings, testkit.Contract(t).Check(exchange)...)
}

// The same operations behind another host are the same operations.
func TestCheckTakesAnyHost(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_get")
	exchange := exchanges[0]
	testkit.SetURL("http://127.0.0.1:8080/v2/images/a%2Fb")(&exchange)
	testkit.ReplaceBody(`"ubuntu-16-04-x64"`, `"a/b"`)(&exchange)
	assert.Empty(t, testkit.Contract(t).Check(exchange))
}

// The same exchange in another form is judged alike.
func TestCheckTakesAnExchangeAsItComes(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_get")
	packed := func(e *traffic.Exchange) {
		var text bytes.Buffer
		w := gzip.NewWriter(&text)
		_, _ = w.Write(e.Body)
		_ = w.Close()
		e.Body = text.Bytes()
	}
	says := func(e *traffic.Exchange) { e.Header = e.Header.Clone(); e.Header.Set("Content-Encoding", "gzip") }
	for name, changes := range map[string][]func(*traffic.Exchange){
		"gzip":                      {says, packed},
		"gzip, unpacked by another": {says},
		"header names in lower case": {func(e *traffic.Exchange) {
			for _, header := range []*http.Header{&e.Header, &e.RequestHeader} {
				lower := http.Header{}
				for name, values := range *header {
					lower[strings.ToLower(name)] = values
				}
				*header = lower
			}
		}},
	} {
		for _, breaks := range []bool{false, true} {
			exchange := exchanges[1]
			if breaks {
				testkit.ReplaceBody(`"available"`, `1`)(&exchange)
			}
			for _, change := range changes {
				change(&exchange)
			}
			findings := testkit.Contract(t).Check(exchange)
			if !breaks {
				assert.Empty(t, findings, name)
			} else if assert.Len(t, findings, 1, name) {
				assert.Equal(t, "wrong-type", findings[0].Check, name)
				assert.Equal(t, check.Breaking, findings[0].Severity, name)
			}
		}
	}
	for _, nothing := range []traffic.Exchange{{}, {Method: "GET"}, {URL: &url.URL{Path: "/v2/images"}}} {
		findings := testkit.Contract(t).Check(nothing)
		require.Len(t, findings, 1)
		assert.Contains(t, findings[0].Message, "no HTTP request")
		assert.False(t, traffic.IsImagesAPI(traffic.Exchange{}))
	}
}

// A link leads to the list of the request, by whatever name its host is known.
func TestLinksToTheSamePlace(t *testing.T) {
	for asked, link := range map[string]string{
		"http://fake:8080/v2/images":                                        "http://fake:8080/v2/images?page=2",
		"https://gw.example:443/v2/images":                                  "https://gw.example/v2/images?page=2",
		"http://gw.example/v2/images":                                       "https://gw.example/v2/images?page=2",
		"https://GW.example/v2/images":                                      "https://gw.example/v2/images?page=2",
		"http://localhost:8080/v2/images":                                   "http://127.0.0.1:8080/v2/images?page=2",
		"https://gw2.example/v2/images":                                     "https://gw2.example/do/v2/images?page=2",
		"https://api.digitalocean.com/v2/images?private=false&tag_name=Web": "https://api.digitalocean.com/v2/images?page=2&tag_name=web",
		"/v2/images":                   "http://127.0.0.1:1/v2/images?page=2", // as a server sees it
		"http://127.0.0.1:1/v2/images": "https://api.digitalocean.com/v2/images?page=2",
	} {
		exchange := exchangeOf(t, step{"GET /v2/images", 200, listOf(21, fmt.Sprintf(`"next":%q,"last":%q`, link, link), strings.Replace(testkit.Image(1), `"tags":[]`, `"tags":["WEB"]`, 1))}, 10, 100)
		testkit.SetURL(asked)(&exchange)
		assert.Empty(t, testkit.Contract(t).Check(exchange), asked)
	}
	for asked, link := range map[string]string{
		"http://127.0.0.1:8080/v2/images":                     "http://api.digitalocean.com/v2/images?page=2",
		"/v2/images":                                          "http://api.digitalocean.com/v2/images?page=2",
		"https://gw.example/v2/images":                        "https://gw.example:8443/v2/images?page=2",
		"https://api.digitalocean.com/v2/images":              "http://api.digitalocean.com/v2/images?page=2",
		"https://api.digitalocean.com/v2/images?private=true": "https://api.digitalocean.com/v2/images?page=2",
	} {
		exchange := exchangeOf(t, step{"GET /v2/images", 200, listOf(21, fmt.Sprintf(`"next":%q,"last":%q`, link, link), testkit.Image(1))}, 10, 100)
		testkit.SetURL(asked)(&exchange)
		findings := testkit.Contract(t).Check(exchange)
		require.Len(t, findings, 2, asked)
		assert.Equal(t, "page-links", findings[0].Check)
	}
}

// A token is known in whatever form it is sent.
func TestFindingsHoldNoTokenInAnyForm(t *testing.T) {
	for _, header := range []http.Header{
		{"Authorization": {"Bearer sesame42"}}, {"authorization": {"Bearer sesame42"}}, {"Authorization": {"Bearer  sesame42 "}},
		{"Authorization": {"sesame42"}}, {"Authorization": {"Bearer other999", "Bearer sesame42"}},
	} {
		exchange := exchangeOf(t, step{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "sesame42", "sesame42") + `}`}, 10, 100)
		exchange.RequestHeader = header
		findings := testkit.Contract(t).Check(exchange)
		require.NotEmpty(t, findings)
		for _, finding := range findings {
			assert.NotContains(t, fmt.Sprintf("%+v", finding), "sesame42", "%v", header)
		}
	}
}

// HTTP lets a server say retry-after as a date; of the contract's own it is a number.
func TestRetryAfterOfAnotherForm(t *testing.T) {
	for status, want := range map[int]string{429: "header", 503: "undocumented-header"} {
		exchange := exchangeOf(t, step{"GET /v2/images/1", status, `{"id":"a","message":"b"}`}, 10, 100)
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

// A document with what ours has not: allOf, anyOf, open objects, and more formats.
const otherDocument = `
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /v2/images:
    get:
      operationId: images_list
      responses:
        "200":
          description: d
          headers:
            needed: {required: true, schema: {type: string}}
          content:
            application/json:
              schema:
                allOf:
                  - type: object
                    properties:
                      images: {type: array, items: {anyOf: [{$ref: "#/components/schemas/a"}, {$ref: "#/components/schemas/b"}]}}
                  - type: object
                    properties:
                      free: {type: object}
                      open: {type: object, additionalProperties: {type: object, properties: {known: {type: boolean}}}}
                      small: {type: integer, format: int32}
                      uuid: {type: string, format: uuid}
                      email: {type: string, format: email}
                      date: {type: string, format: date}
components:
  schemas:
    a: {type: object, required: [a], properties: {a: {type: integer}, shared: {type: string}}}
    b: {type: object, required: [b], properties: {b: {type: integer}, shared: {type: string}}}
`

func TestCheckKnowsCompositionAndFormats(t *testing.T) {
	contract, err := check.Load([]byte(otherDocument))
	require.NoError(t, err)
	for body, wants := range map[string][]want{
		`{"images":[{"a":1,"shared":"s"},{"b":1}],"free":{"x":{"y":1}},"open":{"x":{"known":true}},"small":2147483647}`: nil,
		`{"images":[{"a":1,"c":1}]}`:                              {{"body", "/images/0/c", "does not know"}},
		`{"images":[{"a":1,"b":2,"shared":""}]}`:                  nil,
		`{"images":[{"a":"1"}]}`:                                  {{"body", "/images/0/a", "of a, the nearest branch: value must be an integer"}},
		`{"images":[{"b":true,"shared":"s"}]}`:                    {{"body", "/images/0/b", "of b, the nearest branch"}},
		`{"extra":1}`:                                             {{"body", "/extra", "does not know"}},
		`{"open":{"x":{"unknown":true}}}`:                         {{"body", "/open/x/unknown", "does not know"}},
		`{"small":2147483648}`:                                    {{"body", "/small", "int32"}},
		`{"uuid":"4f6c71e2","email":"alice","date":"2014-02-30"}`: {{"body", "/date", "no date"}, {"body", "/email", "e-mail"}, {"body", "/uuid", "UUID"}},
		`{"uuid":"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf","email":"alice@example.com","date":"2014-02-28"}`: nil,
	} {
		exchange := exchangeOf(t, step{"GET /v2/images", 200, body}, 1, 1)
		exchange.Header = http.Header{"Content-Type": {"application/json"}, "Needed": {"x"}}
		findings := contract.Check(exchange)
		require.Len(t, findings, len(wants), "%s: %v", body, findings)
		for _, want := range wants {
			assert.True(t, slices.ContainsFunc(findings, func(f check.Finding) bool {
				return f.In == want.in && f.Pointer == want.pointer && strings.Contains(f.Message, want.message)
			}), "%s: %v", body, findings)
		}
	}

	exchange := exchangeOf(t, step{"GET /v2/images", 200, `{}`}, 1, 1)
	exchange.Header = http.Header{"Content-Type": {"application/json"}}
	findings := contract.Check(exchange)
	require.Len(t, findings, 1)
	assert.Equal(t, "missing-header", findings[0].Check)

	exchange.Header.Set("Needed", "x")
	exchange.Body = []byte(`{"free":{"x":"` + strings.Repeat("x", 32<<20) + `"}}`)
	findings = contract.Check(exchange)
	require.Len(t, findings, 1)
	assert.Equal(t, "size", findings[0].Check)
}
