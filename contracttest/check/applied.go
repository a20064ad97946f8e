package check

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkApplied holds the response to a write against its request: a client takes the response for what was done. What
// the request leaves out, or has as null, claims nothing.
func (c *checker) checkApplied(v view, request any) {
	sent, image, action := rootOf(request), v.tells.image, v.tells.action
	switch id := c.operation.OperationID; {
	case id == "images_create_custom" && image != nil:
		c.checkCreated(sent, *image)
	case id == "images_update" && image != nil:
		c.checkUpdate(sent, *image)
	case id == "imageActions_post" && action != nil:
		c.checkStarted(sent, *action)
	}
}

// checkCreated compares a new image with what a create asks for.
func (c *checker) checkCreated(sent *object, image imageView) {
	c.checkText(fieldOf[string](sent, "name"), image.name())
	c.checkText(fieldOf[string](sent, "description"), image.description())
	c.checkDistribution(sent, image)
	c.checkTags(fieldOf[[]any](sent, "tags"), image.tags())
	c.checkRegions(fieldOf[string](sent, "region"), image.regions())
	c.checkNew(image)
}

// checkUpdate compares an image with what an update asks for. Only custom images have a description and a distribution
// that can be changed; whether the API refuses those of another image or ignores them is unknown.
func (c *checker) checkUpdate(sent *object, image imageView) {
	c.checkText(fieldOf[string](sent, "name"), image.name())
	if kind := image.kind(); kind.isTold && kind.value != "custom" {
		return
	}
	c.checkText(fieldOf[string](sent, "description"), image.description())
	c.checkDistribution(sent, image)
}

// checkText demands that a text be as the request has it. The empty text clears a description; null has none either.
func (c *checker) checkText(asked, told field[string]) {
	if asked.isTold && told.fits() && told.value != asked.value {
		c.addNotApplied(told.at(), told.given(), asked.value)
	}
}

// checkDistribution demands the distribution of the request if the contract has it. Of one that is unknown or empty
// the API makes "Unknown OS" (nanovms/ops#1182, 2021; Flatcar's tutorial, 2024).
func (c *checker) checkDistribution(sent *object, image imageView) {
	asked, told := fieldOf[string](sent, "distribution"), image.distribution()
	bothUnknown := isUnknown(asked.value) && isUnknown(told.value)
	if !asked.isTold || bothUnknown || !c.lists(sent, "distribution", asked.value) {
		return
	}
	c.checkText(asked, told)
}

// isUnknown reports whether a distribution is one of the two names that the API has for none that it knows. An image
// was created with the one, and read with the other (digitalocean/doctl#671, 2019).
func isUnknown(distribution string) bool {
	return distribution == "Unknown" || distribution == "Unknown OS"
}

// lists reports whether the contract lists a value for a field of a request.
func (c *checker) lists(sent *object, name, value string) bool {
	// Never nil: the body was judged by it.
	media := mediaTypeOf(c.exchange.RequestHeader.Get("Content-Type"), c.operation.RequestBody.Value.Content)
	schemas := c.operation.schemas
	declared, _ := schemasOf(name, expand(schemas, []*openapi3.Schema{media.Schema.Value}, sent.fields))
	return slices.ContainsFunc(expand(schemas, declared, value), func(s *openapi3.Schema) bool {
		return slices.Contains(s.Enum, any(value))
	})
}

// checkTags demands the tags of the request, and no others, in any order.
func (c *checker) checkTags(asked, told field[[]any]) {
	if !asked.isTold || !told.fits() {
		return
	}
	wanted, areTexts := tagSet(asked.value)
	given, areTextsToo := tagSet(told.value) // none, where it is null
	if !areTexts || !areTextsToo {
		return
	}
	for _, tag := range asked.value {
		if text := tag.(string); !given[comparableTag(text)] {
			c.addNotApplied(told.at(), told.given(), text)
			return
		}
	}
	if len(given) > len(wanted) {
		message := "the request does not ask for all of them"
		c.add("not-applied", "body", told.at(), message).Got = c.got(told.given())
	}
}

// checkRegions demands the region of the request among those of a new image. It may have none yet (nanovms/ops#1182,
// 2021).
func (c *checker) checkRegions(asked field[string], told field[[]any]) {
	if asked.isTold && len(told.value) > 0 && !hasRegion(told.value, asked.value) {
		c.addNotApplied(told.at(), told.given(), asked.value)
	}
}

// hasRegion reports whether a region is among others.
func hasRegion(regions []any, wanted string) bool {
	return slices.ContainsFunc(regions, func(region any) bool {
		text, _ := region.(string)
		return strings.EqualFold(text, wanted)
	})
}

// checkNew demands of the response to a create an image whose import has not ended. It may be pending: the contract has
// that between NEW and available, and nothing says that the first response precedes it. A client waits in either case.
// On one that is told to be available it would not.
func (c *checker) checkNew(image imageView) {
	if status := image.status(); rankOf(status.value) >= ranks["available"] {
		finding := c.add("not-new", "body", status.at(), "the import has only begun")
		finding.Expected, finding.Got = "NEW, new, pending", c.got(status.given())
	}
	kind := image.kind()
	if kind.isTold && kind.value != "custom" && !c.isJudged("body", kind.at()) {
		finding := c.add("not-new", "body", kind.at(), "what is imported is a custom image")
		finding.Expected, finding.Got = "custom", c.got(kind.given())
	}
}

// checkStarted demands the action that a request starts: of its type, and for a transfer to its region. What else the
// API may start is unknown.
func (c *checker) checkStarted(sent *object, action actionView) {
	asked := fieldOf[string](sent, "type")
	if asked.value != "transfer" && asked.value != "convert" {
		return
	}
	c.checkText(asked, action.kind())
	if asked.value != "transfer" {
		return
	}
	region := fieldOf[string](sent, "region")
	for _, told := range []field[string]{action.regionSlug(), action.slugOfRegion()} { // either may be null
		if region.isTold && told.isTold && !strings.EqualFold(told.value, region.value) {
			c.addNotApplied(told.at(), told.given(), region.value)
		}
	}
}

// addNotApplied files that a value is not the one that the request asks for, unless its schema found fault with it.
func (c *checker) addNotApplied(at []string, given any, asked string) {
	if c.isJudged("body", at) {
		return
	}
	wanted := c.quoted(asked)
	finding := c.add("not-applied", "body", at, "the request asks for "+wanted)
	finding.Expected, finding.Got = wanted, c.got(given)
}
