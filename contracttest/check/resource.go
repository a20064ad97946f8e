package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
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
			f.add("wrong-resource", "body", []string{"image", "slug"}, "the request asks for "+redact.Shorten(at.image)).Got = f.got(slug)
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

// checkID demands that a value, where it is a number at all, be the one in the path.
func (f *findings) checkID(at []string, value any, want string) {
	number, ok := value.(json.Number)
	is, err1 := number.Int64()
	wanted, err2 := strconv.ParseInt(want, 10, 64)
	if ok && err1 == nil && err2 == nil && is != wanted {
		f.add("wrong-resource", "body", at, fmt.Sprintf("the request asks for %d", wanted)).Got = f.got(value)
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

// checkLimits demands that what is left of the request budget be a part of it.
func (f *findings) checkLimits() {
	limit, err1 := strconv.Atoi(f.exchange.Header.Get("ratelimit-limit"))
	remaining, err2 := strconv.Atoi(f.exchange.Header.Get("ratelimit-remaining"))
	if err1 == nil && err2 == nil && (remaining < 0 || remaining > limit) {
		f.add("header", "header ratelimit-remaining", nil, fmt.Sprintf("of a limit of %d that cannot remain", limit)).Got = strconv.Itoa(remaining)
	}
}
