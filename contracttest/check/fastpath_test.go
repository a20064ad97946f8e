package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// keywordCases have each keyword that a schema can have, with a value that is valid by it and one that is not.
var keywordCases = []struct {
	schema  string
	valid   string
	invalid string
	want    string // the checks that find the invalid value
}{
	{
		schema:  `{type: string}`,
		valid:   `"a"`,
		invalid: `1`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: string, nullable: true}`,
		valid:   `null`,
		invalid: `true`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: string, enum: [a]}`,
		valid:   `"a"`,
		invalid: `"b"`,
		want:    "unknown-enum-value",
	},
	{
		schema:  `{type: string, nullable: true, enum: [a]}`,
		valid:   `null`,
		invalid: `"b"`,
		want:    "unknown-enum-value",
	},
	{
		schema:  `{type: string, minLength: 2}`,
		valid:   `"ab"`,
		invalid: `"a"`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: string, maxLength: 1}`,
		valid:   `"a"`,
		invalid: `"ab"`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: string, pattern: '^a$'}`,
		valid:   `"a"`,
		invalid: `"b"`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: string, format: date-time}`,
		valid:   `"2020-11-14T16:30:06Z"`,
		invalid: `"2020-11-31T16:30:06Z"`,
		want:    "date-time",
	},
	{
		schema:  `{type: string, format: date}`,
		valid:   `"2020-11-14"`,
		invalid: `"2020-11-14T16:30:06Z"`,
		want:    "format",
	},
	{
		schema:  `{type: string, format: uri}`,
		valid:   `"https://a/b"`,
		invalid: `"b"`,
		want:    "format",
	},
	{
		schema:  `{type: string, format: uuid}`,
		valid:   `"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"`,
		invalid: `"4f6c71e2"`,
		want:    "format",
	},
	{
		schema:  `{type: integer}`,
		valid:   `1`,
		invalid: `1.5`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: integer, format: int32}`,
		valid:   `2147483647`,
		invalid: `2147483648`,
		want:    "number-range",
	},
	{
		schema:  `{type: integer, minimum: 2}`,
		valid:   `2`,
		invalid: `1`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: integer, maximum: 2}`,
		valid:   `2`,
		invalid: `3`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: integer, minimum: 2, exclusiveMinimum: true}`,
		valid:   `3`,
		invalid: `2`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: integer, multipleOf: 3}`,
		valid:   `3`,
		invalid: `4`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: integer, enum: [1]}`,
		valid:   `1`,
		invalid: `2`,
		want:    "unknown-enum-value",
	},
	{
		schema:  `{type: number}`,
		valid:   `1.5`,
		invalid: `"1.5"`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: number, format: float}`,
		valid:   `1.5`,
		invalid: `1e39`,
		want:    "number-range",
	},
	{
		schema:  `{type: boolean}`,
		valid:   `true`,
		invalid: `null`,
		want:    "null",
	},
	{
		schema:  `{type: boolean, enum: [true]}`,
		valid:   `true`,
		invalid: `false`,
		want:    "unknown-enum-value",
	},
	{
		schema:  `{type: array, items: {type: string}}`,
		valid:   `["a"]`,
		invalid: `["a",1]`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: array, items: {}}`,
		valid:   `[1,"a"]`,
		invalid: `{}`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: array, items: {type: string}, minItems: 1}`,
		valid:   `["a"]`,
		invalid: `[]`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: array, items: {type: string}, maxItems: 1}`,
		valid:   `["a"]`,
		invalid: `["a","b"]`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: array, items: {type: string}, uniqueItems: true}`,
		valid:   `["a","b"]`,
		invalid: `["a","a"]`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: array, items: {type: string, pattern: '^a$'}}`,
		valid:   `["a"]`,
		invalid: `["b"]`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: object, required: [a], properties: {a: {type: string}}}`,
		valid:   `{"a":"b"}`,
		invalid: `{}`,
		want:    "missing-field",
	},
	{
		schema:  `{type: object, properties: {a: {type: string}}}`,
		valid:   `{}`,
		invalid: `{"b":1}`,
		want:    "undocumented-field",
	},
	{
		schema:  `{type: object, properties: {a: {type: string, minLength: 2}}}`,
		valid:   `{"a":"bc"}`,
		invalid: `{"a":"b"}`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: object, properties: {a: {type: string, writeOnly: true}}}`,
		valid:   `{}`,
		invalid: `{"a":"b"}`,
		want:    "schema",
	},
	{
		schema:  `{type: object, additionalProperties: {type: string}}`,
		valid:   `{"a":"b"}`,
		invalid: `{"a":1}`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: object, additionalProperties: false, properties: {a: {type: string}}}`,
		valid:   `{"a":"b"}`,
		invalid: `{"b":"a"}`,
		want:    "schema undocumented-field",
	},
	{
		schema:  `{type: object, additionalProperties: false}`,
		valid:   `{}`,
		invalid: `{"a":1}`,
		want:    "schema",
	},
	{
		schema:  `{type: object, additionalProperties: true}`,
		valid:   `{"a":1}`,
		invalid: `[]`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: object, minProperties: 1}`,
		valid:   `{"a":1}`,
		invalid: `{}`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: object, maxProperties: 1}`,
		valid:   `{"a":1}`,
		invalid: `{"a":1,"b":2}`,
		want:    "out-of-range",
	},
	{
		schema:  `{type: object, not: {required: [a]}}`,
		valid:   `{}`,
		invalid: `{"a":1}`,
		want:    "no-branch",
	},
	{
		schema:  `{type: string, not: {enum: [a]}}`,
		valid:   `"b"`,
		invalid: `"a"`,
		want:    "no-branch",
	},
	{
		schema:  `{allOf: [{type: string}, {minLength: 2}]}`,
		valid:   `"ab"`,
		invalid: `"a"`,
		want:    "out-of-range",
	},
	{
		schema:  `{anyOf: [{type: string}, {type: integer}]}`,
		valid:   `1`,
		invalid: `true`,
		want:    "wrong-type",
	},
	{
		schema:  `{oneOf: [{type: string}, {type: integer}]}`,
		valid:   `"a"`,
		invalid: `1.5`,
		want:    "wrong-type",
	},
	{
		schema:  `{type: string, allOf: [{pattern: '^a$'}]}`,
		valid:   `"a"`,
		invalid: `"b"`,
		want:    "out-of-range",
	},
}

// What the fast path recognises is not shown to kin-openapi. Each keyword must keep an invalid value from passing.
func TestEveryKeywordIsJudged(t *testing.T) {
	for _, test := range keywordCases {
		contract := loadSpec(t, specOf("paths: {/v2/images: {get: {operationId: a, responses: "+
			"{'200': {content: {application/json: {schema: "+test.schema+"}}}}}}}\n"))
		judge := func(body string) []string {
			return checksOf(contract.Check(got("https://a/v2/images", 200, "application/json", body)))
		}
		assert.Empty(t, judge(test.valid), test.schema)
		assert.Equal(t, strings.Fields(test.want), judge(test.invalid), test.schema)
	}
}
