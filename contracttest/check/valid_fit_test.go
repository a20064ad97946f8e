package check_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// idsOfErrors are the ids that are known of errors, by their status.
var idsOfErrors = map[int][]string{
	400: {"bad_request"},
	401: {"unauthorized", "Unauthorized"},
	403: {"forbidden", "Forbidden"},
	404: {"not_found"},
	422: {"unprocessable_entity"},
	429: {"too_many_requests"},
	500: {"server_error", "internal_server_error", "Internal_Server_Error"},
}

// fitErrorID gives an error an id of its status, or one that nobody knows.
func fitErrorID(t *rapid.T, status int, body map[string]any) {
	ids := append(idsOfErrors[status], "example_error", "image_locked", "not found", "not-found", "", "404", strings.Repeat("not_found", 9))
	body["id"] = rapid.SampledFrom(ids).Draw(t, "id of the error")
}

// fitSlugs takes the slugs from private images, and from all but one image that have the same. Some are in two spellings.
func fitSlugs(images []any) {
	seen := map[any]bool{}
	for _, value := range images {
		image := objectOf(value)
		slug, ok := image["slug"].(string)
		isPrivate := image["public"] == false && slices.Contains([]any{"custom", "backup", "snapshot"}, image["type"])
		if ok && (isPrivate || seen[slug]) {
			image["slug"] = nil
		}
		seen[slug] = true
	}
}

// ofLength returns a list with as many items, the last of them over and over if it has less. They have no slugs.
func ofLength(list []any, length int) []any {
	list = slices.Clone(list[:min(len(list), length)])
	for len(list) < length {
		item := maps.Clone(objectOf(list[len(list)-1]))
		if item["slug"] != nil {
			item["slug"] = nil
		}
		list = append(list, item)
	}
	return list
}

// generateBase draws where a request was sent, and returns what its links begin with: the same place in another form, or
// the API, which knows nothing of what stands in front of it.
func generateBase(t *rapid.T, u *url.URL) string {
	bases := rapid.SampledFrom([][2]string{
		{"https://api.digitalocean.com", "https://api.digitalocean.com"},
		{"https://api.digitalocean.com", "https://API.DigitalOcean.com:443"},
		{"https://gw.example:443", "https://gw.example"},
		{"https://gw.example:8443", "https://api.digitalocean.com"},
		{"http://gw.example", "https://gw.example"},
		{"http://127.0.0.1:8080", "http://localhost:8080"},
		{"http://[::1]:8080", "https://api.digitalocean.com:443"},
	}).Draw(t, "where the request and its links lead")
	u.Scheme, u.Host, _ = strings.Cut(bases[0], "://")
	return bases[1]
}

// timesIn returns the times in a body that say when something happened.
func timesIn(value any) (all []time.Time) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			all = append(all, timesIn(item)...)
		}
	case map[string]any:
		for name, field := range value {
			text, _ := field.(string)
			if at, err := time.Parse(time.RFC3339, text); err == nil && strings.HasSuffix(name, "_at") {
				all = append(all, at)
			}
			all = append(all, timesIn(field)...)
		}
	}
	return all
}

// fitDate gives a response a Date, or none that can be believed. The times of its body may be up to a day later, and its
// window began or ends within an hour.
func fitDate(t *rapid.T, header http.Header, body map[string]any) {
	form := rapid.SampledFrom([]string{"", "none", "[redacted]", "Thu, 01 Jan 1970 00:00:00 GMT"}).Draw(t, "what the Date is")
	if form != "none" {
		header.Set("Date", form)
	}
	if form != "" {
		return
	}
	date := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, at := range timesIn(body) {
		date = time.Unix(max(date.Unix(), at.Unix()), 0)
	}
	later := date.Add(-time.Duration(rapid.IntRange(-86399, 86398).Draw(t, "seconds that a clock is ahead")) * time.Second)
	if later.UTC().Year() >= 2014 {
		date = later
	}
	header.Set("Date", date.UTC().Format(http.TimeFormat))
	if header.Get("Ratelimit-Reset") != "" {
		reset := date.Unix() + rapid.Int64Range(-3600, 3600).Draw(t, "seconds to the reset")
		header.Set("Ratelimit-Reset", strconv.FormatInt(reset, 10))
	}
}
