package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// spec31 returns a document of OpenAPI 3.1 with a schema for the response, and others.
func spec31(schema, others string) []byte {
	return []byte("openapi: 3.1.0\ninfo: {title: a, version: '1'}\n" +
		"paths: {/v2/images: {get: {operationId: list, responses: {'200': {content: {application/json: {schema: " +
		schema + "}}}}}}}\ncomponents: {schemas: {" + others + "}}\n")
}

// What JSON Schema 2020-12 has and OpenAPI 3.0 does not, or has in another form: bodies, and what is found in each.
var schemas31 = map[string]struct {
	schema, others string
	bodies         map[string][]string
}{
	"const": {
		schema: "{type: object, properties: {a: {const: 1}}}",
		bodies: map[string][]string{
			`{"a":1}`:    nil,
			`{"a":1.0}`:  nil,
			`{"a":2}`:    {"unknown-enum-value /a: value is not one of the allowed values [1]"},
			`{"a":null}`: {"unknown-enum-value /a: null is not one of the allowed values"},
		},
	},
	"const null": {
		schema: "{type: object, properties: {a: {const: null}}}",
		bodies: map[string][]string{
			`{"a":null}`: nil,
			`{"a":0}`:    {"unknown-enum-value /a: value is not one of the allowed values [null]"},
		},
	},
	"a type and null": {
		schema: "{type: object, properties: {a: {type: [string, 'null'], maxLength: 2}}}",
		bodies: map[string][]string{
			`{"a":null}`:  nil,
			`{"a":"x"}`:   nil,
			`{"a":"xxx"}`: {"out-of-range /a: maximum string length is 2"},
			`{"a":1}`:     {"wrong-type /a: value must be a string or null"},
		},
	},
	"nullable has no meaning": {
		schema: "{type: object, properties: {a: {type: string, nullable: true}}}",
		bodies: map[string][]string{`{"a":null}`: {"null /a: Value is not nullable"}},
	},
	"no type allows null": {
		schema: "{type: object, properties: {a: {}, b: {description: b}, c: {minLength: 2}, d: true}}",
		bodies: map[string][]string{`{"a":null,"b":null,"c":null,"d":null}`: nil},
	},
	"null in an enum": {
		schema: "{type: object, properties: {a: {enum: [x, null]}, b: {type: [string, 'null'], enum: [x]}}}",
		bodies: map[string][]string{
			`{"a":null,"b":"x"}`: nil,
			`{"a":"y","b":null}`: {
				`unknown-enum-value /a: value is not one of the allowed values ["x",null]`,
				"unknown-enum-value /b: null is not one of the allowed values",
			},
		},
	},
	"null beside branches": {
		schema: "{type: object, properties: {a: {type: object, anyOf: [{required: [x]}]}, b: {type: [object, 'null'], allOf: [{type: object}]}}}",
		bodies: map[string][]string{
			`{"a":{"x":1},"b":{}}`: nil,
			`{"a":null,"b":null}`:  {"null /a: Value is not nullable", "null /b: Value is not nullable"},
		},
	},
	"integers of 64 bits and null": {
		schema: "{type: object, properties: {a: {type: [integer, 'null']}}}",
		bodies: map[string][]string{
			`{"a":9223372036854775807}`: nil,
			`{"a":9223372036854775808}`: {"number-range /a: does not fit into 64 bits"},
		},
	},
	"exclusive limits as numbers": {
		schema: "{type: object, properties: {a: {type: integer, exclusiveMinimum: 0, exclusiveMaximum: 3}}}",
		bodies: map[string][]string{
			`{"a":1}`: nil,
			`{"a":0}`: {"out-of-range /a: number must be more than 0"},
			`{"a":3}`: {"out-of-range /a: number must be less than 3"},
		},
	},
	"prefixItems": {
		schema: "{type: array, prefixItems: [{type: string}, {type: object, properties: {a: {type: integer}}}], items: false}",
		bodies: map[string][]string{
			`["x",{"a":1}]`:   nil,
			`[1,{"a":"x"}]`:   {"wrong-type /0: value must be a string", "wrong-type /1/a: value must be an integer"},
			`["x",{"b":1}]`:   {"undocumented-field /1/b: the contract does not know the field"},
			`["x",{"a":1},1]`: {"schema /2: the false schema accepts no value"},
		},
	},
	"contains": {
		schema: "{type: array, contains: {const: x}, minContains: 2}",
		bodies: map[string][]string{
			`["x","y","x"]`: nil,
			`["x","y"]`:     {"schema: does not fit its schema: contains"},
		},
	},
	"$defs": {
		schema: "{$ref: '#/components/schemas/A'}",
		others: "A: {type: object, properties: {a: {$ref: '#/components/schemas/A/$defs/b'}}, $defs: {b: {type: integer}}}",
		bodies: map[string][]string{
			`{"a":1}`:   nil,
			`{"a":"x"}`: {"wrong-type /a: value must be an integer"},
		},
	},
	"keywords beside a reference": {
		schema: "{$ref: '#/components/schemas/A', required: [b]}",
		others: "A: {type: object, required: [a], properties: {a: {type: integer}, b: {type: integer}}}",
		bodies: map[string][]string{
			`{"a":1,"b":1}`: nil,
			`{"a":1}`:       {`missing-field /b: property "b" is missing`},
			`{"b":1}`:       {`missing-field /a: property "a" is missing`},
		},
	},
	"a schema in itself": {
		schema: "{$ref: '#/components/schemas/A'}",
		others: "A: {type: object, properties: {a: {type: [array, 'null'], items: {$ref: '#/components/schemas/A'}}, b: {const: 1}}}",
		bodies: map[string][]string{
			`{"a":[{"a":[{"b":1}]},{"a":null}]}`: nil,
			`{"a":[{"a":[{"b":2}]}]}`:            {"unknown-enum-value /a/0/a/0/b: value is not one of the allowed values [1]"},
		},
	},
	"if, then and else": {
		schema: "{type: object, if: {required: [a], properties: {a: {const: 1}}}, then: {required: [b], properties: {b: {type: integer}}}, else: {properties: {c: {type: string}}}, properties: {a: {}}}",
		bodies: map[string][]string{
			`{"a":1,"b":1}`:      nil,
			`{"a":1}`:            {`missing-field /b: property "b" is missing`},
			`{"a":1,"b":"x"}`:    {"wrong-type /b: value must be an integer"},
			`{"a":2,"c":1}`:      {"wrong-type /c: value must be a string"},
			`{"a":2,"d":1}`:      {"undocumented-field /d: the contract does not know the field"},
			`{"a":null,"c":"x"}`: nil,
		},
	},
	"dependentRequired and dependentSchemas": {
		schema: "{type: object, properties: {a: {}, b: {}, c: {}}, dependentRequired: {a: [b]}, dependentSchemas: {c: {properties: {d: {type: integer}}}}}",
		bodies: map[string][]string{
			`{"a":1,"b":1}`:   nil,
			`{"a":1}`:         {`missing-field /b: property "b" is missing`},
			`{"c":1,"d":1}`:   nil,
			`{"c":1,"d":"x"}`: {"wrong-type /d: value must be an integer"},
			`{"d":1}`:         {"undocumented-field /d: the contract does not know the field"},
		},
	},
	"patternProperties": {
		schema: "{type: object, properties: {a: {}}, patternProperties: {'^x-': {type: integer}}, additionalProperties: false}",
		bodies: map[string][]string{
			`{"a":1,"x-a":1}`: nil,
			`{"x-a":"x"}`:     {"wrong-type /x-a: value must be an integer"},
			`{"y":1}`:         {`schema: property "y" is unsupported`, "undocumented-field /y: the contract does not know the field"},
		},
	},
	"propertyNames": {
		schema: "{type: object, propertyNames: {maxLength: 2}}",
		bodies: map[string][]string{
			`{"ab":1}`:  nil,
			`{"abc":1}`: {"out-of-range /abc: of the name of the field: maximum string length is 2"},
		},
	},
	"unevaluatedProperties": {
		schema: "{type: object, allOf: [{properties: {a: {}}}], properties: {b: {}}, unevaluatedProperties: false}",
		bodies: map[string][]string{
			`{"a":1,"b":1}`: nil,
			`{"a":1,"c":1}`: {"schema: does not fit its schema: unevaluatedProperties", "undocumented-field /c: the contract does not know the field"},
		},
	},
	"branches": {
		schema: "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}",
		others: "A: {type: object, required: [a], properties: {a: {const: 1}}}, B: {type: object, required: [b, c, d], properties: {a: {}, b: {}, c: {}, d: {}}}",
		bodies: map[string][]string{
			`{"a":1}`:                        nil,
			`{"a":2}`:                        {"unknown-enum-value /a: of A, the nearest branch: value is not one of the allowed values [1]"},
			`{"a":1,"b":null,"c":"","d":""}`: {"no-branch: fits 2 of the schemas of oneOf, and must fit one"},
		},
	},
	"not": {
		schema: "{not: {required: [a]}}",
		bodies: map[string][]string{
			`{"b":1}`: nil,
			`{"a":1}`: {"no-branch: fits the schema of not, which it must not"},
		},
	},
	"formats": {
		schema: "{type: object, properties: {a: {type: [string, 'null'], format: date-time}}}",
		bodies: map[string][]string{
			`{"a":"2020-02-29T00:00:00Z"}`: nil,
			`{"a":"2020-02-31T00:00:00Z"}`: {"date-time /a: not a valid RFC 3339 date-time with a zone"},
		},
	},
}

func TestOpenAPI31(t *testing.T) {
	for name, test := range schemas31 {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, spec31(test.schema, test.others))
			for body, want := range test.bodies {
				assert.ElementsMatch(t, want, said(contract, got("https://a/v2/images", 200, "application/json", body)), body)
			}
		})
	}
}

// What cannot be judged by does not look as if it had been.
func TestOpenAPI31RefusesWhatItCannotJudge(t *testing.T) {
	for name, test := range map[string]struct{ schema, want string }{
		"$dynamicRef":            {"{$dynamicRef: '#a'}", "its schemas use $dynamicRef, which is not supported"},
		"$anchor":                {"{properties: {a: {$anchor: a}}}", "its schemas use $anchor"},
		"$id":                    {"{$id: 'https://a/b', type: object}", "its schemas use $id"},
		"another dialect":        {"{$schema: 'http://json-schema.org/draft-07/schema#'}", "of the dialect http://json-schema.org/draft-07/schema#"},
		"a pattern":              {"{type: string, pattern: '(?=a)'}", "error parsing regexp"},
		"a pattern of a field":   {"{patternProperties: {'(?=a)': {}}}", "its schemas cannot be judged by: "},
		"a limit that is a bool": {"{minimum: 1, exclusiveMinimum: true}", "exclusiveMinimum"},
		"itself by a condition":  {"{$ref: '#/components/schemas/A'}", "holds itself"},
		"a const null in a list": {"{enum: [a], const: null}", "a const null beside an enum"},
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, spec31(test.schema, "A: {type: object, if: {$ref: '#/components/schemas/A'}}"))
			findings := contract.Check(got("https://a/v2/images", 200, "application/json", `{}`))
			assert.Equal(t, []string{"unusable-operation"}, checksOf(findings))
			assert.Contains(t, findings[0].Message, test.want)
		})
	}
}

func TestParametersOfOpenAPI31(t *testing.T) {
	contract := loadSpec(t, []byte("openapi: 3.1.1\ninfo: {title: a, version: '1'}\npaths: {/v2/images: {get: {parameters: ["+
		"{name: page, in: query, schema: {type: [integer, 'null'], exclusiveMinimum: 0}}, {name: type, in: query, schema: {const: user}}], "+
		"responses: {'204': {headers: {x-id: {schema: {type: [integer, 'null']}}}}}}}}\n"))
	for query, want := range map[string][]string{
		"page=1&type=user": nil,
		"page=0":           {"request-parameter: number must be more than 0"},
		"type=other":       {`request-parameter: value is not one of the allowed values ["user"]`},
	} {
		exchange := got("https://a/v2/images?"+query, 204, "", "")
		exchange.Header.Set("X-Id", "1")
		assert.Equal(t, want, said(contract, exchange), query)
	}
}

// However large a body is, judging it comes to an end soon.
func TestOpenAPI31IsBounded(t *testing.T) {
	contract := loadSpec(t, spec31("{type: object, properties: {values: {type: array, items: {$ref: '#/components/schemas/A'}}, b: {type: object, patternProperties: {a: {const: 1}}}}}",
		"A: {type: object, required: [a], properties: {a: {const: 1}, b: {anyOf: [{type: string}, {type: 'null'}]}}}"))
	keys := make([]string, 40_000)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"a%d":2`, i)
	}
	for name, test := range map[string]struct {
		body  string
		least int // findings
		most  int
	}{
		"all are right":   {`{"values":` + repeated(`{"a":1,"b":null}`, 40_000) + "}", 0, 0},
		"one is wrong":    {`{"values":[` + strings.Repeat(`{"a":1},`, 60_000) + `{"a":2}]}`, 1, 1},
		"all are wrong":   {`{"values":` + repeated(`{"b":1}`, 60_000) + "}", 999, 1000},
		"many fields":     {`{"b":{` + strings.Join(keys, ",") + "}}", 900, 1000},
		"of another sort": {`{"values":` + repeated(`1`, 190_000) + "}", 999, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			findings := contract.Check(got("https://a/v2/images", 200, "application/json", test.body))
			assert.GreaterOrEqual(t, len(findings), test.least)
			assert.LessOrEqual(t, len(findings), test.most)
			assert.Less(t, time.Since(began), 2*time.Minute, "it takes a second, and a busy machine twenty times as long")
			t.Logf("%d findings in %v", len(findings), time.Since(began))
		})
	}
}
