package check_test

import (
	"example.com/doimages/contracttest/internal/testkit"
)

// resourceCases are successes that are not about what the request asks for.
var resourceCases = map[string]exchangeCase{
	"another image": {
		file:   "images_get",
		index:  1,
		change: testkit.ReplaceBody(`"id": 6918990`, `"id": 6918991`),
		want: []string{
			"wrong-resource: body /image/id: the request asks for 6918990",
		},
	},
	"another slug": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"slug": "ubuntu-16-04-x64"`, `"slug": null`),
		want: []string{
			"wrong-resource: body /image/slug: the request asks for ubuntu-16-04-x64",
		},
	},
	"another action": {
		file:   "imageActions_get",
		change: testkit.ReplaceBody(`"id": 36805527`, `"id": 1`),
		want: []string{
			"wrong-resource: body /action/id: the request asks for 36805527",
		},
	},
	"an action on another image": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"resource_id": 7555620`, `"resource_id": 1`),
		want: []string{
			"wrong-resource: body /actions/0/resource_id: the request asks for 7555620",
		},
	},
	"a public image in a list of private ones": {
		file:   "images_list",
		index:  2,
		change: testkit.ReplaceBody(`"public": false`, `"public": true`),
		want: []string{
			"filter: body /images/0/public: private images only",
		},
	},
	"a private image in a list of distributions": {
		file:   "images_list",
		index:  3,
		change: testkit.ReplaceBody(`"public": true`, `"public": false`),
		want: []string{
			"filter: body /images/0/public: distributions, and those are public",
			"slug: body /images/0/slug: a private image has no slug",
		},
	},
	"an image without the tag that was asked for": {
		file:   "images_list",
		change: testkit.ReplaceBody(`"simple-image"`, `"other"`),
		want: []string{
			"filter: body /images/0/tags: a tag that is not among them",
		},
	},
	"a page that is too large": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=5"),
		want: []string{
			"page-size: body /images: has 6 items, and the request asks for at most 5",
			"page-links: body /links/pages/last: missing on page 1",
			"page-links: body /links/pages/next: missing on page 1",
		},
	},
	"a total that is too low": {
		file:   "images_list",
		index:  5,
		change: testkit.ReplaceBody(`"total": 6`, `"total": 5`),
		want: []string{
			"page-total: body /meta/total: too low: page 1 has 6 items",
		},
	},
	"a negative total": {
		file:   "images_list",
		change: testkit.ReplaceBody(`"total": 1`, `"total": -1`),
		want: []string{
			"page-total: body /meta/total: negative",
		},
	},
	"a next link to another page": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody("actions?page=2", "actions?page=3"),
		want: []string{
			"page-links: body /links/pages/next: points to page 3 with 1 items, expected page 2 with 1",
		},
	},
	"a next link to another host": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https://api.digitalocean.com/`, `"next": "https://evil.example/`),
		want: []string{
			"page-links: body /links/pages/next: points to another host or port",
		},
	},
	"a next link with plain http": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https:`, `"next": "http:`),
		want: []string{
			"page-links: body /links/pages/next: uses plain http",
		},
	},
	"a next link to another list": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`actions?page=2`, `events?page=2`),
		want: []string{
			"page-links: body /links/pages/next: points to another list",
		},
	},
	"links that drop the filters": {
		file:   "imageActions_list",
		change: testkit.SetURL("https://api.digitalocean.com/v2/images/7555620/actions?per_page=1&tag_name=a"),
		want: []string{
			"undocumented-parameter: request query tag_name: does not know the parameter",
			"page-links: body /links/pages/last: drops the request's filters",
			"page-links: body /links/pages/next: drops the request's filters",
		},
	},
}
