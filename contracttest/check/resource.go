package check

import (
	"encoding/json"
	"fmt"
	"strconv"

	"example.com/doimages/contracttest/internal/redact"
)

// checkResource judges what no schema can say: whether a success is about the image and the action
// that were asked for, and lists only what the filters allow, and whether what it tells can be so.
func (c *checker) checkResource(v view) {
	asks, tells := v.asks, v.tells
	if tells.image != nil && c.operation.OperationID != "images_create_custom" { // which names none
		c.checkImage(*tells.image, asks.image)
	}
	if tells.action != nil {
		c.checkID(tells.action.id(), asks.action)
		c.checkID(tells.action.resource(), asks.image)
	}
	for _, image := range tells.images {
		c.checkFilters(image, asks.filters)
	}
	for _, action := range tells.actions {
		c.checkID(action.resource(), asks.image)
	}
	c.checkSlugs(tells)
	c.checkTimes(tells)
	c.checkErrorID(v.errorID)
}

// checkImage demands the image that was asked for, by its id or by its slug.
func (c *checker) checkImage(image imageView, asked string) {
	if _, err := strconv.ParseInt(asked, 10, 64); err == nil {
		c.checkID(image.id(), asked)
		return
	}
	slug := image.slug()
	if slug.isThere && (!slug.isTold || slug.value != asked) { // null, as private images have it, is another one, too
		message := "the request asks for " + redact.Shorten(asked)
		c.add("wrong-resource", "body", slug.at(), message).Got = c.got(slug.given())
	}
}

// checkID demands that an id be the one in the path. Whether it is a number at all is for its
// schema to say.
func (c *checker) checkID(id field[json.Number], asked string) {
	is, err1 := id.value.Int64()
	wanted, err2 := strconv.ParseInt(asked, 10, 64)
	if err1 == nil && err2 == nil && is != wanted {
		c.add("wrong-resource", "body", id.at(), fmt.Sprintf("the request asks for %d", wanted)).Got = c.got(id.value)
	}
}

// checkFilters demands that an image in a list be one that was asked for. Of type=application
// nothing is demanded: an application was seen that is not public
// (digitalocean/packer-plugin-digitalocean#172, 2025), as in the documentation's own example.
func (c *checker) checkFilters(image imageView, asked filters) {
	public := image.public()
	switch {
	case !public.isTold:
	case public.value && asked.private == "true":
		c.add("filter", "body", public.at(), "the request asks for private images only")
	case !public.value && asked.kind == "distribution" && !asked.overridesKind():
		c.add("filter", "body", public.at(), "the request asks for distributions, and those are public")
	}
	tags := image.tags()
	if asked.tag != "" && tags.fits() && !hasTag(tags.value, asked.tag) {
		c.add("filter", "body", tags.at(), "the request asks for a tag that is not among them")
	}
}
