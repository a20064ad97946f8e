package contracttest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
)

// The suite must be able to fail: each of these fakes is broken in one way, and the case that is meant for it must fail
// and say so.
func TestSuiteFindsBrokenFakes(t *testing.T) {
	blamed := map[string]bool{}
	for _, test := range brokenFakes {
		blamed[test.finds] = true
	}
	for _, c := range contracttest.Cases() {
		assert.True(t, blamed[c.Name], "no broken fake shows that %s can fail", c.Name)
	}
	for name, test := range brokenFakes {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
				defer cancel()
				target := fakeTarget()
				if name == "an unknown status" {
					target.FailOn = check.Drift // a client passes it on, so that it breaks nothing
				}
				target.Transport = test.broken(target.Transport)
				results, _, err := contracttest.RunCases(ctx, target, suiteCase(t, test.finds))
				require.NoError(t, err)
				require.Error(t, results[0].Err, "%s passes", test.finds)
				assert.Contains(t, results[0].Err.Error(), test.says)
				t.Logf("found by %s: %v", test.finds, results[0].Err)
			})
		})
	}
}

type breakage func(next http.RoundTripper) http.RoundTripper

var brokenFakes = map[string]struct {
	finds  string // the case that must fail
	says   string // what it must say
	broken breakage
}{
	"a field dropped":         {"first-page", `property "description" is missing`, inImages(func(i object) { delete(i, "description") })},
	"a field of another type": {"get-by-id", "/min_disk_size: value must be an integer", inImages(func(i object) { i["min_disk_size"] = "20" })},
	"an unknown status":       {"first-page", "value is not one of the allowed values", inImages(func(i object) { i["status"] = "thawing" })},
	"a date that is none":     {"get-by-id", "created_at", inImages(func(i object) { i["created_at"] = "2020-05-15" })},
	"bytes behind the JSON":   {"first-page", "something follows the JSON", response(always, func(r *http.Response, body []byte) []byte { return append(body, "null"...) })},
	"a larger default page": {"first-page", "the first page holds 25, not 20", request(func(r *http.Request, q url.Values) {
		if !q.Has("per_page") {
			q.Set("per_page", "25")
		}
	})},
	"per_page ignored": {"walk-pages-of-200", "holds", request(func(r *http.Request, q url.Values) { q.Del("per_page") })},
	"a page lost": {"walk-pages-of-20", "page 2", request(func(r *http.Request, q url.Values) {
		if page, _ := strconv.Atoi(q.Get("page")); page > 1 {
			q.Set("page", strconv.Itoa(page+1))
		}
	})},
	"an image twice": {"walk-pages-of-200", "6000000 came twice", body(isList, func(b object) {
		images := b["images"].([]any)
		images[1] = images[0]
	})},
	"an image on two pages": {"walk-pages-of-20", "page 2", body(onPage(2), func(b object) {
		b["images"].([]any)[0].(object)["id"] = 6_000_000
	})},
	"a total that is too large": {"walk-pages-of-200", "ends with item 60, but the total is 61", body(isList, func(b object) { b["meta"].(object)["total"] = 61 })},
	"a total that is too small": {"walk-pages-of-200", "ends with item 60, but the total is 59", body(isList, func(b object) { b["meta"].(object)["total"] = 59 })},
	"a next link to the same page": {"walk-pages-of-20", "the link next leads to page 1, not to 2", changeLinks(func(l object) {
		if next, ok := l["next"].(string); ok {
			l["next"] = strings.Replace(next, "page=2", "page=1", 1)
		}
	})},
	"no last link": {"walk-pages-of-20", "the link last leads to page 0, not to 3", changeLinks(func(l object) { delete(l, "last") })},
	"a wrong prev link": {"walk-pages-of-1", "the link prev leads to page 1, not to 2", changeLinks(func(l object) {
		if _, ok := l["prev"]; ok {
			l["prev"] = l["first"]
		}
	})},
	"a next link on the last page": {"walk-exact-boundary", "the link next leads to page", body(isList, func(b object) {
		l := b["links"].(object)["pages"].(object)
		if l["next"] == nil && l["prev"] != nil {
			last := l["prev"].(string)
			u, _ := url.Parse(last)
			page, _ := strconv.Atoi(u.Query().Get("page"))
			l["next"] = strings.Replace(last, fmt.Sprintf("page=%d", page), fmt.Sprintf("page=%d", page+2), 1)
		}
	})},
	"a link that is a number": {"walk-pages-of-20", "/links/pages/next: value must be a string", changeLinks(func(l object) { l["next"] = 2 })},
	"the type filter ignored": {"filter-distribution", "is listed as distribution and as application", request(func(r *http.Request, q url.Values) { q.Del("type") })},
	"the type filters swapped": {"filter-application", "is listed as application and as distribution", request(func(r *http.Request, q url.Values) {
		if q.Has("type") {
			q.Set("type", "application")
		}
	})},
	"the private filter ignored": {"filter-private", "lists", request(func(r *http.Request, q url.Values) { q.Del("private") })},
	"the tag filter ignored":     {"filter-tag", "lists", request(func(r *http.Request, q url.Values) { q.Del("tag_name") })},
	"filters that exclude each other": {"filters-combined", "lists", request(func(r *http.Request, q url.Values) {
		if q.Has("private") && q.Has("tag_name") {
			q.Del("tag_name")
		}
	})},
	"an image that reads otherwise": {"get-by-id", "and listed as", body(isImage, func(b object) { b["image"].(object)["name"] = "another" })},
	"a slug that leads astray": {"get-by-slug", "is read as", request(func(r *http.Request, q url.Values) {
		if strings.HasSuffix(r.URL.Path, "-x64") {
			r.URL.Path = "/v2/images/debian-12-x64"
		}
	})},
	"200 for a missing image": {"unknown-id", "it holds 6000000", request(func(r *http.Request, q url.Values) {
		if strings.Contains(r.URL.Path, "/v2/images/46") {
			r.URL.Path = "/v2/images/6000000"
		}
	})},
	"200 for a missing slug": {"unknown-slug", "the request succeeded", request(func(r *http.Request, q url.Values) {
		if strings.Contains(r.URL.Path, "no-such-slug") {
			r.URL.Path = "/v2/images/6000000"
		}
	})},
	"errors of another shape": {"unknown-id", `property "id" is missing`, response(status(404), func(*http.Response, []byte) []byte { return []byte(`{"error":"not found"}`) })},
	"errors as pages":         {"content-type", "is no application/json", response(status(404), func(r *http.Response, b []byte) []byte { r.Header.Set("Content-Type", "text/html"); return b })},
	"authentication ignored": {"no-token", "is answered with", request(func(r *http.Request, q url.Values) {
		if r.Header.Get("Authorization") == "" {
			r.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		}
	})},
	"authentication ignored for one operation": {"no-token", "DELETE /v2/images/", request(func(r *http.Request, q url.Values) {
		if r.Method == http.MethodDelete {
			r.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		}
	})},
	"any token accepted": {"wrong-token", "is answered with 200", request(func(r *http.Request, q url.Values) { r.Header.Set("Authorization", "Bearer "+fakeapi.Token) })},
	"a server error for a bad page": {"paging-out-of-range", "page=0 is answered with 500", response(status(422), func(r *http.Response, b []byte) []byte {
		r.StatusCode, r.Status = 500, "500 Internal Server Error"
		return b
	})},
	"no header for the rate limit": {"rate-limit-headers", "has no header ratelimit-remaining", response(always, func(r *http.Response, b []byte) []byte { r.Header.Del("ratelimit-remaining"); return b })},
	"a rate limit as text":         {"first-page", "header ratelimit-limit: value must be an integer", response(always, func(r *http.Response, b []byte) []byte { r.Header.Set("ratelimit-limit", "lots"); return b })},
	"a rate limit that stands still": {"rate-limit-headers", "100 requests remained, and after one more 100", response(always, func(r *http.Response, b []byte) []byte {
		r.Header.Set("ratelimit-remaining", "100")
		return b
	})},
	"every method accepted": {"unsupported-method", "PATCH /v2/images is answered with 200", request(func(r *http.Request, q url.Values) {
		if r.Method == http.MethodPatch {
			r.Method, r.URL.Path = http.MethodGet, "/v2/images"
		}
	})},
	"actions without a total": {"actions", `property "total" is missing`, body(isActions, func(b object) { delete(b["meta"].(object), "total") })},
	"a create without a url accepted": {"create-refused", "is answered with 202", response(status(422), func(r *http.Response, b []byte) []byte {
		r.StatusCode, r.Status = 202, "202 Accepted"
		return b
	})},
	"a create that answers 200": {"lifecycle", "images_create_custom 200: status: the contract has no such success", response(status(202), func(r *http.Response, b []byte) []byte { r.StatusCode = 200; return b })},
	"an import that never ends": {"lifecycle", "wait: wait for image", inImages(func(i object) {
		if i["type"] == "custom" {
			i["status"] = "pending"
		}
	})},
	"an update that is forgotten": {"lifecycle", "update: the name", response(method(http.MethodGet), func(r *http.Response, b []byte) []byte {
		return bytes.ReplaceAll(b, []byte("doimages-contract-updated"), []byte("doimages-contract-old"))
	})},
	"a description that cannot be cleared": {"lifecycle", `the description "" became`, requestBody(http.MethodPut, `"description":""`, `"description":"updated"`)},
	"an action without its envelope": {"lifecycle", `property "action" is missing`, response(method(http.MethodPost), func(r *http.Response, b []byte) []byte {
		return bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(b), []byte(`{"action":`)), []byte(`}`))
	})},
	"a transfer that moves": {"lifecycle", "transfer: after a transfer from [nyc3] to fra1 it is in [fra1]", inImages(func(i object) {
		if regions := i["regions"].([]any); i["type"] == "custom" && len(regions) == 2 {
			i["regions"] = regions[1:]
		}
	})},
	"an action under every image": {"lifecycle", "the action under another image's id", otherImagesActions()},
	"a conversion that does nothing": {"lifecycle", `convert: after the conversion the type is "custom"`, body(isImage, func(b object) {
		if image := b["image"].(object); image["name"] == "doimages-contract-updated" {
			image["type"] = "custom"
		}
	})},
	"a delete that does nothing": {"lifecycle", "use after delete", request(func(r *http.Request, q url.Values) {
		if r.Method == http.MethodDelete { // an image that is there no longer
			r.URL.Path = "/v2/images/6000420"
			r.Method = http.MethodGet
		}
	})},
	"a deleted image that is served": {"lifecycle", "get of the deleted image", resurrection()},
	"a body on a 204":                {"lifecycle", "there is one, and the contract has none", response(status(204), func(r *http.Response, b []byte) []byte { return []byte(`{}`) })},
	"a failed import that is available": {"failed-import", "should fail", inImages(func(i object) {
		if i["status"] == "deleted" {
			i["status"] = "available"
		}
	})},
	"a failed import that does not say why": {"failed-import", `with the error message ""`, inImages(func(i object) { i["error_message"] = "" })},
	"an offer without its id":               {"account-transfer", `property "transfer_id" is missing`, body(isTransfer, func(b object) { delete(b, "transfer_id") })},
	"an offer that its sender accepts": {"account-transfer", "the sender could accept", request(func(r *http.Request, q url.Values) {
		r.URL.Path = strings.Replace(r.URL.Path, "/accept", "/cancel", 1)
	})},
}

type object = map[string]any

// always matches every exchange.
func always(*http.Request, *http.Response) bool { return true }

func status(code int) func(*http.Request, *http.Response) bool {
	return func(_ *http.Request, r *http.Response) bool { return r.StatusCode == code }
}

func method(name string) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, resp *http.Response) bool {
		return r.Method == name && resp.StatusCode < 300 && (name == http.MethodGet || strings.HasSuffix(r.URL.Path, "/actions"))
	}
}

func isList(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 200 && r.URL.Path == "/v2/images"
}

func onPage(page int) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, resp *http.Response) bool {
		return isList(r, resp) && r.URL.Query().Get("page") == strconv.Itoa(page)
	}
}

func isImage(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode < 300 && strings.Count(r.URL.Path, "/") == 3 && r.Method != http.MethodDelete
}

func isActions(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 200 && strings.HasSuffix(r.URL.Path, "/actions") && r.Method == http.MethodGet
}

func isTransfer(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 201 && strings.HasSuffix(r.URL.Path, "/account_transfer")
}

// request changes what the fake is asked.
func request(change func(*http.Request, url.Values)) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			changed := req.Clone(req.Context())
			query := changed.URL.Query()
			change(changed, query)
			changed.URL.RawQuery = query.Encode()
			return next.RoundTrip(changed)
		})
	}
}

func requestBody(method, old, new string) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			changed := req.Clone(req.Context())
			if req.Method == method {
				body, _ := io.ReadAll(req.Body)
				changed.Body = io.NopCloser(strings.NewReader(strings.Replace(string(body), old, new, 1)))
			}
			return next.RoundTrip(changed)
		})
	}
}

// response changes what the fake answers, where it matches.
func response(matches func(*http.Request, *http.Response) bool, change func(*http.Response, []byte) []byte) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || !matches(req, resp) {
				return resp, err
			}
			body, _ := io.ReadAll(resp.Body)
			body = change(resp, body)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			resp.ContentLength = int64(len(body))
			return resp, nil
		})
	}
}

func body(matches func(*http.Request, *http.Response) bool, change func(object)) breakage {
	return response(matches, func(_ *http.Response, body []byte) []byte {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var decoded object
		if decoder.Decode(&decoded) != nil {
			return body
		}
		change(decoded)
		body, _ = json.Marshal(decoded)
		return body
	})
}

func changeLinks(change func(object)) breakage {
	return body(isList, func(b object) { change(b["links"].(object)["pages"].(object)) })
}

// inImages changes every image, listed or alone.
func inImages(change func(object)) breakage {
	return body(always, func(b object) {
		if image, ok := b["image"].(object); ok {
			change(image)
		}
		list, _ := b["images"].([]any)
		for _, image := range list {
			change(image.(object))
		}
	})
}

// otherImagesActions serves an action under the id of any image.
func otherImagesActions() breakage {
	home := ""
	return request(func(r *http.Request, q url.Values) {
		parts := strings.Split(r.URL.Path, "/")
		switch {
		case len(parts) == 5 && r.Method == http.MethodPost:
			home = parts[3]
		case len(parts) == 6 && home != "":
			r.URL.Path = fmt.Sprintf("/v2/images/%s/actions/%s", home, parts[5])
		}
	})
}

// resurrection goes on serving the image that was read last.
func resurrection() breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		var last []byte
		var header http.Header
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || req.Method != http.MethodGet || strings.Count(req.URL.Path, "/") != 3 {
				return resp, err
			}
			if resp.StatusCode == 200 {
				last, _ = io.ReadAll(resp.Body)
				header = resp.Header
			} else {
				resp.StatusCode, resp.Status, resp.Header = 200, "200 OK", header
			}
			resp.Body = io.NopCloser(bytes.NewReader(last))
			return resp, nil
		})
	}
}
