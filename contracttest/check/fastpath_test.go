package check_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// Values that are plainly right are not shown to kin-openapi. Each keyword that a schema can have must keep one that is
// wrong from passing for such.
func TestEveryKeywordIsJudged(t *testing.T) {
	for schema, bodies := range map[string][2]string{ // what is right, and what is wrong
		`{type: string}`:                                                               {`"a"`, `1`},
		`{type: string, nullable: true}`:                                               {`null`, `true`},
		`{type: string, enum: [a]}`:                                                    {`"a"`, `"b"`},
		`{type: string, nullable: true, enum: [a]}`:                                    {`null`, `"b"`},
		`{type: string, minLength: 2}`:                                                 {`"ab"`, `"a"`},
		`{type: string, maxLength: 1}`:                                                 {`"a"`, `"ab"`},
		`{type: string, pattern: '^a$'}`:                                               {`"a"`, `"b"`},
		`{type: string, format: date-time}`:                                            {`"2020-11-14T16:30:06Z"`, `"2020-11-31T16:30:06Z"`},
		`{type: string, format: date}`:                                                 {`"2020-11-14"`, `"2020-11-14T16:30:06Z"`},
		`{type: string, format: uri}`:                                                  {`"https://a/b"`, `"b"`},
		`{type: string, format: uuid}`:                                                 {`"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"`, `"4f6c71e2"`},
		`{type: integer}`:                                                              {`1`, `1.5`},
		`{type: integer, format: int32}`:                                               {`2147483647`, `2147483648`},
		`{type: integer, minimum: 2}`:                                                  {`2`, `1`},
		`{type: integer, maximum: 2}`:                                                  {`2`, `3`},
		`{type: integer, minimum: 2, exclusiveMinimum: true}`:                          {`3`, `2`},
		`{type: integer, multipleOf: 3}`:                                               {`3`, `4`},
		`{type: integer, enum: [1]}`:                                                   {`1`, `2`},
		`{type: number}`:                                                               {`1.5`, `"1.5"`},
		`{type: number, format: float}`:                                                {`1.5`, `1e39`},
		`{type: boolean}`:                                                              {`true`, `null`},
		`{type: boolean, enum: [true]}`:                                                {`true`, `false`},
		`{type: array, items: {type: string}}`:                                         {`["a"]`, `["a",1]`},
		`{type: array, items: {}}`:                                                     {`[1,"a"]`, `{}`},
		`{type: array, items: {type: string}, minItems: 1}`:                            {`["a"]`, `[]`},
		`{type: array, items: {type: string}, maxItems: 1}`:                            {`["a"]`, `["a","b"]`},
		`{type: array, items: {type: string}, uniqueItems: true}`:                      {`["a","b"]`, `["a","a"]`},
		`{type: array, items: {type: string, pattern: '^a$'}}`:                         {`["a"]`, `["b"]`},
		`{type: object, required: [a], properties: {a: {type: string}}}`:               {`{"a":"b"}`, `{}`},
		`{type: object, properties: {a: {type: string}}}`:                              {`{}`, `{"b":1}`},
		`{type: object, properties: {a: {type: string, minLength: 2}}}`:                {`{"a":"bc"}`, `{"a":"b"}`},
		`{type: object, properties: {a: {type: string, writeOnly: true}}}`:             {`{}`, `{"a":"b"}`},
		`{type: object, additionalProperties: {type: string}}`:                         {`{"a":"b"}`, `{"a":1}`},
		`{type: object, additionalProperties: false, properties: {a: {type: string}}}`: {`{"a":"b"}`, `{"b":"a"}`},
		`{type: object, additionalProperties: false}`:                                  {`{}`, `{"a":1}`},
		`{type: object, additionalProperties: true}`:                                   {`{"a":1}`, `[]`},
		`{type: object, minProperties: 1}`:                                             {`{"a":1}`, `{}`},
		`{type: object, maxProperties: 1}`:                                             {`{"a":1}`, `{"a":1,"b":2}`},
		`{type: object, not: {required: [a]}}`:                                         {`{}`, `{"a":1}`},
		`{type: string, not: {enum: [a]}}`:                                             {`"b"`, `"a"`},
		`{allOf: [{type: string}, {minLength: 2}]}`:                                    {`"ab"`, `"a"`},
		`{anyOf: [{type: string}, {type: integer}]}`:                                   {`1`, `true`},
		`{oneOf: [{type: string}, {type: integer}]}`:                                   {`"a"`, `1.5`},
		`{type: string, allOf: [{pattern: '^a$'}]}`:                                    {`"a"`, `"b"`},
	} {
		contract, err := check.Load(fmt.Appendf(nil, "{openapi: 3.0.3, info: {title: a, version: '1'}, paths: {/v2/images: {get: {operationId: a, "+
			"responses: {'200': {description: a, content: {application/json: {schema: %s}}}}}}}}", schema))
		require.NoError(t, err, schema)
		for i, body := range bodies {
			found := contract.Check(traffic.Exchange{
				Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "a", Path: "/v2/images"}, Status: 200,
				Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body),
			})
			var judged []check.Finding
			for _, finding := range found {
				if finding.In == "body" {
					judged = append(judged, finding)
				}
			}
			assert.Equal(t, i == 1, len(judged) > 0, "%s: %s: %v", schema, body, judged)
		}
	}
}

// Whatever kin-openapi finds in a page, so does Check.
func FuzzKinOpenAPIFindsNoMore(f *testing.F) {
	contract, err := check.Load(openapi.Document())
	require.NoError(f, err)
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(f, err)
	schema := doc.Paths.Value("/v2/images").Get.Responses.Value("200").Value.Content.Get("application/json").Schema.Value
	exchanges := testkit.Exchanges(f, "images_list")
	for _, exchange := range exchanges {
		f.Add(exchange.Body)
	}
	f.Add([]byte(`{"images":[{"id":1,"name":"a","distribution":"Ubuntu","created_at":"0000-01-01T00:00:00Z","regions":["nyc1"],"status":"available","tags":null,` +
		`"description":"","error_message":"","min_disk_size":-1,"size_gigabytes":1e38,"slug":null,"type":"base","public":false}],"links":{"pages":{"next":"a:b"}},"meta":{"total":-0}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		exchange := exchanges[0]
		exchange.Status, exchange.Header, exchange.Body = 200, http.Header{"Content-Type": {"application/json"}}, body
		var value any
		if json.Unmarshal(body, &value) != nil || schema.VisitJSON(value, openapi3.VisitAsResponse()) == nil {
			return
		}
		for _, finding := range contract.Check(exchange) {
			if finding.In == "body" {
				return
			}
		}
		t.Fatalf("kin-openapi finds %v", schema.VisitJSON(value, openapi3.VisitAsResponse()))
	})
}
