package contracttest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/check"
)

// brokenLists are fakes whose lists, filters or links are broken.
var brokenLists = []brokenFake{
	{
		name:   "a field dropped",
		finds:  "first-page",
		says:   `property "description" is missing`,
		broken: inImages(func(i object) { delete(i, "description") }),
	},
	{
		name:   "an unknown status",
		finds:  "first-page",
		says:   "value is not one of the allowed values",
		failOn: check.Drift, // clients pass it on, so that it is not breaking
		broken: inImages(func(i object) { i["status"] = "thawing" }),
	},
	{
		name:  "trailing data after the JSON",
		finds: "first-page",
		says:  "trailing data after the JSON document",
		broken: response(always, func(r *http.Response, body []byte) []byte {
			return append(body, "null"...)
		}),
	},
	{
		name:  "a larger default page",
		finds: "first-page",
		says:  "the first page has 25 of 60 images, expected 20",
		broken: request(func(r *http.Request, q url.Values) {
			if !q.Has("per_page") {
				q.Set("per_page", "25")
			}
		}),
	},
	{
		name:   "per_page ignored",
		finds:  "walk-pages-of-200",
		says:   "page 1 of 1, 200 images each: it has the images [6000413",
		broken: request(func(r *http.Request, q url.Values) { q.Del("per_page") }),
	},
	{
		name:  "a page lost",
		finds: "walk-pages-of-20",
		says:  "page 2",
		broken: request(func(r *http.Request, q url.Values) {
			if page, _ := strconv.Atoi(q.Get("page")); page > 1 {
				q.Set("page", strconv.Itoa(page+1))
			}
		}),
	},
	{
		name:  "a duplicate image",
		finds: "walk-pages-of-200",
		says:  "6000413 is duplicated",
		broken: body(isList, func(b object) {
			images := b["images"].([]any)
			images[1] = images[0]
		}),
	},
	{
		name:  "an image on two pages",
		finds: "walk-pages-of-20",
		says:  "page 2",
		broken: body(onPage(2), func(b object) {
			b["images"].([]any)[0].(object)["id"] = 6_000_413
		}),
	},
	{
		name:   "a total that is too large",
		finds:  "walk-pages-of-200",
		says:   "ends with item 60, but the total is 61",
		broken: body(isList, func(b object) { b["meta"].(object)["total"] = 61 }),
	},
	{
		name:   "a total that is too small",
		finds:  "walk-pages-of-200",
		says:   "ends with item 60, but the total is 59",
		broken: body(isList, func(b object) { b["meta"].(object)["total"] = 59 }),
	},
	{
		name:  "a next link to the same page",
		finds: "walk-pages-of-20",
		says:  "the next link points to page 1, expected 2",
		broken: changeLinks(func(l object) {
			if next, ok := l["next"].(string); ok {
				l["next"] = strings.Replace(next, "page=2", "page=1", 1)
			}
		}),
	},
	{
		name:   "no last link",
		finds:  "walk-pages-of-20",
		says:   "the last link points to page 0, expected 3",
		broken: changeLinks(func(l object) { delete(l, "last") }),
	},
	{
		name:  "a wrong prev link",
		finds: "walk-pages-of-1",
		says:  "the prev link points to page 1, expected 2",
		broken: changeLinks(func(l object) {
			if _, ok := l["prev"]; ok {
				l["prev"] = l["first"]
			}
		}),
	},
	{
		name:  "another image on one of the last pages",
		finds: "walk-pages-of-1",
		says:  "page 55 of 60, 1 image each: it has the images",
		broken: body(isList, func(b object) {
			l := b["links"].(object)["pages"].(object)
			next, _ := l["next"].(string)
			if strings.Contains(next, "page=56") && strings.Contains(next, "per_page=1") {
				b["images"].([]any)[0].(object)["id"] = 7
			}
		}),
	},
	{
		name:  "a next link on the last page",
		finds: "walk-exact-boundary",
		says:  "the next link points to page 3, expected 0",
		broken: body(isList, func(b object) {
			l := b["links"].(object)["pages"].(object)
			if l["next"] == nil && l["prev"] != nil {
				last := l["prev"].(string)
				u, _ := url.Parse(last)
				page, _ := strconv.Atoi(u.Query().Get("page"))
				l["next"] = strings.Replace(last, fmt.Sprintf("page=%d", page), fmt.Sprintf("page=%d", page+2), 1)
			}
		}),
	},
	{
		name:   "a link that is a number",
		finds:  "walk-pages-of-20",
		says:   "/links/pages/next: value must be a string",
		broken: changeLinks(func(l object) { l["next"] = 2 }),
	},
	{
		name:   "the type filter ignored",
		finds:  "filter-distribution",
		says:   "image 6000413 is not public",
		broken: request(func(r *http.Request, q url.Values) { q.Del("type") }),
	},
	{
		name:  "the type filters swapped",
		finds: "filter-application",
		says:  "is listed as application and as distribution",
		broken: request(func(r *http.Request, q url.Values) {
			if q.Has("type") {
				q.Set("type", "application")
			}
		}),
	},
	{
		name:   "the private filter ignored",
		finds:  "filter-private",
		says:   "the list with private=true has the public image 6000077",
		broken: request(func(r *http.Request, q url.Values) { q.Del("private") }),
	},
	{
		name:   "the tag filter ignored",
		finds:  "filter-tag",
		says:   "the list with tag_name=doimages-contract-no-such-tag has the images [6000000",
		broken: request(func(r *http.Request, q url.Values) { q.Del("tag_name") }),
	},
	{
		name:  "filters that exclude each other",
		finds: "filters-combined",
		says:  "the list with private=true&tag_name=prod has the images",
		broken: request(func(r *http.Request, q url.Values) {
			if q.Has("private") && q.Has("tag_name") {
				q.Del("tag_name")
			}
		}),
	},
	{
		name:  "a rate limit as text",
		finds: "first-page",
		says:  "header ratelimit-limit: value must be an integer",
		broken: response(always, func(r *http.Response, b []byte) []byte {
			r.Header.Set("ratelimit-limit", "lots")
			return b
		}),
	},
}
