package check_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// breakQuery breaks the query of a list in ways that only some servers notice.
func (m *mutator) breakQuery() {
	if m.from.Method != http.MethodGet || !strings.HasSuffix(m.from.URL.Path, "s") {
		return
	}
	query := func(operator, name, raw string) {
		m.add(operator, "request query "+name, "", true, func(e *traffic.Exchange) {
			u := *e.URL
			u.RawQuery = raw
			e.URL = &u
		})
	}
	for _, value := range []string{"", "+1", "%2B1", "%201", "01", "-0"} {
		query("integer in another form", "page", "per_page=1&page="+value)
	}
	query("query with a semicolon", "per_page", "per_page=1;page=1")
	query("query with a broken escape", "page", m.from.URL.RawQuery+"&page=%1")
	if strings.HasSuffix(m.from.URL.Path, "/images") {
		for _, value := range []string{"", "1", "t", "T", "TRUE", "True", "0", "f", "F", "FALSE", "False"} {
			query("boolean in another form", "private", "private="+value)
		}
	}
}

// breakBudget breaks what the headers of the rate limit mean.
func (m *mutator) breakBudget() {
	set := func(operator, name, value string) {
		if m.from.Header.Get(name) != "" {
			m.setHeader(operator, "header "+strings.ToLower(name), name, value)
		}
	}
	for _, name := range []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"} {
		set("header with a sign", name, "+"+m.from.Header.Get(name))
		set("header with a space", name, m.from.Header.Get(name)+" 0")
		set("header below nothing", name, "-1")
	}
	set("reset in milliseconds", "Ratelimit-Reset", "1444931833000")
	if m.from.Status == http.StatusTooManyRequests {
		set("pause beyond every limit", "Retry-After", "3601")
	}
	if m.from.Header.Get("Ratelimit-Reset") == "" {
		return
	}
	for _, reset := range []string{"60", "1700086401", "1699913599"} {
		m.add("reset far from the Date", "header ratelimit-reset", "", true, func(e *traffic.Exchange) {
			e.Header.Set("Date", "Tue, 14 Nov 2023 22:13:20 GMT")
			e.Header.Set("Ratelimit-Reset", reset)
		})
	}
}

// breakLink breaks a link to a page so that it leads there all the same, or seems to.
func (m *mutator) breakLink(path []string, link string) {
	replace := func(operator, old, new string) {
		m.setAt(operator, path, true, strings.Replace(link, old, new, 1))
	}
	replace("link with credentials", "://", "://alice:secret@")
	replace("link with credentials", "://", "://api.digitalocean.com@")
	replace("link to another port", ".com/", ".com:8443/")
	replace("link to another port", ".com/", ".com:80/")
	replace("link with a prefix", "/v2/", "/do/v2/")
	replace("link with dot segments", "/v2/", "/v2/../v2/")
	replace("link with dot segments", "/v2/", "/x/%2e%2e/v2/")
	replace("link with an unknown parameter", "?", "?cursor=a&")
	replace("link with a broken query", "?", "?a;b&")
	replace("link with a broken query", "?", "?a=%zz&")
	m.setAt("link with a fragment", path, true, link+"#top")
	m.add("link with a port", "", "", false, func(e *traffic.Exchange) {
		e.Body = encode(m.t, replaced(m.root, path, strings.Replace(link, ".com/", ".com:443/", 1)))
	})
}

// breakTime tells of something that has not happened yet.
func (m *mutator) breakTime(path []string) {
	for _, at := range []string{"2023-11-15T22:13:21Z", "2023-11-16T08:13:21+09:00", "2123-11-14T22:13:20Z"} {
		m.add("time after the Date", "body", "/"+strings.Join(path, "/"), true, func(e *traffic.Exchange) {
			e.Header.Set("Date", "Tue, 14 Nov 2023 22:13:20 GMT")
			e.Body = encode(m.t, replaced(m.root, path, at))
		})
	}
}

// breakTold breaks what a body means, and no schema judges.
func (m *mutator) breakTold() {
	root := objectOf(m.root)
	if m.from.Status >= http.StatusBadRequest {
		for _, id := range []string{"conflict", "Conflict", "CONFLICT"} {
			m.setAt("id of another error", []string{"id"}, true, id)
		}
		return
	}
	for _, key := range []string{"images", "actions"} {
		items, _ := root[key].([]any)
		if len(items) > 0 && m.from.URL.Query().Get("per_page") != "0" {
			m.setAt("page too short", []string{key}, true, items[:len(items)-1])
			m.setAt("page emptied", []string{key}, true, []any{})
		}
	}
	images, _ := root["images"].([]any)
	for i := range images {
		slug := []string{"images", fmt.Sprint(i), "slug"}
		m.breakSlug(slug)
		if i > 0 {
			same := replaced(replaced(m.root, slug, "same"), []string{"images", "0", "slug"}, "same")
			m.setBody("slug of another image", "/"+strings.Join(slug, "/"), true, encode(m.t, same))
		}
	}
	if root["image"] != nil {
		m.breakSlug([]string{"image", "slug"})
	}
}

// breakSlug gives an image a slug that is private.
func (m *mutator) breakSlug(slug []string) {
	for _, kind := range []string{"custom", "backup", "snapshot"} {
		image := slug[:len(slug)-1]
		private := replaced(m.root, append(slices.Clone(image), "public"), false)
		private = replaced(private, append(slices.Clone(image), "type"), kind)
		m.setBody("slug of a private image", "/"+strings.Join(slug, "/"), true, encode(m.t, replaced(private, slug, "mine")))
	}
}

// isSlugOfPrivate reports whether a place in a body is the slug of a private image.
func isSlugOfPrivate(e traffic.Exchange, pointer string) bool {
	parent, isSlug := strings.CutSuffix(pointer, "/slug")
	var image any
	if !isSlug || json.Unmarshal(e.Body, &image) != nil {
		return false
	}
	for _, key := range strings.Split(parent, "/")[1:] {
		if list, ok := image.([]any); ok {
			image = list[int(key[0]-'0')] // no recorded page has ten
			continue
		}
		image = objectOf(image)[key]
	}
	fields := objectOf(image)
	return fields["public"] == false && slices.Contains([]any{"custom", "backup", "snapshot"}, fields["type"])
}
