package check

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// view is an exchange in the terms of the API: images, actions and pages instead of JSON. It is
// made once, and read by the checks of one exchange and of a session. It judges nothing: what does
// not have the form that the contract gives it is not there, and the schemas have said so.
type view struct {
	asks    asks
	tells   tells         // empty unless the response is a success
	errorID field[string] // of a response with 4xx or 5xx; empty otherwise
}

// newView returns the view of an exchange with a decoded body.
func newView(exchange traffic.Exchange, body any) view {
	v := view{asks: newAsks(exchange.URL)}
	root, ok := body.(map[string]any)
	switch {
	case !ok:
	case exchange.Status/100 == 2:
		v.tells = newTells(&object{fields: root})
	case exchange.Status >= http.StatusBadRequest:
		v.errorID = fieldOf[string](&object{fields: root}, "id")
	}
	return v
}

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
	rest, found := strings.CutPrefix(u.EscapedPath(), "/v2/images/")
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
	tag     string // in lower case, as tags are compared
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
		tag:     strings.ToLower(query.Get("tag_name")),
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

// tells is what the body of a success tells.
type tells struct {
	image   *imageView // nil if the body has none
	action  *actionView
	images  []imageView
	actions []actionView
	lists   []listView // images and actions once more, as lists; a body of the API has at most one
	total   field[int]
	links   pageLinks
}

// newTells reads what the fields of a body tell, whatever the operation: which of them it may have
// is for its schema to say.
func newTells(root *object) tells {
	t := tells{total: totalOf(root), links: linksOf(root)}
	if image, ok := root.object("image"); ok {
		t.image = &imageView{image}
	}
	if action, ok := root.object("action"); ok {
		t.action = &actionView{action}
	}
	if list, ok := root.list("images"); ok {
		t.lists = append(t.lists, list)
		for i := range list.items {
			t.images = append(t.images, imageView{&list.items[i]})
		}
	}
	if list, ok := root.list("actions"); ok {
		t.lists = append(t.lists, list)
		for i := range list.items {
			t.actions = append(t.actions, actionView{&list.items[i]})
		}
	}
	return t
}

// imageView is an image.
type imageView struct{ *object }

func (i imageView) id() field[json.Number] { return fieldOf[json.Number](i.object, "id") }
func (i imageView) slug() field[string]    { return fieldOf[string](i.object, "slug") }
func (i imageView) kind() field[string]    { return fieldOf[string](i.object, "type") }
func (i imageView) status() field[string]  { return fieldOf[string](i.object, "status") }
func (i imageView) created() field[string] { return fieldOf[string](i.object, "created_at") }
func (i imageView) public() field[bool]    { return fieldOf[bool](i.object, "public") }
func (i imageView) tags() field[[]any]     { return fieldOf[[]any](i.object, "tags") }

// actionView is an action. The resource is the image that it acts on.
type actionView struct{ *object }

func (a actionView) id() field[json.Number] { return fieldOf[json.Number](a.object, "id") }
func (a actionView) status() field[string]  { return fieldOf[string](a.object, "status") }
func (a actionView) resource() field[json.Number] {
	return fieldOf[json.Number](a.object, "resource_id")
}

// listView is a page of a list of whatever items.
type listView struct {
	key   string // images or actions
	items []object
}

// totalOf returns how many items a list says that it has on all its pages.
func totalOf(root *object) field[int] {
	meta, _ := root.object("meta")
	written := fieldOf[json.Number](meta, "total")
	total, err := strconv.Atoi(written.value.String())
	return field[int]{of: meta, name: "total", isThere: written.isThere, isTold: err == nil, value: total}
}

// pageLinks are the links of a page to other pages of its list.
type pageLinks struct{ first, prev, next, last field[string] }

func linksOf(root *object) pageLinks {
	links, _ := root.object("links")
	pages, _ := links.object("pages")
	return pageLinks{
		first: fieldOf[string](pages, "first"),
		prev:  fieldOf[string](pages, "prev"),
		next:  fieldOf[string](pages, "next"),
		last:  fieldOf[string](pages, "last"),
	}
}

// object is an object of a body. It knows the one around it, so that its place can be told without
// being written down: a page has hundreds of objects, and hardly ever is something wrong with one.
type object struct {
	fields map[string]any
	around *object // nil for the body itself
	key    string  // the field that holds it
	index  string  // where it is in the array that the field holds; empty if the field holds the object itself
}

// object returns the object in a field, and whether there is one. One that is missing is empty, and
// has a place.
func (o *object) object(name string) (*object, bool) {
	fields, ok := o.fields[name].(map[string]any)
	return &object{fields: fields, around: o, key: name}, ok
}

// list returns the array in a field, and whether there is one. An item that is not an object is
// empty.
func (o *object) list(name string) (listView, bool) {
	values, ok := o.fields[name].([]any)
	items := make([]object, len(values))
	for i, value := range values {
		fields, _ := value.(map[string]any)
		items[i] = object{fields: fields, around: o, key: name, index: strconv.Itoa(i)}
	}
	return listView{key: name, items: items}, ok
}

// at returns the place of the object, for a JSON pointer.
func (o *object) at() []string {
	switch {
	case o.around == nil:
		return nil
	case o.index == "":
		return append(o.around.at(), o.key)
	}
	return append(o.around.at(), o.key, o.index)
}

// field is a field of an object, of the type that the contract gives it.
type field[T any] struct {
	of      *object
	name    string
	isThere bool // whether the object has the field, be it null or of another type
	isTold  bool // whether it has a value of the type
	value   T    // that value; the zero value if there is none
}

// fieldOf reads a field of an object. T is the Go type that the decoder has for the type in the
// contract, such as json.Number for an integer.
func fieldOf[T any](o *object, name string) field[T] {
	given, isThere := o.fields[name]
	value, isTold := given.(T)
	return field[T]{of: o, name: name, isThere: isThere, isTold: isTold, value: value}
}

// given returns the value as it was decoded, of whatever type.
func (f field[T]) given() any { return f.of.fields[f.name] }

// at returns the place of the field, for a JSON pointer.
func (f field[T]) at() []string { return append(f.of.at(), f.name) }

// rootOf returns the object that a body is. One that is not an object, or could not be decoded, has no fields.
func rootOf(body any) *object {
	fields, _ := body.(map[string]any)
	return &object{fields: fields}
}
