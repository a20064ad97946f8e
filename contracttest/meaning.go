package contracttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// checkMeaning holds a success against its request, for what no schema can say: whether it is about what was asked for,
// obeys the filters, and pages as the request and its own total have it.
func (f *findings) checkMeaning(body any) {
	f.checkLimits()
	object := asObject(body)
	if f.exchange.Status/100 != 2 || object == nil {
		return
	}
	at := pathIDs(f.exchange.URL)
	if image, ok := object["image"].(map[string]any); ok && f.operation != "images_create_custom" {
		if _, err := strconv.ParseInt(at.image, 10, 64); err == nil {
			f.checkID([]string{"image", "id"}, image["id"], at.image)
		} else if slug, told := image["slug"]; told && slug != at.image { // null, as private images have it, is another one, too
			f.add("wrong-resource", "body", []string{"image", "slug"}, "the request asks for "+shorten(at.image)).Got = got(slug)
		}
	}
	if action, ok := object["action"].(map[string]any); ok {
		f.checkID([]string{"action", "id"}, action["id"], at.action)
		f.checkID([]string{"action", "resource_id"}, action["resource_id"], at.image)
	}
	if images, ok := object["images"].([]any); ok {
		f.checkFilters(images)
		f.checkPage("images", len(images), object)
	}
	if actions, ok := object["actions"].([]any); ok {
		for i, action := range actions {
			f.checkID([]string{"actions", strconv.Itoa(i), "resource_id"}, asObject(action)["resource_id"], at.image)
		}
		f.checkPage("actions", len(actions), object)
	}
}

func asObject(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

// pathIDs returns what the path of a request names: an image by its id or slug, and an action.
func pathIDs(u *url.URL) (at struct{ image, action string }) {
	rest, below := strings.CutPrefix(u.EscapedPath(), "/v2/images/")
	if parts := strings.Split(rest, "/"); below {
		at.image, _ = url.PathUnescape(parts[0])
		if len(parts) == 3 && parts[1] == "actions" {
			at.action = parts[2]
		}
	}
	return at
}

// checkID demands that a value, where it is a number at all, be the one in the path.
func (f *findings) checkID(at []string, value any, want string) {
	number, ok := value.(json.Number)
	is, err1 := number.Int64()
	wanted, err2 := strconv.ParseInt(want, 10, 64)
	if ok && err1 == nil && err2 == nil && is != wanted {
		f.add("wrong-resource", "body", at, fmt.Sprintf("the request asks for %d", wanted)).Got = got(value)
	}
}

// checkFilters demands that the images in a list be such as were asked for.
func (f *findings) checkFilters(images []any) {
	query := f.exchange.URL.Query()
	tag := query.Get("tag_name")
	isWanted := func(other any) bool { // tags are compared without regard to case
		text, _ := other.(string)
		return strings.EqualFold(text, tag)
	}
	for i, image := range images {
		public, told := asObject(image)["public"].(bool)
		switch {
		case told && public && query.Get("private") == "true":
			f.add("filter", "body", []string{"images", strconv.Itoa(i), "public"}, "the request asks for private images alone")
		case told && !public && query.Get("type") == "distribution": // of applications the documentation's own example is not
			f.add("filter", "body", []string{"images", strconv.Itoa(i), "public"}, "the request asks for distributions, and those are public")
		}
		all, told := asObject(image)["tags"]
		tags, isList := all.([]any)
		if told && (isList || all == nil) && tag != "" && !slices.ContainsFunc(tags, isWanted) {
			f.add("filter", "body", []string{"images", strconv.Itoa(i), "tags"}, "the request asks for images with another tag")
		}
	}
}

// paging returns which page a URL asks for and how large a one, 0 where it says so twice or not in numbers. Nobody knows
// what a server makes of one that is out of range.
func paging(u *url.URL) (number, perPage int, ok bool) {
	query := u.Query()
	number, perPage = 1, 20
	for name, value := range map[string]*int{"page": &number, "per_page": &perPage} {
		if values := query[name]; len(values) > 0 {
			*value = intOr(strings.Join(values, " and "), 0)
		}
	}
	return number, perPage, 1 <= number && number <= 1<<23 && 1 <= perPage && perPage <= 200
}

// totalOf returns the total that a page tells.
func totalOf(object map[string]any) (int, bool) {
	number, _ := asObject(object["meta"])["total"].(json.Number)
	total, err := strconv.Atoi(number.String())
	return total, err == nil
}

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

// checkLimits demands that what is left of the request budget be a part of it.
func (f *findings) checkLimits() {
	limit, err1 := strconv.Atoi(f.exchange.Header.Get("ratelimit-limit"))
	remaining, err2 := strconv.Atoi(f.exchange.Header.Get("ratelimit-remaining"))
	if err1 == nil && err2 == nil && (remaining < 0 || remaining > limit) {
		f.add("header", "header ratelimit-remaining", nil, fmt.Sprintf("of a limit of %d that cannot remain", limit)).Got = strconv.Itoa(remaining)
	}
}
