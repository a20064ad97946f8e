package check

import (
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/openapi"
)

// imagesPath is the path of the images API.
const imagesPath = "/v2/images"

// asks is what the URL of a request asks for.
type asks struct {
	image   string // the id or the slug of an image in the path; empty if it names none
	action  string // the id of an action in the path; empty if it names none
	page    page
	filters filters
}

// newAsks reads what the URL of a request asks for, whatever the operation. Of a query that parsers
// disagree on it reads nothing: what was left out may be the page, or a filter.
func newAsks(u *url.URL) asks {
	a := asks{}
	if query, err := url.ParseQuery(u.RawQuery); err == nil {
		a.page, a.filters = pageOf(query), filtersOf(query)
	}
	// In its escaped form, since a slug may hold a slash.
	rest, found := strings.CutPrefix(u.EscapedPath(), imagesPath+"/")
	if !found {
		return a
	}
	parts := strings.Split(rest, "/")
	a.image, _ = url.PathUnescape(parts[0])
	if len(parts) == 3 && parts[1] == "actions" {
		a.action = parts[2]
	}
	return a
}

// page is which page of a list is asked for, and how many items of it. A value that is given more
// than once, or is not a number in its plain form, is 0.
type page struct{ number, size int }

// maxPage is far above the last page of any list, and keeps number*size within 32 bits.
const maxPage = 1 << 23

// defaultPageSize is how many items a page has if the request does not say.
const defaultPageSize = 20

// pageOf reads the page that a query asks for, of a request or of a link.
func pageOf(query url.Values) page {
	return page{number: numberOf(query["page"], 1), size: numberOf(query["per_page"], defaultPageSize)}
}

func numberOf(values []string, byDefault int) int {
	if len(values) == 0 {
		return byDefault
	}
	n, err := strconv.Atoi(values[0])
	if err != nil || len(values) > 1 || !isPlainInteger(values[0]) {
		return 0
	}
	return n
}

// isPlainInteger reports whether an integer is written in the one way that every parser reads alike:
// without a plus sign, and without leading zeros, which some take for octal.
func isPlainInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && digits[0] != '+' && (digits[0] != '0' || text == "0")
}

// isValid reports whether the contract has such a page. What the API sends for another is unknown, but
// for per_page=0: a page of some size (emancipat3r/vps3, 2025).
func (p page) isValid() bool {
	return 1 <= p.number && p.number <= maxPage && 1 <= p.size && p.size <= openapi.MaxPerPage
}

// last returns the number of the last page of a list with a total. An empty list has one page.
func (p page) last(total int) int { return max(1, (total+p.size-1)/p.size) }

// length returns how many items the page has of a list with a total. A page after the last has none.
func (p page) length(total int) int { return min(p.size, max(0, total-(p.number-1)*p.size)) }

// filters is which images a list is limited to. Two that are equal ask for the same.
type filters struct {
	kind    string // type
	private string // true however it is written, or a text that is not a boolean; empty for false, the default
	tag     string // in its comparable form
	extra   int    // values beyond the first of each parameter; which of them counts is unknown
}

// overridesKind reports whether the type gives way: a request for distributions that are private and
// carry a tag was answered with a private custom image (Flatcar's tutorial, 2024). Which of the two
// has that effect is unknown, so either is taken to have it.
func (f filters) overridesKind() bool { return f.private != "" || f.tag != "" }

// filtersOf reads the filters of a query, of a request or of a link. A boolean that is not written as
// the contract has it, such as 1 or TRUE, is taken for what it means.
func filtersOf(query url.Values) filters {
	f := filters{
		kind:    query.Get("type"),
		private: query.Get("private"),
		tag:     comparableTag(query.Get("tag_name")),
	}
	if isPrivate, err := strconv.ParseBool(f.private); err == nil {
		f.private = ""
		if isPrivate {
			f.private = "true"
		}
	}
	for _, name := range []string{"type", "private", "tag_name"} {
		f.extra += max(0, len(query[name])-1)
	}
	return f
}
