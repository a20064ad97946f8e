package check

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkApplied holds the response to a write against its request: a client takes the response for what was done. What
// the request leaves out, or has as null, claims nothing.
func (c *checker) checkApplied(v view, request any) {
	image, action := v.tells.image, v.tells.action
	switch id := c.operation.OperationID; {
	case id == "images_create_custom" && image != nil:
		asked := rootOf(request)
		c.checkText(fieldOf[string](asked, "name"), image.name())
		c.checkText(fieldOf[string](asked, "description"), image.description())
		c.checkDistribution(asked, *image)
		c.checkTags(fieldOf[[]any](asked, "tags"), image.tags())
		c.checkRegions(fieldOf[string](asked, "region"), image.regions())
		c.checkNew(*image)
	case id == "images_update" && image != nil:
		c.checkUpdate(rootOf(request), *image)
	case id == "imageActions_post" && action != nil:
		c.checkStarted(rootOf(request), *action)
	}
}

// checkUpdate compares an image with what an update asks for. Only custom images have a description and a distribution
// that can be changed; whether the API refuses those of another image or ignores them is unknown.
func (c *checker) checkUpdate(asked *object, image imageView) {
	c.checkText(fieldOf[string](asked, "name"), image.name())
	if kind := image.kind(); kind.isTold && kind.value != "custom" {
		return
	}
	c.checkText(fieldOf[string](asked, "description"), image.description())
	c.checkDistribution(asked, image)
}

// checkText demands that a text be as the request has it. The empty text clears a description; null has none either.
func (c *checker) checkText(asked, told field[string]) {
	isJudged := told.isTold || told.isThere && told.given() == nil
	if asked.isTold && isJudged && told.value != asked.value {
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
	isJudged := told.isTold || told.isThere && told.given() == nil // null is no tags
	wanted, areTexts := tagSet(asked.value)
	given, areTextsToo := tagSet(told.value)
	if !asked.isTold || !isJudged || !areTexts || !areTextsToo {
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

// tagSet returns tags in the form in which they are compared, and false if one of them is not a text.
func tagSet(tags []any) (set map[string]bool, ok bool) {
	set = make(map[string]bool, len(tags))
	for _, tag := range tags {
		text, ok := tag.(string)
		if !ok {
			return nil, false
		}
		set[comparableTag(text)] = true
	}
	return set, true
}

// comparableTag returns a tag in a form in which case makes no difference, as it makes none to the API.
func comparableTag(tag string) string { return strings.ToLower(strings.ToUpper(tag)) }

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
