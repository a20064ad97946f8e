package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// toldCases are bodies that fit their schemas and tell what cannot be so.
var toldCases = map[string]exchangeCase{
	"a private image with a slug": {
		file:   "images_list",
		index:  5,
		change: testkit.ReplaceBody(`"slug": null`, `"slug": "my-image"`),
		want: []string{
			"slug: body /images/0/slug: a private image has no slug",
			"slug: body /images/1/slug: a private image has no slug",
			"slug: body /images/1/slug: is the slug of the image at index 0 as well",
			"slug: body /images/3/slug: a private image has no slug",
			"slug: body /images/3/slug: is the slug of the image at index 0 as well",
			"slug: body /images/4/slug: a private image has no slug",
			"slug: body /images/4/slug: is the slug of the image at index 0 as well",
			"slug: body /images/5/slug: a private image has no slug",
			"slug: body /images/5/slug: is the slug of the image at index 0 as well",
		},
	},
	"an image of next year": {
		file:   "images_get",
		change: setDate(time.Date(2014, 1, 2, 0, 0, 0, 0, time.UTC)),
		want: []string{
			"header: header ratelimit-reset: more than a day away from the Date of the response",
			"future-time: body /image/created_at: more than a day after the Date of the response",
		},
	},
	"an error with the id of another status": {
		file:   "images_get",
		index:  3,
		change: testkit.ReplaceBody(`"not_found"`, `"unauthorized"`),
		want: []string{
			"error-id: body /id: belongs to status 401",
		},
	},
}

// The id of an error is that of its status, however it is spelled. One that nobody knows is not judged.
func TestIDsOfErrors(t *testing.T) {
	for id, status := range map[string]int{
		"bad_request": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "conflict": 409, "precondition_failed": 412,
		"unprocessable_entity": 422, "too_many_requests": 429, "server_error": 500, "internal_server_error": 500,
		"service_unavailable": 503,
	} {
		for _, given := range []int{400, 401, 403, 404, 422, 429, 500, 503} {
			for _, spelled := range []string{id, strings.ToUpper(id), strings.ToUpper(id[:1]) + id[1:]} {
				refused := respond("POST /v2/images/1/account_transfer "+`{"recipient_uuid":"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"}`,
					given, fmt.Sprintf(`{"id":%q,"message":"m"}`, spelled))
				found := testkit.Contract(t).Check(exchangeOf(t, refused, 10, 100))
				if given == status {
					assert.Empty(t, found, "%s of %d", spelled, given)
					continue
				}
				assert.Equal(t, []string{"drift error-id: body /id"}, partsOf(found), "%s of %d", spelled, given)
			}
		}
	}
	for _, status := range []int{418, 502, 504, 520} { // of which no id is known
		failed := respond("GET /v2/images/1", status, `{"id":"not_found","message":"m"}`)
		assert.NotContains(t, checksOf(testkit.Contract(t).Check(exchangeOf(t, failed, 10, 100))), "error-id", status)
	}
	for _, id := range []string{`"example_error"`, `""`, `"404"`, `"not found"`, `"not_found_"`, `"image_locked"`} {
		refused := respond("GET /v2/images/1", 401, `{"id":`+id+`,"message":"m"}`)
		assert.Empty(t, testkit.Contract(t).Check(exchangeOf(t, refused, 10, 100)), id)
	}
}

// withFields returns an image with fields in front of its own.
func withFields(id int, kind, fields string) string {
	return strings.Replace(testkit.ImageOf(id, kind, "available", made), `"name"`, fields+`,"name"`, 1)
}

// A slug names one image, and a public one.
func TestSlugs(t *testing.T) {
	slugged := func(id int, kind, slug, public string) string {
		return withFields(id, kind, fmt.Sprintf(`"slug":%s,"public":%s`, slug, public))
	}
	private := []string{"drift slug: body /images/0/slug"}
	for name, test := range map[string]struct {
		images []string
		want   []string
	}{
		"a distribution":             {images: []string{slugged(1, "base", `"a"`, "true")}},
		"an old distribution":        {images: []string{slugged(1, "snapshot", `"a"`, "true")}},
		"a private application":      {images: []string{slugged(1, "application", `"a"`, "false")}},
		"a retired distribution":     {images: []string{slugged(1, "base", `"a"`, "false")}},
		"a private image":            {images: []string{slugged(1, "custom", "null", "false")}},
		"an image of nobody knows":   {images: []string{withFields(1, "custom", `"slug":"a"`)}},
		"an empty slug":              {images: []string{slugged(1, "custom", `""`, "false")}},
		"a custom image with one":    {images: []string{slugged(1, "custom", `"a"`, "false")}, want: private},
		"a backup with one":          {images: []string{slugged(1, "backup", `"a"`, "false")}, want: private},
		"a snapshot with one":        {images: []string{slugged(1, "snapshot", `"a"`, "false")}, want: private},
		"two slugs":                  {images: []string{slugged(1, "base", `"a"`, "true"), slugged(2, "base", `"A"`, "true")}},
		"no slugs":                   {images: []string{slugged(1, "custom", "null", "false"), slugged(2, "backup", "null", "false")}},
		"empty slugs":                {images: []string{slugged(1, "base", `""`, "true"), slugged(2, "base", `""`, "true")}},
		"a slug for two":             {images: []string{slugged(1, "base", `"a"`, "true"), slugged(2, "application", `"a"`, "false")}, want: []string{"breaking slug: body /images/1/slug"}},
		"a slug for two, with space": {images: []string{slugged(1, "base", `"a"`, "true"), testkit.Image(2), slugged(3, "base", `"a"`, "true")}, want: []string{"breaking slug: body /images/2/slug"}},
	} {
		list := respond("GET /v2/images", 200, listOf(len(test.images), "", test.images...))
		assert.Equal(t, test.want, partsOf(testkit.Contract(t).Check(exchangeOf(t, list, 10, 100))), name)
	}
	found := testkit.Contract(t).Check(exchangeOf(t, readImage(slugged(1, "custom", `"a"`, "false")), 10, 100))
	assert.Equal(t, []string{"drift slug: body /image/slug"}, partsOf(found))
}

// What is told to have happened has happened, by the Date of the response.
func TestTimesAfterTheDate(t *testing.T) {
	const now, later = "Fri, 15 May 2020 05:47:50 GMT", "2020-05-16T05:47:51Z"
	image := func(name, at string) step {
		return readImage(strings.Replace(withFields(1, "custom", `"updated_at":"`+made+`"`), `"`+name+`":"`+made, `"`+name+`":"`+at, 1))
	}
	completed := readAction("completed").with(`"completed_at":"`+made, `"completed_at":"`+later)
	action, _ := strings.CutPrefix(strings.TrimSuffix(completed.body, "}"), `{"action":`)
	for name, test := range map[string]struct {
		step step
		date string
		want []string
	}{
		"the same second":        {step: image("created_at", made), date: now},
		"a day later":            {step: image("created_at", "2020-05-16T05:47:50Z"), date: now},
		"a day later, elsewhere": {step: image("created_at", "2020-05-16T19:47:50+14:00"), date: now},
		"more than a day":        {step: image("created_at", later), date: now, want: []string{"drift future-time: body /image/created_at"}},
		"with a fraction":        {step: image("created_at", "2020-05-16T05:47:50.001Z"), date: now, want: []string{"drift future-time: body /image/created_at"}},
		"elsewhere":              {step: image("updated_at", "2020-05-16T04:47:51-01:00"), date: now, want: []string{"drift future-time: body /image/updated_at"}},
		"a century":              {step: image("updated_at", "2120-05-16T05:47:50Z"), date: now, want: []string{"drift future-time: body /image/updated_at"}},
		"far before":             {step: image("created_at", "1970-01-01T00:00:00Z"), date: now},
		"no Date":                {step: image("created_at", "2120-05-16T05:47:50Z")},
		"a Date that is nothing": {step: image("created_at", "2120-05-16T05:47:50Z"), date: "[redacted]"},
		"a Date of a tool":       {step: image("created_at", made), date: "Thu, 01 Jan 1970 00:00:00 GMT"},
		"not a time":             {step: image("created_at", "later"), date: now, want: []string{"breaking date-time: body /image/created_at"}},
		"an action":              {step: completed, date: now, want: []string{"drift future-time: body /action/completed_at"}},
		"an action that begins":  {step: readAction("in-progress").with(made, later), date: now, want: []string{"drift future-time: body /action/started_at"}},
		"a list of actions": {
			step: respond("GET /v2/images/1/actions", 200, `{"actions":[`+action+`],"links":{},"meta":{"total":1}}`),
			date: now,
			want: []string{"drift future-time: body /actions/0/completed_at"},
		},
		"a list of images": {
			step: respond("GET /v2/images", 200, listOf(2, "", testkit.Image(1), testkit.ImageOf(2, "custom", "available", later))),
			date: now,
			want: []string{"drift future-time: body /images/1/created_at"},
		},
	} {
		exchange := exchangeOf(t, test.step, 10, 1_589_521_670)
		if test.date != "" {
			exchange.Header.Set("Date", test.date)
		}
		assert.Equal(t, test.want, partsOf(testkit.Contract(t).Check(exchange)), name)
	}
}

// The checks of what a page tells add next to nothing to it.
func TestPagesWithoutFaultsCostLittle(t *testing.T) {
	page := func(field string) traffic.Exchange {
		const n = 200
		images := make([]string, n)
		for i := range images {
			image := withFields(i+1, "base", `"slug":"","public":true`)
			images[i] = strings.Replace(image, fmt.Sprintf("%q:\"\"", field), fmt.Sprintf("%q:\"s%d\"", field, i), 1)
		}
		return exchangeOf(t, respond("GET /v2/images?per_page=200", 200, listOf(n, "", images...)), 10, 1_589_521_670)
	}
	allocations := func(e traffic.Exchange) float64 {
		require.Empty(t, testkit.Contract(t).Check(e))
		return testing.AllocsPerRun(5, func() { testkit.Contract(t).Check(e) })
	}
	described, slugged, dated := page("description"), page("slug"), page("slug")
	dated.Header.Set("Date", "Fri, 15 May 2020 05:47:50 GMT")
	assert.Less(t, allocations(slugged)-allocations(described), 20.0, "slugs")
	assert.Less(t, allocations(dated)-allocations(slugged), 20.0, "times")
}
