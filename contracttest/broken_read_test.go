package contracttest_test

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
)

// brokenReads are fakes that break what is read by id or slug, refusals, or what all responses have in common.
var brokenReads = []brokenFake{
	{
		name:   "a field of another type",
		finds:  "get-by-id",
		says:   "/min_disk_size: value must be an integer",
		broken: inImages(func(i object) { i["min_disk_size"] = "20" }),
	},
	{
		name:   "a date without a time",
		finds:  "get-by-id",
		says:   "created_at",
		broken: inImages(func(i object) { i["created_at"] = "2020-05-15" }),
	},
	{
		name:   "an image that reads otherwise",
		finds:  "get-by-id",
		says:   "and listed as",
		broken: body(isImage, func(b object) { b["image"].(object)["name"] = "another" }),
	},
	{
		name:  "a slug that leads astray",
		finds: "get-by-slug",
		says:  "is read as",
		broken: request(func(r *http.Request, q url.Values) {
			if strings.Contains(r.URL.Path, "-24-04") {
				r.URL.Path = "/v2/images/debian-12-x64"
			}
		}),
	},
	{
		name:  "200 for a missing image",
		finds: "unknown-id",
		says:  "the id is 6000000, expected 4611686018427387905",
		broken: request(func(r *http.Request, q url.Values) {
			if strings.Contains(r.URL.Path, "/v2/images/46") {
				r.URL.Path = "/v2/images/6000000"
			}
		}),
	},
	{
		name:  "200 for a missing slug",
		finds: "unknown-slug",
		says:  "the request succeeded",
		broken: request(func(r *http.Request, q url.Values) {
			if strings.Contains(r.URL.Path, "no-such-slug") {
				r.URL.Path = "/v2/images/6000000"
			}
		}),
	},
	{
		name:  "errors of another shape",
		finds: "unknown-id",
		says:  `property "id" is missing`,
		broken: response(status(404), func(*http.Response, []byte) []byte {
			return []byte(`{"error":"not found"}`)
		}),
	},
	{
		name:  "errors as HTML",
		finds: "content-type",
		says:  "is not application/json",
		broken: response(status(404), func(r *http.Response, b []byte) []byte {
			r.Header.Set("Content-Type", "text/html")
			return b
		}),
	},
	{
		name:  "authentication ignored",
		finds: "no-token",
		says:  "GET /v2/images: the response has status 200, expected 401",
		broken: request(func(r *http.Request, q url.Values) {
			if r.Header.Get("Authorization") == "" {
				r.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			}
		}),
	},
	{
		name:  "authentication ignored for one operation",
		finds: "no-token",
		says:  "DELETE /v2/images/4611686018427387905: the response has status 404, expected 401",
		broken: request(func(r *http.Request, q url.Values) {
			if r.Method == http.MethodDelete {
				r.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			}
		}),
	},
	{
		name:  "any token accepted",
		finds: "wrong-token",
		says:  "GET /v2/images: the response has status 200, expected 401",
		broken: request(func(r *http.Request, q url.Values) {
			r.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		}),
	},
	{
		name:  "a server error for a bad page",
		finds: "paging-out-of-range",
		says:  "page=0: the response has status 500, expected 200 or 4xx",
		broken: func(next http.RoundTripper) http.RoundTripper {
			return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err == nil && req.URL.Query().Get("page") == "0" {
					resp.StatusCode, resp.Status = 500, "500 Internal Server Error"
				}
				return resp, err
			})
		},
	},
	{
		name:  "no header for the rate limit",
		finds: "rate-limit-headers",
		says:  "there is no header ratelimit-remaining",
		broken: response(always, func(r *http.Response, b []byte) []byte {
			r.Header.Del("ratelimit-remaining")
			return b
		}),
	},
	{
		name:  "a rate limit that stands still",
		finds: "rate-limit-headers",
		says:  "100 requests remained, and after one more 100",
		broken: response(always, func(r *http.Response, b []byte) []byte {
			r.Header.Set("ratelimit-remaining", "100")
			return b
		}),
	},
	{
		name:  "every method accepted",
		finds: "unsupported-method",
		says:  "PATCH /v2/images: the response has status 200, expected 4xx",
		broken: request(func(r *http.Request, q url.Values) {
			if r.Method == http.MethodPatch {
				r.Method, r.URL.Path = http.MethodGet, "/v2/images"
			}
		}),
	},
	{
		name:   "actions without a total",
		finds:  "actions",
		says:   `property "total" is missing`,
		broken: body(isActions, func(b object) { delete(b["meta"].(object), "total") }),
	},
}
