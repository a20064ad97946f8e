package check_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// linkCases are links that lead a client elsewhere, or that take more along than they should.
var linkCases = map[string]exchangeCase{
	"a next link with credentials": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https://`, `"next": "https://alice:secret@`),
		want: []string{
			"page-links: body /links/pages/next: holds credentials",
		},
	},
	"a next link to another port": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https://api.digitalocean.com`, `"next": "https://api.digitalocean.com:8443`),
		want: []string{
			"page-links: body /links/pages/next: points to another port",
		},
	},
	"a next link with a prefix": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https://api.digitalocean.com/`, `"next": "https://api.digitalocean.com/do/`),
		want: []string{
			"page-links: body /links/pages/next: has a path prefix that the request did not have",
		},
	},
	"a next link with dot segments": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`actions?page=2`, `x/%2e%2e/actions?page=2`),
		want: []string{
			"page-links: body /links/pages/next: has a path with dot segments",
		},
	},
	"a next link with an unknown parameter": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`actions?page=2`, `actions?cursor=a&page=2`),
		want: []string{
			`page-links: body /links/pages/next: has a parameter that the request did not have: "cursor"`,
		},
	},
	"a next link with a fragment": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`actions?page=2&per_page=1`, `actions?page=2&per_page=1#top`),
		want: []string{
			"page-links: body /links/pages/next: has a fragment",
		},
	},
	"a next link with a broken query": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`actions?page=2`, `actions?a;b&page=2`),
		want: []string{
			"page-links: body /links/pages/next: has a query that parsers disagree on",
		},
	},
	"a next link of another scheme": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https:`, `"next": "ftp:`),
		want: []string{
			"page-links: body /links/pages/next: is not an address of HTTP",
		},
	},
	"a next link without a host": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"next": "https://api.digitalocean.com/`, `"next": "https:`),
		want: []string{
			"page-links: body /links/pages/next: is not an address of HTTP",
		},
	},
	"a page that is short": {
		file:   "images_list",
		index:  5,
		change: testkit.ReplaceBody(`"total": 6`, `"total": 7`),
		want: []string{
			"page-size: body /images: has 6 items: page 1 of 7 in total has 7",
		},
	},
}

// linksFrom returns what is found of a page of the list that is asked for, with a link to the next.
func linksFrom(t *testing.T, contract *check.Contract, asked, link string, changes ...func(*traffic.Exchange)) []string {
	t.Helper()
	image := strings.Replace(testkit.Image(1), `"tags":[]`, `"tags":["WEB"]`, 1)
	links := fmt.Sprintf(`"next":%q,"last":%q`, link, link)
	exchange := exchangeOf(t, respond("GET /v2/images", 200, listOf(2, links, image)), 10, 100)
	testkit.SetURL(asked)(&exchange)
	for _, change := range changes {
		change(&exchange)
	}
	return partsOf(contract.Check(exchange))
}

// A link leads to the list of the request, by whatever name its host is known.
func TestLinksToTheSamePlace(t *testing.T) {
	for asked, link := range map[string]string{
		"http://fake:8080/v2/images":                                        "http://fake:8080/v2/images?page=2",
		"https://gw.example:443/v2/images":                                  "https://gw.example/v2/images?page=2",
		"http://gw.example/v2/images":                                       "https://gw.example/v2/images?page=2",
		"https://GW.example/v2/images":                                      "https://gw.example/v2/images?page=2",
		"http://localhost:8080/v2/images":                                   "http://127.0.0.1:8080/v2/images?page=2",
		"http://[::1]:8080/v2/images":                                       "http://LOCALHOST:8080/v2/images?page=2",
		"https://api.digitalocean.com/v2/images?private=false&tag_name=Web": "https://API.digitalocean.com:443/v2/images?page=2&tag_name=web",
		"https://api.digitalocean.com/v2/images?tag_name=web":               "https://api.digitalocean.com/v2/images/?page=2&tag_name=w%65b&private=false",
		"/v2/images":                        "http://127.0.0.1:1/v2/images?page=2", // as a server sees it
		"http://127.0.0.1:1/v2/images":      "https://api.digitalocean.com/v2/images?page=2",
		"https://gw.example:8443/v2/images": "https://api.digitalocean.com/v2/images?page=2",
	} {
		query := "?per_page=1"
		if strings.Contains(asked, "?") {
			query = "&per_page=1"
		}
		assert.Empty(t, linksFrom(t, testkit.Contract(t), asked+query, link+"&per_page=1"), asked)
	}
}

// A link to another place may take the token there.
func TestLinksToAnotherPlace(t *testing.T) {
	const api = "https://api.digitalocean.com/v2/images?per_page=1"
	for name, test := range map[string]struct{ asked, link, severity string }{
		"plain http to the API":          {asked: "http://127.0.0.1:8080/v2/images?per_page=1", link: "http://api.digitalocean.com/v2/images"},
		"plain http, as a server sees":   {asked: "/v2/images?per_page=1", link: "http://api.digitalocean.com/v2/images"},
		"plain http":                     {asked: api, link: "http://api.digitalocean.com/v2/images"},
		"another port":                   {asked: "https://gw.example/v2/images?per_page=1", link: "https://gw.example:8443/v2/images"},
		"another port of this machine":   {asked: "http://127.0.0.1:1/v2/images?per_page=1", link: "http://localhost:2/v2/images"},
		"another port of the API":        {asked: api, link: "https://api.digitalocean.com:8443/v2/images"},
		"the port of http":               {asked: api, link: "https://api.digitalocean.com:80/v2/images"},
		"another port, from a proxy":     {asked: "http://127.0.0.1:1/v2/images?per_page=1", link: "https://api.digitalocean.com:8443/v2/images"},
		"a host that ends like the API":  {asked: api, link: "https://evil-api.digitalocean.com/v2/images"},
		"a host that begins like it":     {asked: api, link: "https://api.digitalocean.com.evil.example/v2/images"},
		"a name":                         {asked: api, link: "https://alice@api.digitalocean.com/v2/images"},
		"credentials":                    {asked: api, link: "https://alice:secret@api.digitalocean.com/v2/images"},
		"empty credentials":              {asked: api, link: "https://@api.digitalocean.com/v2/images"},
		"the API for a name":             {asked: api, link: "https://api.digitalocean.com@evil.example/v2/images"},
		"a prefix of a gateway":          {asked: "https://gw.example/v2/images?per_page=1", link: "https://gw.example/do/v2/images"},
		"a prefix of the API":            {asked: api, link: "https://api.digitalocean.com/v2/v2/images"},
		"a prefix, through a proxy":      {asked: "http://127.0.0.1:1/v2/images?per_page=1", link: "https://api.digitalocean.com/do/v2/images"},
		"a prefix without a separator":   {asked: api, link: "https://api.digitalocean.com/x/v2/imagesx"},
		"dot segments":                   {asked: api, link: "https://api.digitalocean.com/v2/x/../images"},
		"dot segments to itself":         {asked: api, link: "https://api.digitalocean.com/v2/./images"},
		"dot segments above":             {asked: api, link: "https://api.digitalocean.com/x/../v2/images"},
		"dot segments at the end":        {asked: api, link: "https://api.digitalocean.com/v2/images/."},
		"dot segments as escapes":        {asked: api, link: "https://api.digitalocean.com/v2/x/%2E%2e/images"},
		"a list below":                   {asked: api, link: "https://api.digitalocean.com/v2/images/1/actions"},
		"no filter":                      {asked: api + "&private=true", link: "https://api.digitalocean.com/v2/images"},
		"an unknown parameter":           {asked: api, link: "https://api.digitalocean.com/v2/images?a=b", severity: "drift"},
		"an unknown parameter, empty":    {asked: api, link: "https://api.digitalocean.com/v2/images?a", severity: "drift"},
		"an unknown parameter in case":   {asked: api, link: "https://api.digitalocean.com/v2/images?Page=2", severity: "drift"},
		"a query that is not read alike": {asked: api, link: "https://api.digitalocean.com/v2/images?a=%zz"},
		"a page that is not read alike":  {asked: api, link: "https://api.digitalocean.com/v2/images?page=%2B2"},
		"a second page":                  {asked: api, link: "https://api.digitalocean.com/v2/images?page=2"},
	} {
		link := test.link + "?"
		if strings.Contains(test.link, "?") {
			link = test.link + "&"
		}
		severity := "breaking"
		if test.severity != "" {
			severity = test.severity
		}
		assert.Equal(t, []string{
			severity + " page-links: body /links/pages/last",
			severity + " page-links: body /links/pages/next",
		}, linksFrom(t, testkit.Contract(t), test.asked, link+"page=2&per_page=1"), name)
	}
}

// Links may repeat whatever the request had.
func TestLinksRepeatTheRequest(t *testing.T) {
	for _, query := range []string{"a=b", "a", "type=fruit&a=b", "private=1", "private=TRUE&sort=name"} {
		asked := "https://api.digitalocean.com/v2/images?per_page=1&" + query
		for _, finding := range linksFrom(t, testkit.Contract(t), asked, asked+"&page=2") {
			assert.Contains(t, finding, "request query", query)
		}
	}
}

// What a gateway has in front of the paths of the API is in the request, and may be in its links.
func TestLinksThroughAGateway(t *testing.T) {
	document := bytes.ReplaceAll(openapi.Document(), []byte("\n  /v2/images"), []byte("\n  /do/v2/images"))
	contract := loadSpec(t, document)
	const asked = "https://gw.example/do/v2/images?per_page=1"
	for link, isFound := range map[string]bool{
		"https://gw.example/do/v2/images":           false,
		"https://gw.example/v2/images":              false,
		"https://api.digitalocean.com/v2/images":    false,
		"https://api.digitalocean.com/do/v2/images": true,
		"https://gw.example/x/do/v2/images":         true,
		"https://gw.example/images":                 true,
	} {
		assert.Equal(t, isFound, len(linksFrom(t, contract, asked, link+"?page=2&per_page=1")) > 0, link)

		stripped := func(e *traffic.Exchange) { e.URL.Path, e.Prefix = "/v2/images", "/do" }
		found := linksFrom(t, testkit.Contract(t), asked, link+"?page=2&per_page=1", stripped)
		assert.Equal(t, isFound, len(found) > 0, "%s, with the prefix beside the URL", link)
	}
}

// A page has the items that its place in the list leaves for it.
func TestPagesThatAreShort(t *testing.T) {
	short := []string{"breaking page-size: body /images"}
	for name, test := range map[string]struct {
		step step
		want []string
	}{
		"the only page":                 {step: listPage(1, 1, 1)},
		"an empty list":                 {step: listPage(1, 0)},
		"the first of two":              {step: listPage(1, 3, 1, 2)},
		"the last, which is short":      {step: listPage(2, 3, 3)},
		"the last, which is full":       {step: listPage(2, 4, 3, 4)},
		"a page after the end":          {step: pageAfterEnd(7)},
		"a page after the end, counted": {step: listPage(3, 4)},
		"far after the end":             {step: listPage(9, 5)},
		"a short page before the last":  {step: listPage(1, 3, 1), want: short},
		"an empty page before the last": {step: listPage(2, 5), want: short},
		"an empty first page":           {step: listPage(1, 3), want: short},
		"an empty last page":            {step: listPage(2, 3), want: short},
		"an empty only page":            {step: listPage(1, 1), want: short},
		"a last page that is too short": {step: listPage(2, 4, 3), want: short},
	} {
		assert.Equal(t, test.want, partsOf(testkit.Contract(t).Check(exchangeOf(t, test.step, 10, 100))), name)
	}
}
