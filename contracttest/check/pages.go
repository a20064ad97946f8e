package check

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// checkPages demands that each list in a response be the page that the request asks for.
func (c *checker) checkPages(v view) {
	for _, list := range v.tells.lists {
		c.checkPage(list, v.asks.page, v.tells)
	}
}

// checkPage demands that a page have no more items than it may have, and that its total and its
// links fit.
func (c *checker) checkPage(list listView, asked page, tells tells) {
	length, total := len(list.items), tells.total
	if total.isTold && !coversPage(total.value, asked, length) {
		message := "negative"
		if total.value >= 0 {
			message = fmt.Sprintf("too low: page %d has %d items", asked.number, length)
		}
		c.add("page-total", "body", total.at(), message).Got = strconv.Itoa(total.value)
		return // the links were judged by it
	}
	if !asked.isValid() {
		return
	}
	if length > asked.size {
		message := fmt.Sprintf("has %d items, and the request asks for at most %d", length, asked.size)
		c.add("page-size", "body", []string{list.key}, message)
	}
	if total.isTold {
		c.checkLinks(tells.links, asked, total.value)
	}
}

// coversPage reports whether a list of so many items in total can have so many on a page. An empty
// page may be one after the last, so that it says nothing of the total.
func coversPage(total int, asked page, length int) bool {
	if total < 0 {
		return false
	}
	return !asked.isValid() || length == 0 || total >= (asked.number-1)*asked.size+length
}

// checkLinks demands each link where it applies, to its page of the same list, and to no other
// host: a client that follows a link sends its token there.
func (c *checker) checkLinks(links pageLinks, asked page, total int) {
	last := asked.last(total)
	if asked.number > last {
		c.checkLinksAfterEnd(links, asked)
		return
	}
	hasBefore, hasAfter := asked.number > 1, asked.number < last
	c.checkLink(links.first, asked, page{number: 1, size: asked.size}, hasBefore)
	c.checkLink(links.last, asked, page{number: last, size: asked.size}, hasAfter)
	c.checkLink(links.next, asked, page{number: asked.number + 1, size: asked.size}, hasAfter)
	c.checkLink(links.prev, asked, page{number: asked.number - 1, size: asked.size}, hasBefore)
}

// checkLinksAfterEnd judges the links of a page after the last, which need not be there. A list of
// Droplets was seen to have first and prev there, and no others (dchonch/digitalocean-postman, 2018).
func (c *checker) checkLinksAfterEnd(links pageLinks, asked page) {
	c.checkLink(links.first, asked, page{number: 1, size: asked.size}, links.first.isThere)
	c.checkLink(links.prev, asked, page{number: asked.number - 1, size: asked.size}, links.prev.isThere)
	// A reader that follows them would go on for ever, or take its token to another host.
	c.checkLink(links.next, asked, asked, false)
	c.checkLink(links.last, asked, asked, false)
}

// checkLink demands that a link be there if it applies, and lead to the page that is wanted. One
// that leads nowhere, or that is not a text, is left to the schema.
func (c *checker) checkLink(written field[string], asked, wanted page, applies bool) {
	link, err := url.Parse(written.value)
	problem := ""
	switch {
	case !written.isThere && applies:
		problem = fmt.Sprintf("missing on page %d", asked.number)
	case !written.isTold || err != nil || link.Host == "":
	case !applies:
		problem = fmt.Sprintf("unexpected on page %d", asked.number)
	case pageOf(link.Query()) != wanted:
		to := pageOf(link.Query())
		problem = fmt.Sprintf("points to page %d with %d items, expected page %d with %d",
			to.number, to.size, wanted.number, wanted.size)
	default:
		problem = linkProblem(link, c.exchange.URL)
	}
	if problem != "" {
		c.add("page-links", "body", written.at(), problem)
	}
}

// linkProblem returns what keeps a link from being one to the list of a request, or "". The host
// may be that of the API as well: a proxy passes on the links of the API as they are.
func linkProblem(link, asked *url.URL) string {
	toAPI := link.Hostname() == openapi.Host
	switch {
	case asked.Host != "" && hostAndPort(link) != hostAndPort(asked) && !toAPI:
		return "points to another host"
	case link.Scheme != "https" && (asked.Scheme == "https" || toAPI):
		return "uses plain http"
	case !strings.HasSuffix(traffic.CanonicalURL(link).Path, asked.Path): // a gateway may put something in front
		return "points to another list"
	case filtersOf(link.Query()) != filtersOf(asked.Query()):
		return "drops the request's filters"
	}
	return ""
}

// hostAndPort returns those of a URL in one form: a client that asks for localhost may be told of
// 127.0.0.1, and one that leaves out the port of its scheme may be told of it.
func hostAndPort(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		port = ""
	}
	if traffic.IsLoopback(host) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
