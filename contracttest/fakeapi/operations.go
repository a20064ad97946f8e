package fakeapi

import (
	"fmt"
	"net/http"
	"path"
)

// operation is what the fake needs to know of one before its handler runs.
type operation struct {
	id     string
	scopes []string
}

var operations = map[string]operation{
	"GET /v2/images":                                      {"images_list", []string{"image:read"}},
	"POST /v2/images":                                     {"images_create_custom", []string{"image:create"}},
	"GET /v2/images/{image_id}":                           {"images_get", []string{"image:read"}},
	"PUT /v2/images/{image_id}":                           {"images_update", []string{"image:update"}},
	"DELETE /v2/images/{image_id}":                        {"images_delete", []string{"image:delete"}},
	"GET /v2/images/{image_id}/actions":                   {"imageActions_list", []string{"image:read"}},
	"POST /v2/images/{image_id}/actions":                  {"imageActions_post", []string{"image:update"}},
	"GET /v2/images/{image_id}/actions/{action_id}":       {"imageActions_get", []string{"image:read"}},
	"POST /v2/images/{image_id}/account_transfer":         {"images_post_account_transfer_create", []string{"image:update", "image:delete"}},
	"POST /v2/images/{image_id}/account_transfer/accept":  {"images_post_account_transfer_accept", []string{"image:create"}},
	"POST /v2/images/{image_id}/account_transfer/cancel":  {"images_post_account_transfer_cancel", []string{"image:update"}},
	"POST /v2/images/{image_id}/account_transfer/decline": {"images_post_account_transfer_decline", []string{"image:create"}},
}

func isOperation(id string) bool {
	for _, op := range operations {
		if op.id == id {
			return true
		}
	}
	return false
}

// mustBeOperation panics at a misspelt id, which would otherwise never strike or always count 0, and so let a test pass
// that tests nothing.
func mustBeOperation(id string) {
	if !isOperation(id) {
		panic(fmt.Sprintf("fakeapi: there is no operation %q", id))
	}
}

// operationOf returns what a request asks for, and whether another method would have found something at its path.
func (a *API) operationOf(r *http.Request) (op operation, pathKnown bool) {
	if at := r.URL.EscapedPath(); at != path.Clean(at) {
		return operation{}, false // the router would redirect, and the API has no redirects
	}
	for _, method := range []string{r.Method, http.MethodGet, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := a.router.Handler(probe); pattern != "" {
			if method == r.Method {
				return operations[pattern], true
			}
			return operation{}, true
		}
	}
	return operation{}, false
}
