package check_test

import (
	"net/http"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// requestCases are requests that the contract does not allow.
var requestCases = map[string]exchangeCase{
	"an unknown path": {
		file:   "images_get",
		change: testkit.SetURL("https://api.digitalocean.com/v2/imagos/1"),
		want: []string{
			"undocumented-operation: request: the contract has no operation for GET /v2/imagos/1",
		},
	},
	"a path in another form": {
		file:   "images_get",
		change: testkit.SetURL("https://api.digitalocean.com//v2/%69mages/ubuntu%2D16-04-x64/"),
		want: []string{
			"request-path: request: the path is read as /v2/images/ubuntu-16-04-x64",
		},
	},
	"an unknown method": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Method = http.MethodPatch },
		want: []string{
			"undocumented-operation: request: the contract has no operation for PATCH /v2/images/ubuntu-16-04-x64",
		},
	},
	"per_page out of range": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=201&page=0"),
		want: []string{
			"request-parameter: request query per_page: number must be at most 200",
			"request-parameter: request query page: number must be at least 1",
		},
	},
	"per_page as text": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=all"),
		want: []string{
			"request-parameter: request query per_page: cannot be read: an invalid integer",
		},
	},
	"an unknown type filter": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?type=snapshot"),
		want: []string{
			`request-parameter: request query type: value is not one of the allowed values ["application","distribution"]`,
		},
	},
	"an id in the path as text": {
		file:   "images_delete",
		change: testkit.SetURL("https://api.digitalocean.com/v2/images/ubuntu"),
		want: []string{
			"request-parameter: request path image_id: cannot be read: an invalid integer",
		},
	},
	"a create without a url": {
		file:   "images_create_custom",
		change: testkit.ReplaceRequest(`"url"`, `"uri"`),
		want: []string{
			`missing-field: request body /url: property "url" is missing`,
			"undocumented-field: request body /uri: the contract does not know the field",
		},
	},
	"a transfer without a region": {
		file:   "imageActions_post",
		change: testkit.ReplaceRequest(`"region"`, `"regoin"`),
		want: []string{
			`missing-field: request body /region: of action_transfer, the nearest branch: property "region" is missing`,
			"undocumented-field: request body /regoin: the contract does not know the field",
		},
	},
	"an action of an unknown type": {
		file:   "imageActions_post",
		change: testkit.SetRequest(`{"type":"resize","region":"nyc3"}`),
		want: []string{
			"unknown-enum-value: request body /type: it must be one of convert, transfer",
		},
	},
	"an action without a type": {
		file:   "imageActions_post",
		change: testkit.SetRequest(`{"region":"nyc3"}`),
		want: []string{
			"missing-field: request body /type: missing; it must be one of convert, transfer",
		},
	},
	"an action whose type is null": {
		file:   "imageActions_post",
		change: testkit.SetRequest(`{"type":null}`),
		want: []string{
			"null: request body /type: Value is not nullable",
		},
	},
	"an action whose type is a number": {
		file:   "imageActions_post",
		change: testkit.SetRequest(`{"type":1}`),
		want: []string{
			"wrong-type: request body /type: value must be a string",
		},
	},
	"a transfer without a recipient": {
		file:   "images_post_account_transfer_create",
		change: testkit.ReplaceRequest(`"recipient_uuid"`, `"recipient"`),
		want: []string{
			"missing-field: request body /recipient_email: of recipient_account, the nearest branch",
			"undocumented-field: request body /recipient: the contract does not know the field",
		},
	},
	"a transfer to two recipients": {
		file:   "images_post_account_transfer_create",
		change: testkit.SetRequest(`{"recipient_email":"alice@example.com","recipient_uuid":"4f6c71e2"}`),
		want: []string{
			"no-branch: request body: more than one",
		},
	},
	"an unknown query parameter": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?pages=2"),
		want: []string{
			"undocumented-parameter: request query pages: the contract does not know the parameter",
		},
	},
	"a repeated query parameter": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?page=1&page=2"),
		want: []string{
			"request-parameter: request query page: given more than once",
		},
	},
	"no credentials": {
		file:   "images_list",
		index:  5,
		change: func(e *traffic.Exchange) { e.RequestHeader.Del("Authorization") },
		want: []string{
			"credentials: request header authorization: missing, and nothing says that it was redacted",
		},
	},
	"redacted credentials": {
		file:   "images_list",
		index:  5,
		change: func(e *traffic.Exchange) { e.RequestHeader.Del("Authorization"); e.Redacted = true },
	},
	"a body on a GET": {
		file:   "images_get",
		change: testkit.SetRequest(`{}`),
		want: []string{
			"request: request body: unexpected body: the contract documents none",
		},
	},
	"a create without a body": {
		file:   "images_create_custom",
		change: testkit.SetRequest(``),
		want: []string{
			"request: request body: missing",
		},
	},
	"a create that is not JSON": {
		file:   "images_create_custom",
		change: testkit.SetRequest(`name=a`),
		want: []string{
			"malformed-json: request body: not valid JSON: invalid character 'a' in literal null (expecting 'u'), at byte 1",
		},
	},
	"a create of another type": {
		file:   "images_create_custom",
		change: func(e *traffic.Exchange) { e.RequestHeader.Set("Content-Type", "text/plain") },
		want: []string{
			`content-type: request header content-type: "text/plain" is not what the contract has`,
		},
	},
}
