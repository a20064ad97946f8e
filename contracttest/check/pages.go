package check

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// checkPage demands that a page be no larger than it may be, and that its total and links fit.
func (f *findings) checkPage(key string, length int, object map[string]any) {
	number, perPage, ok := paging(f.exchange.URL)
	total, told := totalOf(object)
	if told && (total < 0 || ok && length > 0 && total < (number-1)*perPage+length) {
		f.add("page-total", "body", []string{"meta", "total"}, fmt.Sprintf("there are more: this page %d holds %d", number, length)).Got = strconv.Itoa(total)
		return
	}
	if ok && length > perPage {
		f.add("page-size", "body", []string{key}, fmt.Sprintf("it holds %d, and the request asks for %d at the most", length, perPage))
	}
	if ok && told {
		f.checkLinks(asObject(asObject(object["links"])["pages"]), number, perPage, total)
	}
}

// checkLinks demands each link where it applies, to its page of the same list, and to no other host.
func (f *findings) checkLinks(pages map[string]any, number, perPage, total int) {
	last := max((total+perPage-1)/perPage, 1)
	want := map[string]int{"first": 1, "prev": number - 1, "next": number + 1, "last": last}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		text, present := pages[name].(string)
		applies := number > 1 && (name == "first" || name == "prev") || number < last && (name == "next" || name == "last")
		at := []string{"links", "pages", name}
		if number > last {
			continue // behind the end nobody knows what the links are
		}
		if !present {
			if _, other := pages[name]; applies && !other {
				f.add("page-links", "body", at, fmt.Sprintf("it is missing on page %d of %d", number, last))
			}
			continue
		}
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			continue // the format is judged elsewhere
		}
		page, size, _ := paging(u)
		switch problem := f.linkProblem(u); {
		case !applies:
			f.add("page-links", "body", at, fmt.Sprintf("it is there on page %d of %d", number, last))
		case page != want[name] || size != perPage:
			f.add("page-links", "body", at, fmt.Sprintf("it leads to page %d of %d each, not to page %d of %d each", page, size, want[name], perPage))
		case problem != "":
			f.add("page-links", "body", at, problem)
		}
	}
}

// linkProblem says where a link leads if that is not to the list of the request.
func (f *findings) linkProblem(link *url.URL) string {
	asked := f.exchange.URL
	filters := func(u *url.URL) [3]string {
		query := u.Query()
		private := strings.TrimSuffix(query.Get("private"), "false") // which is the default
		return [3]string{query.Get("type"), private, strings.ToLower(query.Get("tag_name"))}
	}
	switch {
	case asked.Host != "" && hostAndPort(link) != hostAndPort(asked) && link.Hostname() != "api.digitalocean.com":
		return "it leads to another host"
	case link.Scheme != "https" && (asked.Scheme == "https" || link.Hostname() == "api.digitalocean.com"):
		return "it leads to a host in the clear"
	case !strings.HasSuffix(link.Path, asked.Path): // a gateway may put something in front
		return "it leads to another list"
	case filters(link) != filters(asked):
		return "it has not the filters of the request"
	}
	return ""
}

// hostAndPort returns those of a URL in one form, without the port that its scheme has anyway.
func hostAndPort(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		port = ""
	}
	if net.ParseIP(host).IsLoopback() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
