package fakeapi

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// defaultPerPage is the documented size of a page where a request names none.
const defaultPerPage = 20

// ignoringOutOfRange returns a request without a page or per_page that is out of range, or is no number: the lists then
// take the default. A boolean counts in any case. The links are made from the request as it came.
func ignoringOutOfRange(r *http.Request) *http.Request {
	query := r.URL.Query()
	for name, largest := range map[string]int{"page": math.MaxInt, "per_page": openapi.MaxPerPage} {
		if n, err := strconv.Atoi(query.Get(name)); err != nil || n < 1 || n > largest {
			query.Del(name)
		}
	}
	if private := query.Get("private"); private != "" {
		query.Set("private", strings.ToLower(private))
	}
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	return r
}

// page returns the items on a page of a list, the links around it, and the total over all pages. A page after the last
// is empty, with a total of 0.
func page[T any](c caller, all []T, number, perPage *int) (items []T, links gen.Links, total int) {
	n, size := valueOr(number, 1), valueOr(perPage, defaultPerPage)
	total = len(all)
	last := max((total+size-1)/size, 1)
	if n > 1 {
		links.Pages.First, links.Pages.Prev = pageLink(c, 1), pageLink(c, n-1)
	}
	if n > last {
		return nil, links, 0
	}
	items = all[(n-1)*size : min(n*size, total)]
	if n < last {
		links.Pages.Next, links.Pages.Last = pageLink(c, n+1), pageLink(c, last)
	}
	return items, links, total
}

// pageLink returns the address of another page of the list that a request asked for. It keeps the rest of the request's
// query, known or not, so that a client that follows links stays in the same list.
func pageLink(c caller, page int) string {
	query := c.request.URL.Query()
	query.Set("page", strconv.Itoa(page))
	link := &url.URL{Scheme: schemeOf(c.request), Host: c.request.Host}
	if c.base != nil {
		link = c.base
	}
	link = link.JoinPath(c.request.URL.Path)
	link.RawQuery = query.Encode()
	return link.String()
}

// schemeOf returns the scheme by which a request came. The URL of one that came through a socket has none.
func schemeOf(r *http.Request) string {
	if r.URL.Scheme == "http" {
		return "http"
	}
	if r.URL.Scheme == "" && r.TLS == nil {
		return "http"
	}
	return "https"
}

// valueOr returns the value of a parameter, or a default where the request left it out.
func valueOr[T any](parameter *T, byDefault T) T {
	if parameter == nil {
		return byDefault
	}
	return *parameter
}
