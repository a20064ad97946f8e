package contracttest_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/openapi"
)

// The operations that the API has under /v2/images, with the scopes that each needs.
var operations = map[string][]string{
	"GET /v2/images images_list":                                                               {"image:read"},
	"POST /v2/images images_create_custom":                                                     {"image:create"},
	"GET /v2/images/{image_id} images_get":                                                     {"image:read"},
	"PUT /v2/images/{image_id} images_update":                                                  {"image:update"},
	"DELETE /v2/images/{image_id} images_delete":                                               {"image:delete"},
	"GET /v2/images/{image_id}/actions imageActions_list":                                      {"image:read"},
	"POST /v2/images/{image_id}/actions imageActions_post":                                     {"image:update"},
	"GET /v2/images/{image_id}/actions/{action_id} imageActions_get":                           {"image:read"},
	"POST /v2/images/{image_id}/account_transfer images_post_account_transfer_create":          {"image:update", "image:delete"},
	"POST /v2/images/{image_id}/account_transfer/accept images_post_account_transfer_accept":   {"image:create"},
	"POST /v2/images/{image_id}/account_transfer/cancel images_post_account_transfer_cancel":   {"image:update"},
	"POST /v2/images/{image_id}/account_transfer/decline images_post_account_transfer_decline": {"image:create"},
}

func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(t, err)
	return doc
}

func load(t *testing.T) *contracttest.Contract {
	t.Helper()
	contract, err := contracttest.Load(openapi.Document())
	require.NoError(t, err)
	return contract
}

func TestDocumentHasEveryOperation(t *testing.T) {
	found := map[string][]string{}
	for path, item := range document(t).Paths.Map() {
		for method, operation := range item.Operations() {
			require.NotNil(t, operation.Security, operation.OperationID)
			require.Len(t, *operation.Security, 1, operation.OperationID)
			found[method+" "+path+" "+operation.OperationID] = (*operation.Security)[0]["bearer_auth"]
		}
	}
	assert.Equal(t, operations, found)
}

// Load validates the examples against their schemas; here each response must have one.
func TestDocumentHasAnExampleForEveryResponse(t *testing.T) {
	load(t)
	for _, item := range document(t).Paths.Map() {
		for _, operation := range item.Operations() {
			for status, response := range operation.Responses.Map() {
				where := operation.OperationID + " " + status
				empty := status == "204" || where == "images_post_account_transfer_accept 201"
				if empty {
					assert.Empty(t, response.Value.Content, where)
					continue
				}
				media := response.Value.Content["application/json"]
				if assert.NotNil(t, media, where) {
					assert.NotNil(t, media.Example, where)
				}
			}
		}
	}
}

func TestLoadRejects(t *testing.T) {
	text := string(openapi.Document())
	for name, document := range map[string]string{
		"nothing":                        "",
		"no YAML":                        "openapi: [",
		"a truncated document":           text[:len(text)/2],
		"an example that breaks":         strings.Replace(text, "id: 36805527", "id: none", 1),
		"a reference that leads nowhere": strings.Replace(text, "#/components/schemas/meta\"", "#/components/schemas/mata\"", 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, text, document)
			contract, err := contracttest.Load([]byte(document))
			assert.ErrorContains(t, err, "load the contract: ")
			assert.Nil(t, contract)
		})
	}
}
