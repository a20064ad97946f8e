package check_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// breakMeaning breaks what a response says beside its request, and what its actions say of themselves.
func (m *mutator) breakMeaning() {
	if m.from.Status/100 != 2 {
		return
	}
	root := objectOf(m.root)
	actions, _ := root["actions"].([]any)
	for i, action := range actions {
		m.breakAction([]string{"actions", strconv.Itoa(i)}, objectOf(action))
	}
	if action := objectOf(root["action"]); action != nil {
		m.breakAction([]string{"action"}, action)
	}
	image := objectOf(root["image"])
	switch {
	case m.from.Method == http.MethodPut && image != nil:
		m.breakUpdate()
	case m.from.Method == http.MethodPost && image != nil:
		m.breakCreate()
	case m.from.Method == http.MethodPost && root["action"] != nil:
		m.breakStarted()
	}
}

// setFields adds a mutant with other values of fields of one object, of which the first is what is wrong.
func (m *mutator) setFields(operator string, object []string, breaks bool, fields ...any) {
	root := m.root
	for i := 0; i < len(fields); i += 2 {
		root = replaced(root, append(slices.Clone(object), strings.Split(fields[i].(string), "/")...), fields[i+1])
	}
	pointer := "/" + strings.Join(object, "/") + "/" + fields[0].(string)
	body := encode(m.t, root)
	m.add(operator, "body", pointer, breaks, func(e *traffic.Exchange) { e.Body = body })
}

// breakAction breaks the times, the regions and the resource of an action.
func (m *mutator) breakAction(at []string, action map[string]any) {
	const early, late = "2001-01-01T00:00:00Z", "2031-01-01T00:00:00+01:00"
	started := action["started_at"]
	m.setFields("an action that is completed without an end", at, true, "completed_at", nil, "status", "completed")
	m.setFields("an action in progress with an end", at, true, "completed_at", late, "status", "in-progress")
	for _, status := range []string{"completed", "errored"} {
		m.setFields("an action that ends before it begins", at, true, "completed_at", early, "status", status)
		m.setFields("an action that has ended", at, false, "completed_at", late, "status", status)
		m.setFields("an action that ends as it begins", at, false, "completed_at", started, "status", status)
	}
	m.setFields("an action that errored without an end", at, false, "completed_at", nil, "status", "errored")
	m.setFields("an action in progress", at, false, "completed_at", nil, "status", "in-progress")
	for _, kind := range []string{"droplet", "Image", ""} {
		m.setFields("an action on something else", at, true, "resource_type", kind)
	}
	if action["region"] == nil {
		return
	}
	m.setFields("an action in two regions", at, true, "region_slug", "ams2")
	m.setFields("an action in two regions", at, true, "region_slug", action["region_slug"], "region/slug", "ams2")
	m.setFields("an action without a region", at, false, "region", nil, "region_slug", nil)
	m.setFields("an action with a region and no slug", at, false, "region_slug", nil)
	m.setFields("an action with a slug and no region", at, false, "region", nil)
}

// breakStarted breaks what a request for an action is told of it.
func (m *mutator) breakStarted() {
	at := []string{"action"}
	for _, kind := range []string{"convert", "image_destroy", ""} {
		m.setFields("another action than was asked for", at, true, "type", kind)
	}
	m.ask(`{"type":"convert"}`, func(m *mutator) {
		m.setFields("another action than was asked for", at, true, "type", "transfer")
		m.setFields("a conversion", at, false, "type", "convert")
	})
	region := objectOf(objectOf(m.root)["action"])["region"]
	m.setFields("a transfer to another region", at, true, "region_slug", "ams2", "region", nil)
	if region != nil {
		m.setFields("a transfer to another region", at, true, "region/slug", "ams2", "region_slug", nil)
	}
}

// ask breaks the response to another request.
func (m *mutator) ask(request string, breakIt func(*mutator)) {
	other := *m
	testkit.SetRequest(request)(&other.from)
	breakIt(&other)
	m.all = other.all
}

// breakUpdate breaks what an update is told of it.
func (m *mutator) breakUpdate() {
	at := []string{"image"}
	m.ask(`{"name":"n","description":"d","distribution":"Debian"}`, func(m *mutator) {
		for name, value := range map[string]string{
			"name": "n", "description": "d", "distribution": "Debian", "type": "custom",
		} {
			m.root = replaced(m.root, []string{"image", name}, value)
		}
		m.breakTexts()
		m.setFields("an image that is not custom", at, false, "description", "", "distribution", "Ubuntu", "type", "backup")
		m.setFields("an image that is not custom renamed", at, true, "name", "", "type", "backup")
	})
	m.ask(`{"description":""}`, func(m *mutator) {
		m.setFields("a description that is not cleared", at, true, "description", "d", "type", "custom")
		m.setFields("a description that is cleared", at, false, "description", "", "name", "n")
	})
	m.ask(`{"name":null,"description":null}`, func(m *mutator) {
		m.add("a request of nothing", "request body", "/name", true, func(*traffic.Exchange) {}) // null is drift
	})
	m.ask(`{}`, func(m *mutator) {
		m.setFields("a request of nothing", at, false, "name", "n", "description", "d", "distribution", "Debian")
	})
}

// breakTexts breaks what was asked for in so many words.
func (m *mutator) breakTexts() {
	at := []string{"image"}
	for _, name := range []string{"name", "description"} {
		asked, _ := objectOf(objectOf(m.root)["image"])[name].(string)
		for _, other := range []string{"", asked + " ", strings.ToUpper(asked), "another"} {
			m.setFields("another "+name, at, true, name, other)
		}
	}
	for _, other := range []string{"Fedora", "Unknown", "Unknown OS"} {
		m.setFields("another distribution", at, true, "distribution", other)
	}
}

// breakCreate breaks what a create is told of it.
func (m *mutator) breakCreate() {
	at := []string{"image"}
	for _, status := range []string{"available", "deleted", "retired"} {
		m.setFields("a new image that is not new", at, true, "status", status)
	}
	for _, kind := range []string{"base", "snapshot", "backup", "admin", "application"} {
		m.setFields("a new image that is not custom", at, true, "type", kind)
	}
	m.setFields("a new image", at, false, "status", "pending")

	m.ask(`{"name":"n","url":"https://b.example/c","region":"nyc3","distribution":"Debian","description":"d","tags":["A","b"]}`,
		func(m *mutator) {
			for name, value := range map[string]any{
				"name": "n", "description": "d", "distribution": "Debian", "tags": []any{"A", "b"}, "regions": []any{},
			} {
				m.root = replaced(m.root, []string{"image", name}, value)
			}
			m.breakTexts()
			for _, tags := range [][]any{{}, {"a"}, {"b"}, {"a", "b", "c"}, {"a", "c"}, nil} {
				m.setFields("other tags", at, true, "tags", tags)
			}
			for _, tags := range [][]any{{"B", "a"}, {"a", "B", "b"}} {
				m.setFields("tags in another form", at, false, "tags", tags)
			}
			m.setFields("another region", at, true, "regions", []any{"nyc2"})
			m.setFields("more regions", at, false, "regions", []any{"nyc2", "nyc3", "nyc3"})
		})
	m.ask(`{"name":"n","url":"https://b.example/c","region":"nyc3","description":"","tags":[]}`, func(m *mutator) {
		nothing := []any{"name", "n", "description", "", "tags", []any{}, "distribution", "Unknown OS"}
		m.setFields("a create of little", at, false, nothing...)
		m.setFields("a create of little", at, false, append([]any{"tags", nil}, append(nothing[:4:4], nothing[6:]...)...)...)
		m.setFields("a description that is not cleared", at, true, append([]any{"description", "d", "name", "n"}, nothing[4:]...)...)
		m.setFields("other tags", at, true, append([]any{"tags", []any{"a"}}, append(nothing[:4:4], nothing[6:]...)...)...)
	})
	for _, asked := range []string{"Unknown", "Unknown OS"} {
		m.ask(`{"name":"n","url":"https://b.example/c","region":"nyc3","distribution":"`+asked+`"}`, func(m *mutator) {
			for _, told := range []string{"Unknown", "Unknown OS"} {
				m.setFields("an unknown distribution", at, false, "distribution", told, "name", "n")
			}
			m.setFields("another distribution", at, true, "distribution", "Debian", "name", "n")
		})
	}
}

// ofAction is a field of an action.
var ofAction = regexp.MustCompile(`^(/actions?(?:/\d+)?)/([a-z_]+(?:/slug)?)$`)

// comparedByMeaning reports the same as comparedWithRequest of what an action says of itself, and of what a write asks
// for. It returns an empty place where a change has nothing to do with either.
func comparedByMeaning(e traffic.Exchange, operator, pointer string) (at string, breaks, skip bool) {
	isText := operator == "another string" || operator == "a character as escapes"
	isNull := operator == "value nulled"
	isTime := operator == "date-time with another zone"
	if e.Status/100 != 2 || !isText && !isNull && !isTime {
		return "", false, false
	}
	if parts := ofAction.FindStringSubmatch(pointer); parts != nil {
		return comparedInAction(e, parts[1], parts[2], isText, isNull)
	}
	field, _, isItem := strings.Cut(strings.TrimPrefix(pointer, "/image/"), "/")
	isCompared := field == "tags" || slices.Contains([]string{"name", "description"}, field) && !isItem
	if e.Method == http.MethodGet || !isCompared {
		return "", false, false
	}
	var asked map[string]any
	_ = json.Unmarshal(e.RequestBody, &asked)
	return "/image/" + field, asked[field] != nil, false
}

// comparedInAction is comparedByMeaning of a field of an action. Other times fit some actions and others not.
func comparedInAction(e traffic.Exchange, action, field string, isText, isNull bool) (at string, breaks, skip bool) {
	isStarted := e.Method == http.MethodPost
	at = action + "/" + field
	switch field {
	case "started_at":
		return at, false, true
	case "completed_at":
		return at, actionIn(e, action)["status"] == "completed", !isNull
	case "resource_type":
		return at, isText, false
	case "type":
		return at, isText && isStarted, false
	case "region/slug":
		return action + "/region_slug", isText, false
	case "region_slug":
		return at, isText && (isStarted || actionIn(e, action)["region"] != nil), false
	}
	return "", false, false
}

// actionIn returns the action in a place of a body.
func actionIn(e traffic.Exchange, at string) map[string]any {
	var root any
	_ = json.Unmarshal(e.Body, &root)
	for _, part := range strings.Split(at, "/")[1:] {
		if list, ok := root.([]any); ok {
			i, _ := strconv.Atoi(part)
			root = list[i]
			continue
		}
		root = objectOf(root)[part]
	}
	return objectOf(root)
}
