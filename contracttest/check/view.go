package check

import (
	"encoding/json"
	"net/http"
	"strconv"

	"example.com/doimages/contracttest/traffic"
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
	root := rootOf(body)
	switch {
	case exchange.Status/100 == 2:
		v.tells = newTells(root)
	case exchange.Status >= http.StatusBadRequest:
		v.errorID = fieldOf[string](root, "id")
	}
	return v
}

// tells is what the body of a success tells.
type tells struct {
	image   *imageView // nil if the body has none
	action  *actionView
	images  []imageView
	actions []actionView
	lists   []listView // those of images and actions; a body of the API has at most one
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

// everyImage yields the image of a body and those of its list.
func (t tells) everyImage(yield func(imageView) bool) {
	if t.image != nil && !yield(*t.image) {
		return
	}
	for _, image := range t.images {
		if !yield(image) {
			return
		}
	}
}

// everyAction yields the action of a body and those of its list.
func (t tells) everyAction(yield func(actionView) bool) {
	if t.action != nil && !yield(*t.action) {
		return
	}
	for _, action := range t.actions {
		if !yield(action) {
			return
		}
	}
}

// imageView is an image.
type imageView struct{ *object }

func (i imageView) id() field[json.Number]      { return fieldOf[json.Number](i.object, "id") }
func (i imageView) slug() field[string]         { return fieldOf[string](i.object, "slug") }
func (i imageView) kind() field[string]         { return fieldOf[string](i.object, "type") }
func (i imageView) status() field[string]       { return fieldOf[string](i.object, "status") }
func (i imageView) created() field[string]      { return fieldOf[string](i.object, "created_at") }
func (i imageView) public() field[bool]         { return fieldOf[bool](i.object, "public") }
func (i imageView) tags() field[[]any]          { return fieldOf[[]any](i.object, "tags") }
func (i imageView) name() field[string]         { return fieldOf[string](i.object, "name") }
func (i imageView) description() field[string]  { return fieldOf[string](i.object, "description") }
func (i imageView) distribution() field[string] { return fieldOf[string](i.object, "distribution") }
func (i imageView) regions() field[[]any]       { return fieldOf[[]any](i.object, "regions") }

// actionView is an action. The resource is the image that it acts on.
type actionView struct{ *object }

func (a actionView) id() field[json.Number] { return fieldOf[json.Number](a.object, "id") }
func (a actionView) status() field[string]  { return fieldOf[string](a.object, "status") }
func (a actionView) resource() field[json.Number] {
	return fieldOf[json.Number](a.object, "resource_id")
}
func (a actionView) kind() field[string]         { return fieldOf[string](a.object, "type") }
func (a actionView) started() field[string]      { return fieldOf[string](a.object, "started_at") }
func (a actionView) completed() field[string]    { return fieldOf[string](a.object, "completed_at") }
func (a actionView) resourceType() field[string] { return fieldOf[string](a.object, "resource_type") }
func (a actionView) regionSlug() field[string]   { return fieldOf[string](a.object, "region_slug") }

// slugOfRegion is the slug in the region of the action, which it may tell beside region_slug.
func (a actionView) slugOfRegion() field[string] {
	region, _ := a.object.object("region")
	return fieldOf[string](region, "slug")
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
