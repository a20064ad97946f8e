package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// checkLink demands that a link be there if it applies, and lead to the page that is wanted. One
// that leads nowhere, or that is not a text, is left to the schema.
func (c *checker) checkLink(written field[string], asked, wanted page, applies bool) {
	link, err := url.Parse(written.value)
	switch {
	case applies && !written.isThere:
		c.add("page-links", "body", written.at(), fmt.Sprintf("missing on page %d", asked.number))
	case !written.isTold || err != nil || link.Host == "" && link.Opaque == "":
	case !applies:
		c.add("page-links", "body", written.at(), fmt.Sprintf("unexpected on page %d", asked.number))
	default:
		c.checkTarget(written, link, wanted)
	}
}

// checkTarget demands that a link lead to the page that is wanted, and have nothing that it does not need.
func (c *checker) checkTarget(written field[string], link *url.URL, wanted page) {
	if problem := c.targetProblem(link, wanted); problem != "" {
		c.add("page-links", "body", written.at(), problem)
		return
	}
	if problem := c.excess(link); problem != "" { // which a client takes along, and the API may ignore
		c.addAs("page-links", Drift, "body", written.at(), problem)
	}
}

// targetProblem returns what keeps a link from leading to a page of the list of a request, or "".
func (c *checker) targetProblem(link *url.URL, wanted page) string {
	asked := c.exchange.URL
	query, err := url.ParseQuery(link.RawQuery)
	if err != nil {
		return "has a query that parsers disagree on"
	}
	if to := pageOf(query); to != wanted {
		return fmt.Sprintf("points to page %d with %d items, expected page %d with %d",
			to.number, to.size, wanted.number, wanted.size)
	}
	if problem := hostProblem(link, asked); problem != "" {
		return problem
	}
	if problem := pathProblem(link, asked, c.exchange.Prefix); problem != "" {
		return problem
	}
	if filtersOf(query) != filtersOf(asked.Query()) {
		return "drops the request's filters"
	}
	return ""
}

// hostProblem returns why a client should not send its token where a link leads, or "". The host may
// be that of the API as well: a proxy passes on the links of the API as they are.
func hostProblem(link, asked *url.URL) string {
	toAPI := isAPI(link)
	switch {
	case link.Opaque != "" || link.Scheme != "https" && link.Scheme != "http":
		return "is not an address of HTTP"
	case link.User != nil:
		return "holds credentials"
	case !toAPI && strings.EqualFold(link.Hostname(), openapi.Host):
		return "points to another port"
	case !toAPI && asked.Host != "" && !traffic.SameServer(link, asked):
		return "points to another host or port"
	case link.Scheme == "http" && (asked.Scheme == "https" || toAPI):
		return "uses plain http"
	}
	return ""
}

// isAPI reports whether a URL leads to the host of the API, at the port of its scheme.
func isAPI(u *url.URL) bool { return traffic.SameServer(u, &url.URL{Host: openapi.Host}) }

// pathProblem returns why the path of a link is not that of the list of a request, or "". The API does
// not know what a gateway has in front of its paths, and leaves it out of its links; the gateway may put
// it there.
func pathProblem(link, asked *url.URL, prefix string) string {
	path, own := traffic.CanonicalURL(link).Path, ownPath(asked.Path)
	isGatewayPath := path == asked.Path || path == prefix+asked.Path
	switch {
	case path == own, isGatewayPath && !isAPI(link):
		return ""
	case strings.Contains(path+"/", "/./"), strings.Contains(path+"/", "/../"):
		return "has a path with dot segments"
	case strings.HasSuffix(path, own):
		return "has a path prefix that the request did not have"
	}
	return "points to another list"
}

// ownPath returns a path without what a gateway has in front of that of the images API.
func ownPath(path string) string {
	if i := strings.Index(path, imagesPath); i > 0 && traffic.IsImagesPath(path[i:]) {
		return path[i:]
	}
	return path
}

// excess returns what a link to the right page has beside what it needs, or "". It may repeat whatever
// the request had: an unknown type came back in the links (dchonch/digitalocean-postman, 2018).
func (c *checker) excess(link *url.URL) string {
	if link.Fragment != "" {
		return "has a fragment"
	}
	asked := c.exchange.URL.Query()
	var unknown []string
	for name := range link.Query() {
		if c.operation.Parameters.GetByInAndName("query", name) == nil && !asked.Has(name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return ""
	}
	return fmt.Sprintf("has a parameter that the request did not have: %q", redact.Shorten(slices.Min(unknown)))
}
