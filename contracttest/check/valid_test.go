package check_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// TestNoFalseAlarm generates exchanges from the document, every optional field, null, branch and limit among them, and
// demands that none be flagged.
func TestNoFalseAlarm(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("10000"))
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	contract := testkit.Contract(t)
	type candidate struct {
		method, path string
		operation    *openapi3.Operation
		status       string
	}
	var candidates []candidate
	doc := document(t)
	for _, path := range doc.Paths.InMatchingOrder() {
		operations := doc.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			for _, status := range slices.Sorted(maps.Keys(operations[method].Responses.Map())) {
				if status != "default" { // which is reported, as drift
					candidates = append(candidates, candidate{method, path, operations[method], status})
				}
			}
		}
	}
	require.Len(t, candidates, testkit.Responses-len(operations))

	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(candidates).Draw(t, "operation and status")
		status, _ := strconv.Atoi(c.status)
		e := traffic.Exchange{Source: "generated", Method: c.method, Status: status, Header: http.Header{}, RequestHeader: http.Header{"Authorization": {"Bearer [redacted-1]"}}}

		path := strings.ReplaceAll(c.path, "{action_id}", strconv.FormatInt(rapid.Int64Range(1, math.MaxInt64).Draw(t, "action id"), 10))
		path = strings.ReplaceAll(path, "{image_id}", strconv.FormatInt(rapid.Int64().Draw(t, "image id"), 10))
		query := url.Values{}
		for _, parameter := range c.operation.Parameters {
			if p := parameter.Value; p.In == "query" && rapid.Bool().Draw(t, p.Name+" is sent") {
				value := generate(t, p.Name, p.Schema.Value)
				if s, ok := value.(string); !ok || s != "" {
					query.Set(p.Name, fmt.Sprint(value))
				}
			}
		}
		e.URL = &url.URL{Scheme: "https", Host: "api.digitalocean.com", Path: path, RawQuery: query.Encode()}
		if c.operation.RequestBody != nil {
			e.RequestHeader.Set("Content-Type", "application/json")
			e.RequestBody = marshal(t, generate(t, "request", c.operation.RequestBody.Value.Content["application/json"].Schema.Value))
		}
		response := c.operation.Responses.Value(c.status).Value
		for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
			if rapid.Bool().Draw(t, name+" is sent") {
				e.Header.Set(name, strconv.FormatInt(rapid.Int64().Draw(t, name), 10))
			}
		}
		if limit, err := strconv.ParseInt(e.Header.Get("Ratelimit-Limit"), 10, 64); err == nil && e.Header.Get("Ratelimit-Remaining") != "" {
			e.Header.Set("Ratelimit-Limit", strconv.FormatInt(max(limit, 1), 10))
			e.Header.Set("Ratelimit-Remaining", strconv.FormatInt(rapid.Int64Range(0, max(limit, 1)).Draw(t, "remaining"), 10))
		}
		if media := response.Content["application/json"]; media != nil {
			e.Header.Set("Content-Type", rapid.SampledFrom([]string{"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"}).Draw(t, "content type"))
			body := generate(t, "response", media.Schema.Value)
			if status < 300 {
				fitToRequest(t, e.URL, body.(map[string]any))
			}
			e.Body = marshal(t, body)
			if rapid.Bool().Draw(t, "length is sent") {
				e.Header.Set("Content-Length", strconv.Itoa(len(e.Body)))
			}
		}
		if findings := contract.Check(e); len(findings) > 0 {
			t.Fatalf("%s %s\n%s\n%s\n%v", e.Method, e.URL, e.RequestBody, e.Body, findings)
		}
	})
}

// fitToRequest makes an answer one to its request: about what was asked for, and paged as it was.
func fitToRequest(t *rapid.T, u *url.URL, body map[string]any) {
	parts := strings.Split(u.Path+"//", "/")
	imageID, query := parts[3], u.Query()
	object := func(value any) map[string]any { o, _ := value.(map[string]any); return o }
	if image := object(body["image"]); image != nil && imageID != "" {
		image["id"] = json.Number(imageID)
	}
	actions, _ := body["actions"].([]any)
	for _, action := range append(slices.Clone(actions), body["action"]) {
		if action := object(action); action["resource_id"] != nil {
			action["resource_id"] = json.Number(imageID)
		}
	}
	if action := object(body["action"]); action != nil && parts[5] != "" {
		action["id"] = json.Number(parts[5])
	}
	if query.Get("private") == "true" && query.Has("type") && body["images"] != nil {
		body["images"] = []any{} // no image is both
	}
	images, isImages := body["images"].([]any)
	for _, image := range images {
		if object(image)["public"] != nil && query.Get("private") == "true" {
			object(image)["public"] = false
		} else if object(image)["public"] != nil && query.Has("type") {
			object(image)["public"] = true
		}
		if tags, _ := object(image)["tags"].([]any); query.Has("tag_name") {
			object(image)["tags"] = append(tags, query.Get("tag_name"))
		}
	}
	if !isImages && actions == nil {
		return
	}
	number, perPage := 1, 20
	if query.Has("page") {
		number, _ = strconv.Atoi(query.Get("page"))
	}
	if query.Has("per_page") {
		perPage, _ = strconv.Atoi(query.Get("per_page"))
	}
	number = min(number, math.MaxInt/200)
	query.Set("page", strconv.Itoa(number))
	u.RawQuery = query.Encode()
	for _, key := range []string{"images", "actions"} {
		if list, ok := body[key].([]any); ok && len(list) > perPage {
			body[key] = list[:perPage]
		}
	}
	length := max(min(len(images), perPage), min(len(actions), perPage))
	more := rapid.IntRange(0, 1).Draw(t, "pages behind") * perPage
	total := (number-1)*perPage + length
	if more > 0 {
		total = number*perPage + 1
	}
	body["meta"].(map[string]any)["total"] = total
	if length == 0 && more == 0 && number > 1 {
		return // behind the end, where nobody knows what the links are
	}
	pages := map[string]any{}
	link := func(page int) string {
		query.Set("page", strconv.Itoa(page))
		if query.Get("per_page") == "" && rapid.Bool().Draw(t, "default size in links") {
			query.Set("per_page", "20")
		}
		return "https://api.digitalocean.com" + u.Path + "?" + query.Encode()
	}
	if number > 1 {
		pages["first"], pages["prev"] = link(1), link(number-1)
	}
	if more > 0 {
		pages["next"], pages["last"] = link(number+1), link(number+1)
	}
	body["links"] = map[string]any{"pages": pages}
}

func marshal(t *rapid.T, value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// generate draws a value that a schema allows.
func generate(t *rapid.T, name string, s *openapi3.Schema) any {
	if s.Nullable && rapid.IntRange(0, 3).Draw(t, name+" is null") == 0 {
		return nil
	}
	switch {
	case len(s.OneOf) > 0:
		return generate(t, name, rapid.SampledFrom(s.OneOf).Draw(t, name+" branch").Value)
	case len(s.Enum) > 0:
		return rapid.SampledFrom(s.Enum).Draw(t, name)
	case s.Type.Is("object"):
		object := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
			if slices.Contains(s.Required, key) || rapid.Bool().Draw(t, name+"."+key+" is there") {
				object[key] = generate(t, name+"."+key, s.Properties[key].Value)
			}
		}
		return object
	case s.Type.Is("array"):
		list := []any{}
		for i := range rapid.IntRange(0, 3).Draw(t, name+" length") {
			list = append(list, generate(t, fmt.Sprintf("%s[%d]", name, i), s.Items.Value))
		}
		return list
	case s.Type.Is("boolean"):
		return rapid.Bool().Draw(t, name)
	case s.Type.Is("integer"):
		low, high := int64(math.MinInt64), int64(math.MaxInt64)
		if s.Min != nil {
			low = int64(*s.Min)
		}
		if s.Max != nil {
			high = int64(*s.Max)
		}
		return rapid.OneOf(rapid.Just(low), rapid.Just(high), rapid.Int64Range(low, high)).Draw(t, name)
	case s.Type.Is("number"):
		return rapid.Float64Range(-math.MaxFloat32, math.MaxFloat32).Draw(t, name)
	case s.Format == "date-time":
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" fraction"))
		zone := rapid.IntRange(-12*60, 14*60).Draw(t, name+" zone")
		return at.In(time.FixedZone("", zone*60)).Format(rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano}).Draw(t, name+" form"))
	case s.Format == "uri":
		u := url.URL{Scheme: "https", Host: "api.digitalocean.com", Path: "/" + rapid.String().Draw(t, name), RawQuery: url.Values{"page": {rapid.String().Draw(t, name+" query")}}.Encode()}
		return u.String()
	}
	return rapid.String().Draw(t, name)
}
