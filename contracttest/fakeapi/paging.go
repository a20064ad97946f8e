package fakeapi

import (
	"fmt"
	"net/url"
	"strconv"

	"example.com/doimages/gen"
)

// page returns what a page of a list holds, and the links around it.
func page[T any](c caller, all []T, number, perPage *int) (items []T, links gen.Links, total int, err error) {
	n, size := 1, 20
	if number != nil {
		n = *number
	}
	if perPage != nil {
		size = *perPage
	}
	if n < 1 || size < 1 || size > 200 {
		return nil, links, 0, refuse("page must be at least 1, and per_page from 1 to 200")
	}
	total = len(all)
	last := max((total+size-1)/size, 1)
	if n <= last {
		items = all[(n-1)*size : min(n*size, total)]
	}
	link := func(page int) string {
		query := "page=" + strconv.Itoa(page)
		for _, name := range []string{"per_page", "type", "private", "tag_name"} {
			if value := c.request.URL.Query().Get(name); value != "" {
				query += "&" + name + "=" + url.QueryEscape(value)
			}
		}
		scheme := "https"
		if c.request.URL.Scheme == "http" || c.request.URL.Scheme == "" && c.request.TLS == nil {
			scheme = "http"
		}
		return fmt.Sprintf("%s://%s%s?%s", scheme, c.request.Host, c.request.URL.Path, query)
	}
	if n > 1 {
		links.Pages.First, links.Pages.Prev = link(1), link(min(n-1, last))
	}
	if n < last {
		links.Pages.Next, links.Pages.Last = link(n+1), link(last)
	}
	return items, links, total, nil
}
