package contracttest_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// brokenWrites are fakes that break creates, changes, actions, deletes or offers.
var brokenWrites = []brokenFake{
	{
		name:  "a create without a url accepted",
		finds: "create-refused",
		says:  "a create without a url: the response has status 202, expected 4xx",
		broken: response(status(422), func(r *http.Response, b []byte) []byte {
			r.StatusCode, r.Status = 202, "202 Accepted"
			return b
		}),
	},
	{
		name:  "a create with status 200",
		finds: "lifecycle",
		says:  "images_create_custom 200: status: the contract has no such success",
		broken: response(status(202), func(r *http.Response, b []byte) []byte {
			r.StatusCode = 200
			return b
		}),
	},
	{
		name:  "an import that never ends",
		finds: "lifecycle",
		says:  "wait: wait for image",
		broken: inImages(func(i object) {
			if i["type"] == "custom" {
				i["status"] = "pending"
			}
		}),
	},
	{
		name:  "an update that is forgotten",
		finds: "lifecycle",
		says:  "update: the name",
		broken: response(method(http.MethodGet), func(r *http.Response, b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("doimages-contract-updated"), []byte("doimages-contract-old"))
		}),
	},
	{
		name:   "a description that cannot be cleared",
		finds:  "lifecycle",
		says:   `the description "" of image 6000420 became`,
		broken: requestBody(http.MethodPut, `"description":""`, `"description":"updated"`),
	},
	{
		name:  "an action without its envelope",
		finds: "lifecycle",
		says:  `property "action" is missing`,
		broken: response(method(http.MethodPost), func(r *http.Response, b []byte) []byte {
			return bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(b), []byte(`{"action":`)), []byte(`}`))
		}),
	},
	{
		name:  "a transfer that moves",
		finds: "lifecycle",
		says:  "transfer: it was in [nyc3], should be in [nyc3 fra1], and is in [fra1]",
		broken: inImages(func(i object) {
			if regions := i["regions"].([]any); i["type"] == "custom" && len(regions) == 2 {
				i["regions"] = regions[1:]
			}
		}),
	},
	{
		name:   "an action under every image",
		finds:  "lifecycle",
		says:   "the action under the id of another image",
		broken: otherImagesActions(),
	},
	{
		name:  "a conversion that does nothing",
		finds: "lifecycle",
		says:  `convert: after the conversion the type is "custom"`,
		broken: body(isImage, func(b object) {
			if image := b["image"].(object); image["name"] == "doimages-contract-updated" {
				image["type"] = "custom"
			}
		}),
	},
	{
		name:  "a delete that does nothing",
		finds: "lifecycle",
		says:  "use after delete",
		broken: request(func(r *http.Request, q url.Values) {
			if r.Method == http.MethodDelete { // an image that is there no longer
				r.URL.Path = "/v2/images/6000420"
				r.Method = http.MethodGet
			}
		}),
	},
	{
		name:   "a deleted image that is served",
		finds:  "lifecycle",
		says:   "get of the deleted image",
		broken: resurrection(),
	},
	{
		name:   "a body on a 204",
		finds:  "lifecycle",
		says:   "unexpected body: the contract documents none",
		broken: response(status(204), func(r *http.Response, b []byte) []byte { return []byte(`{}`) }),
	},
	{
		name:  "a failed import that is available",
		finds: "failed-import",
		says:  "the import of a text file succeeded",
		broken: inImages(func(i object) {
			if i["status"] == "deleted" {
				i["status"] = "available"
			}
		}),
	},
	{
		name:   "a failed import that does not say why",
		finds:  "failed-import",
		says:   `with the error message ""`,
		broken: inImages(func(i object) { i["error_message"] = "" }),
	},
	{
		name:   "an offer without its id",
		finds:  "account-transfer",
		says:   `property "transfer_id" is missing`,
		broken: body(isTransfer, func(b object) { delete(b, "transfer_id") }),
	},
	{
		name:  "an offer that its sender accepts",
		finds: "account-transfer",
		says:  "accept of the offer by its sender: the request succeeded, expected 4xx",
		broken: request(func(r *http.Request, q url.Values) {
			r.URL.Path = strings.Replace(r.URL.Path, "/accept", "/cancel", 1)
		}),
	},
	{
		name:  "an accept by the sender that fails in the server",
		finds: "account-transfer",
		says:  "accept of the offer by its sender: expected 4xx: ",
		broken: response(at("/accept"), func(r *http.Response, b []byte) []byte {
			r.StatusCode, r.Status = 500, "500 Internal Server Error"
			return b
		}),
	},
	{
		name:  "a canceled offer whose cancel fails in the server",
		finds: "account-transfer",
		says:  "cancel of the canceled offer: expected 4xx: ",
		broken: response(at("/cancel"), func(r *http.Response, b []byte) []byte {
			if r.StatusCode/100 == 4 {
				r.StatusCode, r.Status = 500, "500 Internal Server Error"
			}
			return b
		}),
	},
}
