package check_test

import (
	"net/http"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// fitMeaning makes a success one that says what it should beside its request, and whose actions make sense.
func fitMeaning(t *rapid.T, method string, request, body map[string]any) {
	actions, _ := body["actions"].([]any)
	for _, action := range append(actions[:len(actions):len(actions)], body["action"]) {
		if action := objectOf(action); action != nil {
			fitAction(t, action)
		}
	}
	image, action := objectOf(body["image"]), objectOf(body["action"])
	switch {
	case method == http.MethodPut && image != nil:
		fitUpdate(t, request, image)
	case method == http.MethodPost && image != nil:
		fitCreate(t, request, image)
	case method == http.MethodPost && action != nil:
		fitStarted(t, request, action)
	}
}

// fitAction gives an action times that fit its status, one region, and an image. One that errored may have an end.
func fitAction(t *rapid.T, action map[string]any) {
	started, err := time.Parse(time.RFC3339, action["started_at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	took := time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "how long the action took"))
	if action["status"] != "in-progress" {
		action["completed_at"] = started.Add(took).UTC().Format(time.RFC3339Nano)
	}
	isErrored := action["status"] == "errored"
	if action["status"] == "in-progress" || isErrored && rapid.Bool().Draw(t, "errored without an end") {
		action["completed_at"] = nil
	}
	if region := objectOf(action["region"]); region != nil && action["region_slug"] != nil {
		action["region_slug"] = region["slug"]
	}
	action["resource_type"] = "image"
}

// fitUpdate gives an image what a request sets. Images that are not custom may keep the rest.
func fitUpdate(t *rapid.T, request, image map[string]any) {
	fitText(request, image, "name")
	kind, isTold := image["type"]
	if isTold && kind != "custom" && rapid.Bool().Draw(t, "changes no more than the name") {
		return
	}
	fitText(request, image, "description")
	fitDistribution(t, request, image)
}

func fitText(request, image map[string]any, name string) {
	if asked, ok := request[name].(string); ok {
		image[name] = asked
	}
}

func fitDistribution(t *rapid.T, request, image map[string]any) {
	fitText(request, image, "distribution")
	unknown := []string{"Unknown", "Unknown OS"}
	if request["distribution"] == unknown[0] || request["distribution"] == unknown[1] {
		image["distribution"] = rapid.SampledFrom(unknown).Draw(t, "unknown distribution")
	}
}

// fitCreate makes an image the new one that a request asks for. Its tags are in any order and case, and one of them may
// be duplicated; it may have no region yet.
func fitCreate(t *rapid.T, request, image map[string]any) {
	fitText(request, image, "name")
	fitText(request, image, "description")
	fitDistribution(t, request, image)
	if tags, ok := request["tags"].([]any); ok {
		image["tags"] = fitTags(t, tags)
	}
	image["regions"] = []any{}
	if rapid.Bool().Draw(t, "has its region already") {
		image["regions"] = []any{"nyc2", request["region"], "nyc2"}
	}
	image["status"] = rapid.SampledFrom([]string{"NEW", "pending"}).Draw(t, "status of a new image")
	if image["type"] != nil {
		image["type"] = "custom"
	}
}

func fitTags(t *rapid.T, asked []any) any {
	var tags []any
	for _, tag := range rapid.Permutation(asked).Draw(t, "order of tags") {
		as := []func(string) string{strings.ToLower, strings.ToUpper, strings.Clone}
		tags = append(tags, rapid.SampledFrom(as).Draw(t, "case of a tag")(tag.(string)))
	}
	if len(tags) > 0 && rapid.Bool().Draw(t, "a tag is duplicated") {
		tags = append(tags, tags[0])
	}
	return tags // null if there are none
}

// fitStarted makes an action the one that a request starts. Its region may be null.
func fitStarted(t *rapid.T, request, action map[string]any) {
	action["type"] = request["type"]
	if request["type"] != "transfer" {
		return
	}
	region := objectOf(action["region"])
	if region != nil {
		region["slug"] = request["region"]
	}
	action["region_slug"] = nil
	if rapid.Bool().Draw(t, "tells the region's slug") {
		action["region_slug"] = request["region"]
	}
}
