package check

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

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

func intOr(text string, other int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return other
}
