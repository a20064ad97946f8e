package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// appliedCases are responses to a write that do not have what it asks for.
var appliedCases = map[string]exchangeCase{
	"another name than the update's": {
		file:   "images_update",
		change: testkit.ReplaceBody(`"new-image-name"`, `"old-image-name"`),
		want: []string{
			`not-applied: body /image/name: the request asks for "new-image-name"`,
		},
	},
	"another description, distribution and region, and a tag less than the create's": {
		file: "images_create_custom",
		change: testkit.SetBody(`{"image":{"id":1,"name":"ubuntu-18.04-minimal","type":"custom","distribution":"Debian",` +
			`"regions":["nyc2"],"created_at":"2018-09-20T19:28:00Z","description":"","tags":["PROD"],"status":"NEW",` +
			`"error_message":""}}`),
		want: []string{
			`not-applied: body /image/description: the request asks for "Cloud-optimized image w/ small f…"`,
			`not-applied: body /image/distribution: the request asks for "Ubuntu"`,
			`not-applied: body /image/tags: the request asks for "base-image"`,
			`not-applied: body /image/regions: the request asks for "nyc3"`,
		},
	},
	"a tag more than the create's": {
		file:   "images_create_custom",
		change: testkit.ReplaceBody(`"prod"`, `"prod", "test"`),
		want: []string{
			`not-applied: body /image/tags: the request does not ask for all of them`,
		},
	},
	"a new image that is available, and a snapshot": {
		file:   "images_create_custom",
		change: testkit.SetBody(created("snapshot", "available")),
		want: []string{
			`not-new: body /image/status: the import has only begun`,
			`not-new: body /image/type: what is imported is a custom image`,
		},
	},
	"a convert for a transfer to another region": {
		file: "imageActions_post",
		change: testkit.SetBody(`{"action":{"id":5,"status":"in-progress","type":"convert","started_at":"2020-05-15T05:47:50Z",` +
			`"completed_at":null,"resource_id":7938269,"resource_type":"image","region_slug":"nyc2","region":null}}`),
		want: []string{
			`not-applied: body /action/type: the request asks for "transfer"`,
			`not-applied: body /action/region_slug: the request asks for "nyc3"`,
		},
	},
	"a null that the schema found fault with": {
		file:   "images_update",
		change: testkit.ReplaceBody(`"new-image-name"`, `null`),
		want: []string{
			`null: body /image/name: Value is not nullable`,
		},
	},
}

// created is the response to the recorded create, with an image of a type and status.
func created(kind, status string) string {
	return `{"image":{"id":1,"name":"ubuntu-18.04-minimal","type":"` + kind + `","distribution":"Ubuntu","regions":[],` +
		`"created_at":"2018-09-20T19:28:00Z","description":"Cloud-optimized image w/ small footprint",` +
		`"tags":["prod","base-image"],"status":"` + status + `","error_message":""}}`
}

// A finding says what was asked for, and what the response has.
func TestNotAppliedSaysWhatWasAskedFor(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_update")[0]
	testkit.ReplaceBody(`"new-image-name"`, `"old-image-name"`)(&exchange)
	assert.Equal(t, []check.Finding{{
		Check:     "not-applied",
		Severity:  check.Breaking,
		Source:    exchange.Source,
		File:      exchange.File,
		Operation: "images_update",
		Status:    200,
		In:        "body",
		Pointer:   "/image/name",
		Message:   `the request asks for "new-image-name"`,
		Expected:  `"new-image-name"`,
		Got:       `"old-image-name"`,
	}}, testkit.Contract(t).Check(exchange))
}

// What a request asks for may be a secret, and is in no text of a finding then.
func TestNotAppliedRepeatsNoSecret(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_update")[0]
	exchange.RequestHeader.Set("Authorization", "Bearer 0123456789abcdef")
	testkit.SetRequest(`{"name":"of 0123456789abcdef"}`)(&exchange)
	found := testkit.Contract(t).Check(exchange)
	assert.Equal(t, []string{"not-applied"}, checksOf(found))
	for _, finding := range found {
		assert.NotContains(t, finding.String()+finding.Expected, "0123456789")
	}
}

// A request that could not be decoded, or is not an object, claims nothing; nor does one whose response has no image.
func TestNothingIsAskedFor(t *testing.T) {
	for name, request := range map[string]string{
		"no JSON":   `{"name":`,
		"a list":    `["name"]`,
		"nulls":     `{"name":null,"description":null,"distribution":null}`,
		"no fields": `{}`,
		"a number":  `{"name":1}`,
	} {
		exchange := testkit.Exchanges(t, "images_update")[0]
		testkit.SetRequest(request)(&exchange)
		assert.NotContains(t, checksOf(testkit.Contract(t).Check(exchange)), "not-applied", name)
	}
}

// As many tags as a body may have are compared in no time.
func TestManyTagsAreCompared(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_create_custom")[0]
	more := strings.Trim(repeated(`"a"`, 90_000), "[]")
	testkit.ReplaceRequest(`"base-image",`, more+`,"base-image",`)(&exchange)
	testkit.ReplaceBody(`"base-image",`, strings.Repeat(`"b",`, 90_000)+`"base-image",`)(&exchange)
	assert.Equal(t, []string{"not-applied"}, checksOf(testkit.Contract(t).Check(exchange)))
}
