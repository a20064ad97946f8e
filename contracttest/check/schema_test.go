package check_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
)

// schemaCases are values that break their schemas.
var schemaCases = map[string]exchangeCase{
	"a missing field": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"id": 6918990,`, ``),
		want: []string{
			`missing-field: body /image/id: property "id" is missing`,
		},
	},
	"a null field": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"name": "14.04 x64"`, `"name": null`),
		want: []string{
			"null: body /image/name: Value is not nullable",
		},
	},
	"a field of another type": {
		file:   "images_get",
		change: testkit.ReplaceBody(`6918990`, `"6918990"`),
		want: []string{
			"wrong-type: body /image/id: value must be an integer",
		},
	},
	"a fraction for an integer": {
		file:   "images_get",
		change: testkit.ReplaceBody(`6918990`, `6918990.5`),
		want: []string{
			"wrong-type: body /image/id: value must be an integer",
		},
	},
	"an unknown enum value": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"available"`, `"thawing"`),
		want: []string{
			"unknown-enum-value: body /image/status: value is not one of the allowed values",
		},
	},
	"an unknown region in an array": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"sgp1"`, `"mars1"`),
		want: []string{
			"unknown-enum-value: body /image/regions/5: value is not one of the allowed values",
		},
	},
	"a number below its minimum": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"min_disk_size": 20`, `"min_disk_size": -1`),
		want: []string{
			"out-of-range: body /image/min_disk_size: number must be at least 0",
		},
	},
	"a date in words": {
		file:   "images_get",
		change: testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `yesterday`),
		want: []string{
			"date-time: body /image/created_at: date-time",
		},
	},
	"several at once": {
		file:   "images_list",
		index:  5,
		change: testkit.ReplaceBody(`7555621`, `"7555621"`),
		want: []string{
			"wrong-type: body /images/1/id: value must be an integer",
			"wrong-type: body /images/3/id: value must be an integer",
			"wrong-type: body /images/4/id: value must be an integer",
			"wrong-type: body /images/5/id: value must be an integer",
		},
	},
	"an action without its envelope": {
		file:   "imageActions_get",
		change: testkit.SetBody(`{"id":36805527,"status":"in-progress"}`),
		want: []string{
			`missing-field: body /action: property "action" is missing`,
			"undocumented-field: body /id: the contract does not know the field",
			"undocumented-field: body /status: the contract does not know the field",
		},
	},
	"a next link of another type": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"https://api.digitalocean.com/v2/images/7555620/actions?page=2&per_page=1"`, `2`),
		want: []string{
			"wrong-type: body /links/pages/next: value must be a string",
		},
	},
	"a total of another type": {
		file:   "images_list",
		change: testkit.ReplaceBody(`"total": 1`, `"total": "1"`),
		want: []string{
			"wrong-type: body /meta/total: value must be an integer",
		},
	},
	"an error without a message": {
		file:   "images_get",
		index:  3,
		change: testkit.ReplaceBody(`"message"`, `"massage"`),
		want: []string{
			`missing-field: body /message: property "message" is missing`,
			"undocumented-field: body /massage: the contract does not know the field",
		},
	},
	"an undocumented field": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"id": 6918990`, `"id": 6918990, "new": {"a": 1}`),
		want: []string{
			"undocumented-field: body /image/new: the contract does not know the field",
		},
	},
	"an undocumented field in a list": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"slug": "nyc2"`, `"slug": "nyc2", "zone": "b"`),
		want: []string{
			"undocumented-field: body /actions/0/region/zone: the contract does not know the field",
		},
	},
	"an undocumented field of the envelope": {
		file:   "images_list",
		change: testkit.ReplaceBody(`"meta"`, `"metadata": 1, "meta"`),
		want: []string{
			"undocumented-field: body /metadata: the contract does not know the field",
		},
	},
	"a day that does not exist": {
		file:   "images_get",
		change: testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2014-02-31T20:24:33Z`),
		want: []string{
			"date-time: body /image/created_at: not a valid RFC 3339 date-time with a zone",
		},
	},
	"a time without a zone": {
		file:   "images_get",
		change: testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2014-10-17T20:24:33`),
		want: []string{
			"date-time: body /image/created_at: date-time",
		},
	},
	"a leap second": {
		file:   "images_get",
		change: testkit.ReplaceBody(`2014-10-17T20:24:33Z`, `2016-12-31T23:59:60Z`),
		want: []string{
			"date-time: body /image/created_at: a leap second, which typed clients do not read",
		},
	},
	"a link that is not a URI": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`https://api.digitalocean.com/v2/images/7555620/actions?page=2&per_page=1`, `page two`),
		want: []string{
			"format: body /links/pages/next: not an absolute URI",
		},
	},
	"an id beyond 64 bits": {
		file:   "images_get",
		change: testkit.ReplaceBody(`6918990`, `9223372036854775808`),
		want: []string{
			"number-range: body /image/id: does not fit into 64 bits",
		},
	},
	"an id with an exponent": {
		file:   "images_get",
		change: testkit.ReplaceBody(`6918990`, `6.91899e6`),
		want: []string{
			"number-range: body /image/id: typed clients",
		},
	},
	"a size beyond a float": {
		file:   "images_get",
		change: testkit.ReplaceBody(`2.34`, `1e39`),
		want: []string{
			"number-range: body /image/size_gigabytes: does not fit into a float",
		},
	},
}

// otherDocument has what ours has not: allOf, anyOf, open objects, and more formats.
const otherDocument = `paths:
  /v2/images:
    get:
      operationId: images_list
      responses:
        "200":
          description: d
          headers:
            needed: {required: true, schema: {type: string}}
          content:
            application/json:
              schema:
                allOf:
                  - type: object
                    properties:
                      images: {type: array, items: {anyOf: [{$ref: "#/components/schemas/a"}, {$ref: "#/components/schemas/b"}]}}
                  - type: object
                    properties:
                      free: {type: object}
                      open: {type: object, additionalProperties: {type: object, properties: {known: {type: boolean}}}}
                      small: {type: integer, format: int32}
                      uuid: {type: string, format: uuid}
                      email: {type: string, format: email}
                      date: {type: string, format: date}
components:
  schemas:
    a: {type: object, required: [a], properties: {a: {type: integer}, shared: {type: string}}}
    b: {type: object, required: [b], properties: {b: {type: integer}, shared: {type: string}}}
`

func TestCheckKnowsCompositionAndFormats(t *testing.T) {
	contract := loadSpec(t, specOf(otherDocument))
	for body, wants := range map[string][]string{
		`{"images":[{"a":1,"shared":"s"},{"b":1}],"free":{"x":{"y":1}},"open":{"x":{"known":true}},"small":2147483647}`: nil,
		`{"images":[{"a":1,"c":1}]}`:                              {"undocumented-field: body /images/0/c: does not know"},
		`{"images":[{"a":1,"b":2,"shared":""}]}`:                  nil,
		`{"images":[{"a":"1"}]}`:                                  {"wrong-type: body /images/0/a: of a, the nearest branch: value must be an integer"},
		`{"images":[{"b":true,"shared":"s"}]}`:                    {"wrong-type: body /images/0/b: of b, the nearest branch"},
		`{"extra":1}`:                                             {"undocumented-field: body /extra: does not know"},
		`{"open":{"x":{"unknown":true}}}`:                         {"undocumented-field: body /open/x/unknown: does not know"},
		`{"small":2147483648}`:                                    {"number-range: body /small: int32"},
		`{"uuid":"4f6c71e2","email":"alice","date":"2014-02-30"}`: {"format: body /date: not a valid date", "format: body /email: e-mail", "format: body /uuid: UUID"},
		`{"uuid":"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf","email":"alice@example.com","date":"2014-02-28"}`: nil,
	} {
		exchange := exchangeOf(t, respond("GET /v2/images", 200, body), 1, 1)
		exchange.Header = http.Header{"Content-Type": {"application/json"}, "Needed": {"x"}}
		findings := contract.Check(exchange)
		require.Len(t, findings, len(wants), "%s: %v", body, findings)
		for i, want := range wants {
			assertFinding(t, want, findings[i])
		}
	}

	exchange := exchangeOf(t, respond("GET /v2/images", 200, `{}`), 1, 1)
	exchange.Header = http.Header{"Content-Type": {"application/json"}}
	findings := contract.Check(exchange)
	require.Len(t, findings, 1)
	assert.Equal(t, "missing-header", findings[0].Check)
}
