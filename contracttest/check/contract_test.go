package check_test

import (
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
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

// Load leaves the embedded document as it is: that all of it is valid, its examples included, is held here.
func TestDocumentIsValid(t *testing.T) {
	require.NoError(t, document(t).Validate(t.Context(), openapi3.EnableExamplesValidation()))
	contract := testkit.Contract(t)
	assert.Len(t, contract.Operations(), len(operations))
	for id, operation := range contract.NewCoverage().Summary().Operations {
		assert.Greater(t, operation.Total, 20, id)
	}
}

func TestDocumentHasAnExampleForEveryResponse(t *testing.T) {
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

// checkIn returns what is found in a GET by a document, in a session of its own.
func checkIn(t *testing.T, document []byte, address string, exchange traffic.Exchange) (found []string) {
	t.Helper()
	contract := loadSpec(t, document)
	testkit.SetURL(address)(&exchange)
	exchange.Method = http.MethodGet
	result := contract.Examine(exchange)
	for _, finding := range append(result.Findings, check.NewSession().Check(result)...) {
		found = append(found, finding.Check+" "+finding.In+" "+finding.Pointer)
	}
	return found
}

func TestSchemasMayHoldThemselves(t *testing.T) {
	document := specOf(`paths:
  /v2/images:
    get:
      operationId: a
      responses:
        "200": {description: a, content: {application/json: {schema: {$ref: "#/components/schemas/node"}}}}
components:
  schemas:
    node: {type: object, properties: {name: {type: string}, nodes: {type: array, items: {$ref: "#/components/schemas/node"}}}}
`)
	for body, want := range map[string][]string{
		`{"name":"a","nodes":[{"name":"b","nodes":[{"name":"c"}]}]}`: nil,
		`{"name":"a","nodes":[{"name":"b","nodes":[{"name":1}]}]}`:   {"wrong-type body /nodes/0/nodes/0/name"},
	} {
		exchange := traffic.Exchange{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
		assert.Equal(t, want, checkIn(t, document, "https://a/v2/images", exchange))
	}
}

func TestParametersOfAPathAreThoseOfItsOperations(t *testing.T) {
	document := specOf(`paths:
  /v2/images/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: page, in: query, schema: {type: integer, maximum: 9}}
      - {name: size, in: query, schema: {type: integer, maximum: 9}}
    get:
      operationId: a
      parameters: [{name: size, in: query, schema: {type: integer, maximum: 99}}]
      responses: {"204": {description: a}}
`)
	for query, want := range map[string][]string{
		"1?page=9&size=99":       nil,
		"1?page=10&size=100":     {"request-parameter request query page ", "request-parameter request query size "},
		"1?page=1&page=2&more=1": {"undocumented-parameter request query more ", "request-parameter request query page "},
		"one":                    {"request-parameter request path id "},
	} {
		assert.ElementsMatch(t, want, checkIn(t, document, "https://a/v2/images/"+query, traffic.Exchange{Status: 204}), query)
	}
}

// A header is what the response says that has it, and not what another one says.
func TestHeadersAreThoseOfTheirResponse(t *testing.T) {
	document := specOf(`paths:
  /v2/images:
    get:
      operationId: a
      responses:
        "204": {description: a, headers: {x-id: {schema: {type: integer}}}}
        "404": {description: a, headers: {x-id: {schema: {type: string, enum: [one]}}}}
        "410": {description: a}
`)
	for range 20 { // in whatever order the responses come
		for status, want := range map[int][]string{
			204: {"header header x-id "},
			404: nil,
			410: {"undocumented-header header x-id ", "header header x-id "},
		} {
			assert.Equal(t, want, checkIn(t, document, "https://a/v2/images", traffic.Exchange{Status: status, Header: http.Header{"X-Id": {"one"}}}), status)
		}
	}
}
