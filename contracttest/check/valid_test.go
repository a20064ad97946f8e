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

// documented is one response that the contract documents.
type documented struct {
	method    string
	path      string
	operation *openapi3.Operation
	status    string
}

// documentedResponses returns every documented response but default, which is reported as drift.
func documentedResponses(t *testing.T) (all []documented) {
	t.Helper()
	doc := document(t)
	for _, path := range doc.Paths.InMatchingOrder() {
		operations := doc.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			for _, status := range slices.Sorted(maps.Keys(operations[method].Responses.Map())) {
				if status != "default" {
					all = append(all, documented{method: method, path: path, operation: operations[method], status: status})
				}
			}
		}
	}
	require.Len(t, all, testkit.Responses(t)-len(operations))
	return all
}

// TestNoFalseAlarm generates exchanges from the document, every optional field, null, branch and limit among them, and
// demands that none be flagged.
func TestNoFalseAlarm(t *testing.T) {
	setChecksTo(t, "1000", "10000")
	contract, candidates := testkit.Contract(t), documentedResponses(t)
	rapid.Check(t, func(t *rapid.T) {
		e := generateExchange(t, rapid.SampledFrom(candidates).Draw(t, "operation and status"))
		if findings := contract.Check(e); len(findings) > 0 {
			t.Fatalf("%s %s\n%s\n%s\n%v", e.Method, e.URL, e.RequestBody, e.Body, findings)
		}
	})
}

// setChecksTo sets how many exchanges are generated, in short and in the long form, unless a flag says so. They are the
// same in every run, so that none fails for a reason that its change has nothing to do with. Others are drawn with
// -rapid.seed.
func setChecksTo(t *testing.T, inShort, inLong string) {
	t.Helper()
	n := inShort
	if long() {
		n = inLong
	}
	setFlag(t, "rapid.checks", n)
	setFlag(t, "rapid.seed", "1")
}

// setFlag sets a flag for one test, unless the command line has it.
func setFlag(t *testing.T, name, value string) {
	t.Helper()
	if isSet(name) {
		return
	}
	of := flag.Lookup(name)
	require.NoError(t, of.Value.Set(value))
	t.Cleanup(func() { _ = of.Value.Set(of.DefValue) })
}

// generateExchange draws an exchange that the contract allows.
func generateExchange(t *rapid.T, c documented) traffic.Exchange {
	status, _ := strconv.Atoi(c.status)
	e := traffic.Exchange{
		Source:        "generated",
		Method:        c.method,
		URL:           generateURL(t, c),
		RequestHeader: http.Header{"Authorization": {"Bearer [redacted-1]"}},
		Status:        status,
		Header:        http.Header{},
	}
	var request map[string]any
	if body := c.operation.RequestBody; body != nil {
		request = objectOf(generate(t, "request", body.Value.Content["application/json"].Schema.Value))
		e.RequestHeader.Set("Content-Type", "application/json")
		e.RequestBody = marshal(t, request)
	}
	response := c.operation.Responses.Value(c.status).Value
	generateHeaders(t, e.Header, response)
	if media := response.Content["application/json"]; media != nil {
		types := []string{"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"}
		e.Header.Set("Content-Type", rapid.SampledFrom(types).Draw(t, "content type"))
		body := generate(t, "response", media.Schema.Value)
		if status < 300 {
			fitMeaning(t, e.Method, request, body.(map[string]any))
			fitToRequest(t, e.URL, body.(map[string]any))
		} else {
			fitErrorID(t, status, body.(map[string]any))
		}
		fitDate(t, e.Header, body.(map[string]any))
		e.Body = marshal(t, body)
		if rapid.Bool().Draw(t, "length is sent") {
			e.Header.Set("Content-Length", strconv.Itoa(len(e.Body)))
		}
	}
	return e
}

func generateURL(t *rapid.T, c documented) *url.URL {
	actionID := rapid.Int64Range(1, math.MaxInt64).Draw(t, "action id")
	imageID := rapid.Int64().Draw(t, "image id")
	path := strings.ReplaceAll(c.path, "{action_id}", strconv.FormatInt(actionID, 10))
	path = strings.ReplaceAll(path, "{image_id}", strconv.FormatInt(imageID, 10))
	query := url.Values{}
	for _, parameter := range c.operation.Parameters {
		if p := parameter.Value; p.In == "query" && rapid.Bool().Draw(t, p.Name+" is sent") {
			if text := fmt.Sprint(generate(t, p.Name, p.Schema.Value)); text != "" {
				query.Set(p.Name, text)
			}
		}
	}
	return &url.URL{Scheme: "https", Host: "api.digitalocean.com", Path: path, RawQuery: query.Encode()}
}

func generateHeaders(t *rapid.T, header http.Header, response *openapi3.Response) {
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		if rapid.Bool().Draw(t, name+" is sent") {
			most := map[string]int64{"ratelimit-reset": 99_999_999_999, "retry-after": 3600}[strings.ToLower(name)]
			if most == 0 {
				most = math.MaxInt64
			}
			header.Set(name, strconv.FormatInt(rapid.Int64Range(0, most).Draw(t, name), 10))
		}
	}
	limit, err := strconv.ParseInt(header.Get("Ratelimit-Limit"), 10, 64)
	if err != nil || header.Get("Ratelimit-Remaining") == "" {
		return
	}
	header.Set("Ratelimit-Remaining", strconv.FormatInt(rapid.Int64Range(0, limit).Draw(t, "remaining"), 10))
}

// objectOf returns a value as an object; nil if it is not one.
func objectOf(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

// fitToRequest makes a response one to its request: about what was asked for, and paged as it was.
func fitToRequest(t *rapid.T, u *url.URL, body map[string]any) {
	parts := strings.Split(u.Path+"///", "/")
	fitIDs(body, parts[3], parts[5])
	query := u.Query()
	if query.Get("private") == "true" && query.Has("type") && body["images"] != nil {
		body["images"] = []any{} // no image is both
	}
	images, isImages := body["images"].([]any)
	actions, isActions := body["actions"].([]any)
	for _, image := range images {
		fitFilters(objectOf(image), query)
	}
	fitSlugs(append(slices.Clone(images), body["image"]))
	if isImages || isActions {
		fitPage(t, u, body, max(len(images), len(actions)))
	}
}

// fitIDs gives images and actions the ids of the path.
func fitIDs(body map[string]any, imageID, actionID string) {
	if image := objectOf(body["image"]); image != nil && imageID != "" {
		image["id"] = json.Number(imageID)
	}
	action := objectOf(body["action"])
	if action != nil && actionID != "" {
		action["id"] = json.Number(actionID)
	}
	actions, _ := body["actions"].([]any)
	for _, action := range append(slices.Clone(actions), action) {
		if action := objectOf(action); action["resource_id"] != nil {
			action["resource_id"] = json.Number(imageID)
		}
	}
}

// fitFilters makes an image one that the filters of a request let through.
func fitFilters(image map[string]any, query url.Values) {
	if image["public"] != nil {
		switch {
		case query.Get("private") == "true":
			image["public"] = false
		case query.Get("type") == "distribution" && !query.Has("tag_name"):
			image["public"] = true
		}
	}
	if query.Has("tag_name") {
		tags, _ := image["tags"].([]any)
		image["tags"] = append(tags, query.Get("tag_name"))
	}
}

// fitPage makes a list the page that a request asks for, with its total and its links.
func fitPage(t *rapid.T, u *url.URL, body map[string]any, length int) {
	query := u.Query()
	number, perPage := numberIn(query, "page", 1), numberIn(query, "per_page", 20)
	number = min(number, math.MaxInt/200)
	query.Set("page", strconv.Itoa(number))
	u.RawQuery = query.Encode()

	length = min(length, perPage)
	more := length > 0 && rapid.Bool().Draw(t, "has pages after it")
	if more {
		length = perPage
	}
	for _, key := range []string{"images", "actions"} {
		if list, ok := body[key].([]any); ok {
			body[key] = ofLength(list, length)
		}
	}
	total := (number-1)*perPage + length
	if more {
		total = number*perPage + 1
	}
	body["meta"].(map[string]any)["total"] = total
	pages, base := map[string]any{}, generateBase(t, u)
	isAfterEnd := length == 0 && !more && number > 1
	if isAfterEnd && rapid.Bool().Draw(t, "is as it was seen after the end") {
		body["meta"].(map[string]any)["total"] = 0
	}
	if number > 1 && (!isAfterEnd || rapid.Bool().Draw(t, "has links after the end")) {
		pages["first"], pages["prev"] = linkTo(t, u, base, 1), linkTo(t, u, base, number-1)
	}
	if more {
		pages["next"], pages["last"] = linkTo(t, u, base, number+1), linkTo(t, u, base, number+1)
	}
	body["links"] = map[string]any{"pages": pages}
}

func numberIn(query url.Values, name string, byDefault int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil {
		return n
	}
	return byDefault
}

// linkTo returns a link to another page of a list.
func linkTo(t *rapid.T, u *url.URL, base string, page int) string {
	query := u.Query()
	query.Set("page", strconv.Itoa(page))
	if query.Get("per_page") == "" && rapid.Bool().Draw(t, "default size in links") {
		query.Set("per_page", "20")
	}
	return base + u.Path + "?" + query.Encode()
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
	}
	switch (*s.Type)[0] {
	case "object":
		return generateObject(t, name, s)
	case "array":
		list := []any{}
		for i := range rapid.IntRange(0, 3).Draw(t, name+" length") {
			list = append(list, generate(t, fmt.Sprintf("%s[%d]", name, i), s.Items.Value))
		}
		return list
	case "boolean":
		return rapid.Bool().Draw(t, name)
	case "integer":
		return generateInteger(t, name, s)
	case "number":
		return rapid.Float64Range(-math.MaxFloat32, math.MaxFloat32).Draw(t, name)
	}
	return generateString(t, name, s.Format)
}

func generateObject(t *rapid.T, name string, s *openapi3.Schema) map[string]any {
	object := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, key) || rapid.Bool().Draw(t, name+"."+key+" is there") {
			object[key] = generate(t, name+"."+key, s.Properties[key].Value)
		}
	}
	return object
}

func generateInteger(t *rapid.T, name string, s *openapi3.Schema) int64 {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if s.Min != nil {
		low = int64(*s.Min)
	}
	if s.Max != nil {
		high = int64(*s.Max)
	}
	return rapid.OneOf(rapid.Just(low), rapid.Just(high), rapid.Int64Range(low, high)).Draw(t, name)
}

func generateString(t *rapid.T, name, format string) string {
	switch format {
	case "date-time":
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" fraction"))
		zone := rapid.IntRange(-12*60, 14*60).Draw(t, name+" zone")
		form := rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano}).Draw(t, name+" form")
		return at.In(time.FixedZone("", zone*60)).Format(form)
	case "uri":
		query := url.Values{"page": {rapid.String().Draw(t, name+" query")}}
		path := "/" + rapid.String().Draw(t, name)
		u := url.URL{Scheme: "https", Host: "api.digitalocean.com", Path: path, RawQuery: query.Encode()}
		return u.String()
	}
	return rapid.String().Draw(t, name)
}
