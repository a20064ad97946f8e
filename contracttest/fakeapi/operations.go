package fakeapi

import (
	"fmt"
	"net/http"
	"path"
)

// operation is what the fake needs to know of an operation before its handler runs. The zero value is none.
type operation struct {
	id     string   // its operationId in the document
	scopes []string // what a token needs, all of them
}

// operations are those of the document, by the patterns under which the generated server registers them, and those of
// registerAllActions. The router gives a pattern and no operationId, and the generated code carries no scopes. A test
// compares this with the document.
var operations = map[string]operation{
	"GET /v2/actions": {
		id:     "actions_list",
		scopes: []string{"actions:read"},
	},
	"GET /v2/actions/{action_id}": {
		id:     "actions_get",
		scopes: []string{"actions:read"},
	},
	"GET /v2/images": {
		id:     "images_list",
		scopes: []string{"image:read"},
	},
	"POST /v2/images": {
		id:     "images_create_custom",
		scopes: []string{"image:create"},
	},
	"GET /v2/images/{image_id}": {
		id:     "images_get",
		scopes: []string{"image:read"},
	},
	"PUT /v2/images/{image_id}": {
		id:     "images_update",
		scopes: []string{"image:update"},
	},
	"DELETE /v2/images/{image_id}": {
		id:     "images_delete",
		scopes: []string{"image:delete"},
	},
	"GET /v2/images/{image_id}/actions": {
		id:     "imageActions_list",
		scopes: []string{"image:read"},
	},
	"POST /v2/images/{image_id}/actions": {
		id:     "imageActions_post",
		scopes: []string{"image:update"},
	},
	"GET /v2/images/{image_id}/actions/{action_id}": {
		id:     "imageActions_get",
		scopes: []string{"image:read"},
	},
	"POST /v2/images/{image_id}/account_transfer": {
		id:     "images_post_account_transfer_create",
		scopes: []string{"image:update", "image:delete"},
	},
	"POST /v2/images/{image_id}/account_transfer/accept": {
		id:     "images_post_account_transfer_accept",
		scopes: []string{"image:create"},
	},
	"POST /v2/images/{image_id}/account_transfer/cancel": {
		id:     "images_post_account_transfer_cancel",
		scopes: []string{"image:update"},
	},
	"POST /v2/images/{image_id}/account_transfer/decline": {
		id:     "images_post_account_transfer_decline",
		scopes: []string{"image:create"},
	},
}

func isOperation(id string) bool {
	for _, op := range operations {
		if op.id == id {
			return true
		}
	}
	return false
}

// mustBeOperation panics if there is no operation with this id. A misspelt id would otherwise never match or always
// count 0, and so pass a test that tests nothing.
func mustBeOperation(id string) {
	if !isOperation(id) {
		panic(fmt.Sprintf("fakeapi: there is no operation %q", id))
	}
}

// operationOf returns the operation that a request asks for. Where there is none, pathKnown reports whether another
// method would have found one at the same path, which makes the difference between 405 and 404.
func operationOf(router *http.ServeMux, r *http.Request) (op operation, pathKnown bool) {
	if at := r.URL.EscapedPath(); at != path.Clean(at) {
		return operation{}, false // the router would redirect, and the contract has no redirects
	}
	if pattern := patternOf(router, r, r.Method); pattern != "" {
		return operations[pattern], true
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} { // every path of the document has one of these
		if patternOf(router, r, method) != "" {
			return operation{}, true
		}
	}
	return operation{}, false
}

// patternOf returns the pattern that would match a request if it had this method, or "".
func patternOf(router *http.ServeMux, r *http.Request, method string) string {
	probe := r.Clone(r.Context())
	probe.Method = method
	_, pattern := router.Handler(probe)
	return pattern
}
