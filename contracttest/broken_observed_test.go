package contracttest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
)

// serving replaces the fake by one with these images, and then breaks it.
func serving(broken breakage, images ...gen.Image) breakage {
	return func(http.RoundTripper) http.RoundTripper { return broken(fakeapi.New(fakeapi.WithImages(images...))) }
}

// intact breaks nothing.
func intact(next http.RoundTripper) http.RoundTripper { return next }

// isType matches lists with a type filter.
func isType(kind string) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, resp *http.Response) bool {
		return isList(r, resp) && r.URL.Query().Get("type") == kind
	}
}

// header sets a header of every response.
func header(name, value string) breakage {
	return response(always, func(r *http.Response, body []byte) []byte {
		r.Header.Set(name, value)
		return body
	})
}

// transferred starts a transfer of an image before the first request.
func transferred(id string, broken breakage) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		req, _ := http.NewRequest(http.MethodPost, "https://api.digitalocean.com/v2/images/"+id+"/actions",
			strings.NewReader(`{"type":"transfer","region":"fra1"}`))
		req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		req.Header.Set("Content-Type", "application/json")
		if resp, err := next.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
		return broken(next)
	}
}

// brokenObservations are fakes that contradict what was observed of the API.
var brokenObservations = []brokenFake{
	{
		name:  "the oldest first",
		finds: "newest-first",
		says:  "comes before",
		broken: body(isList, func(b object) {
			slices.Reverse(b["images"].([]any))
		}),
	},
	{
		name:   "distributions of the old type",
		finds:  "type-of-distributions",
		says:   `and has the type "snapshot"`,
		broken: inImages(func(i object) { i["type"] = "snapshot" }),
	},
	{
		name:   "applications of the old type",
		finds:  "type-of-applications",
		says:   `and has the type "snapshot"`,
		broken: inImages(func(i object) { i["type"] = "snapshot" }),
	},
	{
		name:   "a retired image with a region",
		finds:  "retired-images",
		says:   "the retired image is",
		broken: serving(intact, gen.Image{ID: 1, Status: gen.ImageStatusRetired, Regions: []gen.RegionSlug{"nyc3"}}),
	},
	{
		name:   "an unknown distribution in the older spelling",
		finds:  "unknown-distribution",
		says:   "is listed with the distribution Unknown",
		broken: serving(intact, gen.Image{ID: 1, Type: gen.ImageTypeCustom, Distribution: gen.DistributionUnknown}),
	},
	{
		name:  "a slug that leads to another image",
		finds: "slugs-of-distributions",
		says:  "the image that is read as rockylinux-9-x64",
		broken: body(at("rockylinux-9-x64"), func(b object) {
			b["image"].(object)["slug"] = "rockylinux-10-x64"
		}),
	},
	{
		name:  "a type that narrows beside private",
		finds: "type-gives-way",
		says:  "and 0 with type=distribution beside it",
		broken: body(isType("distribution"), func(b object) {
			b["images"], b["meta"].(object)["total"] = []any{}, 0
		}),
	},
	{
		name:  "an unknown type that is refused",
		finds: "unknown-type",
		says:  "the response has status 422",
		broken: response(isType("doimages/no such type"), func(r *http.Response, _ []byte) []byte {
			r.StatusCode = http.StatusUnprocessableEntity
			return []byte(`{"id":"unprocessable_entity","message":"no such type"}`)
		}),
	},
	{
		name:  "an unknown type that finds nothing",
		finds: "unknown-type",
		says:  "and 0 with an unknown type",
		broken: body(isType("doimages/no such type"), func(b object) {
			b["images"], b["meta"].(object)["total"] = []any{}, 0
			delete(b["links"].(object), "pages")
		}),
	},
	{
		name:  "an empty page for per_page=0",
		finds: "per-page-zero",
		says:  "the page has none of 60 images",
		broken: response(isList, func(r *http.Response, body []byte) []byte {
			return []byte(`{"images":[],"links":{},"meta":{"total":60}}`)
		}),
	},
	{
		name:   "the total on a page after the last",
		finds:  "page-after-last",
		says:   "the page has 0 images, and a total of 60",
		broken: body(isList, func(b object) { b["meta"].(object)["total"] = 60 }),
	},
	{
		name:   "a page after the last that links to the last",
		finds:  "page-after-last",
		says:   "the page has the links",
		broken: changeLinks(func(l object) { l["prev"] = "https://api.digitalocean.com/v2/images?page=3" }),
	},
	{
		name:  "links on the only page",
		finds: "links-of-one-page",
		says:  "the only page has the links",
		broken: body(isList, func(b object) {
			b["links"] = object{"pages": object{"first": "https://api.digitalocean.com/v2/images?page=1&per_page=200"}}
		}),
	},
	{
		name:  "a link without the filter",
		finds: "links-keep-the-query",
		says:  `the request has type=distribution, and the next link has ""`,
		broken: changeLinks(func(l object) {
			for name, link := range l {
				l[name] = strings.ReplaceAll(link.(string), "type=distribution", "")
			}
		}),
	},
	{
		name:  "an action in two regions",
		finds: "region-of-actions",
		says:  "and its slug is sgp1",
		broken: func(next http.RoundTripper) http.RoundTripper {
			fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1, Type: gen.ImageTypeSnapshot}))
			return transferred("1", body(isActions, func(b object) {
				b["actions"].([]any)[0].(object)["region_slug"] = "sgp1"
			}))(fake)
		},
	},
	{
		name:   "no request ids",
		finds:  "request-ids",
		says:   "has no x-request-id",
		broken: response(always, func(r *http.Response, b []byte) []byte { r.Header.Del("X-Request-Id"); return b }),
	},
	{
		name:   "a content type without a charset",
		finds:  "charset-of-services",
		says:   `the content type is "application/json"`,
		broken: header("Content-Type", "application/json"),
	},
	{
		name:   "a 401 with a budget",
		finds:  "unauthorized-by-gateway",
		says:   "the response has the header ratelimit-limit: 5000",
		broken: header("Ratelimit-Limit", "5000"),
	},
	{
		name:   "a 404 in other words",
		finds:  "not-found-text",
		says:   `the error is "not_found" with the message "Nothing here."`,
		broken: body(status(http.StatusNotFound), func(b object) { b["message"] = "Nothing here." }),
	},
	{
		name:   "a create that does not look at its source",
		finds:  "unreachable-source",
		says:   "the create was accepted, as image",
		broken: requestBody(http.MethodPost, "doimages-contract.invalid", "example.com"),
	},
	{
		name:   "a reset in milliseconds",
		finds:  "reset-within-an-hour",
		says:   "after the date of the response",
		broken: header("Ratelimit-Reset", "1790000000000"),
	},
}

func TestWhatObservationsSaw(t *testing.T) {
	for _, test := range []struct {
		name string
		of   http.RoundTripper
		saw  string
	}{
		{name: "regions-of-2026", of: fakeapi.New(), saw: "atl1"},
		{
			name: "retired-images",
			of:   fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1, Status: gen.ImageStatusRetired})),
			saw:  "1 image",
		},
		{name: "unknown-distribution", of: fakeapi.New(), saw: "3 images"},
		{
			name: "region-of-actions",
			of: transferred("1", intact)(fakeapi.New(fakeapi.WithImages(gen.Image{
				ID:   1,
				Type: gen.ImageTypeSnapshot,
			}))),
			saw: "action",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				results := runCases(t, targetOf(test.of), test.name)
				assert.NoError(t, results[0].Err)
				assert.Empty(t, results[0].Skipped)
				assert.Contains(t, results[0].Saw, test.saw)
			})
		})
	}
}

// A refused token refutes nothing: the observation could not be looked at.
func TestRefusalsRefuteNothing(t *testing.T) {
	for _, c := range contracttest.Cases() {
		if c.Observed == "" {
			continue
		}
		target := fakeTarget()
		target.Token = "dop_v1_of_nobody"
		results, _, err := contracttest.RunCases(t.Context(), target, c)
		require.NoError(t, err)
		if c.Name != "unauthorized-by-gateway" && c.Name != "request-ids" { // which look at refusals
			assert.Error(t, results[0].Err, c.Name)
			assert.False(t, results[0].Refuted(), c.Name)
		}
	}
}

// A case that only looks for something may find nothing, and cannot be refuted.
var onlyLooks = []string{"regions-of-2026"}

func TestObservationsAreWrittenInWords(t *testing.T) {
	target := targetOf(request(func(r *http.Request, q url.Values) { q.Del("page") })(fakeapi.New()))
	results := runCases(t, target, "page-after-last", "not-found-text", "retired-images", "first-page")
	var text strings.Builder
	require.NoError(t, contracttest.WriteObservations(&text, results))
	assert.Contains(t, text.String(), "REFUTED   page-after-last: a page after the last is empty")
	assert.Contains(t, text.String(), "          the page has 20 images, and a total of 60")
	assert.Contains(t, text.String(), "confirmed not-found-text: ")
	assert.Contains(t, text.String(), "not seen  retired-images: ")
	assert.NotContains(t, text.String(), "first-page", "it holds what is documented")
	assert.Contains(t, text.String(), "3 observations: 1 confirmed, 1 refuted, 1 not seen, 0 failed")
}
