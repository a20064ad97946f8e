package check

import (
	"slices"
	"strings"
)

// comparableTag returns a tag in a form in which case makes no difference, as it makes none to the API.
func comparableTag(tag string) string { return strings.ToLower(strings.ToUpper(tag)) }

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

// hasTag reports whether a tag, in its comparable form, is among others.
func hasTag(tags []any, wanted string) bool {
	return slices.ContainsFunc(tags, func(tag any) bool {
		text, ok := tag.(string)
		return ok && comparableTag(text) == wanted
	})
}
