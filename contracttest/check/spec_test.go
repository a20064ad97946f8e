package check_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// specOf returns a document of OpenAPI 3.0 with paths.
func specOf(paths string) []byte {
	return []byte("openapi: 3.0.3\ninfo: {title: a, version: '1'}\n" + paths)
}

// loadSpec loads a document that can be judged by.
func loadSpec(t *testing.T, document []byte) *check.Contract {
	t.Helper()
	contract, err := check.Load(document)
	require.NoError(t, err)
	return contract
}

// got returns the response to a GET.
func got(address string, status int, kind, body string) traffic.Exchange {
	exchange := traffic.Exchange{
		Method: http.MethodGet,
		Status: status,
		Header: http.Header{"Content-Type": {kind}},
		Body:   []byte(body),
	}
	testkit.SetURL(address)(&exchange)
	return exchange
}

// said returns what is found in an exchange, as check, place and message.
func said(contract *check.Contract, exchange traffic.Exchange) (found []string) {
	for _, f := range contract.Check(exchange) {
		found = append(found, strings.TrimSpace(f.Check+" "+f.Pointer)+": "+f.Message)
	}
	return found
}

func TestLoadRefuses(t *testing.T) {
	text := string(openapi.Document())
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8), i)
	}
	for name, test := range map[string]struct{ document, want string }{
		"nothing":               {"", "it is empty"},
		"a text":                {"hello", "it is not an object"},
		"not YAML":              {"openapi: [", "neither JSON nor YAML"},
		"a truncated document":  {text[:len(text)/4] + "\n  - [", "neither JSON nor YAML"},
		"no version":            {"info: {}\npaths: {}\n", "no field openapi with a version"},
		"Swagger":               {"swagger: '2.0'\npaths: {}\n", "it is of Swagger 2.0; only OpenAPI 3.0 and 3.1 are supported: convert it"},
		"3.2":                   {"openapi: 3.2.0\npaths: {}\n", `it is of OpenAPI "3.2.0"; only 3.0 and 3.1 are supported`},
		"a version as a number": {"openapi: 3.2\npaths: {}\n", `it is of OpenAPI "3.2"`},
		"no paths":              {"openapi: 3.1.0\nwebhooks: {}\n", "it has no paths"},
		"a duplicate key":       {"openapi: 3.0.3\npaths: {}\npaths: {}\n", `line 3: duplicate key "paths"`},
		"an alias bomb":         {bomb, "with its aliases written out"},
		"an alias in itself":    {"openapi: 3.0.3\npaths: &a {b: *a}\n", "nested more than 100 deep"},
		"deep YAML":             {"openapi: 3.0.3\npaths: " + strings.Repeat("{a: ", 200) + strings.Repeat("}", 200), "nested more than 100 deep"},
		"deep JSON":             {`{"openapi":"3.0.3","paths":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", "nested more than 100 deep"},
		"very deep YAML":        {strings.Repeat("[", 1<<20), "neither JSON nor YAML"},
		"a number without end":  {"openapi: 3.0.3\npaths: .inf\n", "not a number that JSON has"},
		"64 MiB":                {strings.Repeat(" ", 64<<20), "larger than 16 MiB"},
		"many lines":            {strings.Repeat("-\n", 2_000_000), "more than 1500000 values or lines"},
		"many values":           {"[" + strings.Repeat("1,", 1_100_000) + "1]", "more than 1000000 values"},
	} {
		t.Run(name, func(t *testing.T) {
			contract, err := check.Load([]byte(test.document))
			require.ErrorContains(t, err, "load the contract: ")
			assert.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "goroutine")
			assert.Less(t, len(err.Error()), 400)
			assert.Nil(t, contract)
		})
	}
}

// One operation that cannot be used is found by those who touch it, and in nobody else's way.
func TestOperationsThatCannotBeUsed(t *testing.T) {
	for name, test := range map[string]struct{ operation, want string }{
		"no schema of a parameter":         {"{parameters: [{name: page, in: query, content: {application/json: {schema: {}}}}], responses: {'200': {}}}", "the query parameter page has no schema"},
		"no schema of a request":           {"{requestBody: {content: {text/plain: {}}}, responses: {'200': {}}}", "the request body as text/plain has no schema"},
		"no schema of a response":          {"{responses: {'200': {content: {text/plain: {}}}}}", "the body of response 200 as text/plain has no schema"},
		"no schema of a header":            {"{responses: {'200': {headers: {x: {content: {text/plain: {schema: {}}}}}}}}", "the header x of response 200 has no schema"},
		"no responses":                     {"{}", "value of responses must be an object"},
		"a null":                           {"null", "it is not an object"},
		"an unknown type":                  {"{responses: {'200': {content: {application/json: {schema: {type: text}}}}}}", `unsupported 'type' value "text"`},
		"a type that is a list":            {"{responses: {'200': {content: {application/json: {schema: {type: [string, 'null']}}}}}}", "3.1"},
		"a pattern that cannot be read":    {"{responses: {'200': {content: {application/json: {schema: {type: string, pattern: '(?=a)'}}}}}}", "not judged: error parsing regexp: invalid"},
		"a reference that leads nowhere":   {"{responses: {'200': {$ref: '#/components/responses/none'}}}", `its $ref "#/components/responses/none" leads nowhere`},
		"a reference to a file":            {"{responses: {'200': {$ref: 'responses.yaml#/ok'}}}", `its $ref "responses.yaml#/ok" leads out of the document, and nothing but the document is read: bundle it first`},
		"a reference to an address":        {"{responses: {'200': {content: {application/json: {schema: {$ref: 'http://127.0.0.1:1/a.yaml'}}}}}}", `its $ref "http://127.0.0.1:1/a.yaml" leads out of the document`},
		"an operation in another file":     {"{$ref: 'resources/images/list.yml'}", `its $ref "resources/images/list.yml" leads out of the document`},
		"a reference back to itself":       {"{responses: {'200': {$ref: '#/paths/~1v2~1images/get/responses/200'}}}", "leads back to itself"},
		"a path parameter that is missing": {"{parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {'200': {}}}", "id"},
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, specOf("paths:\n  /v2/images:\n    get: "+test.operation+"\n"+
				"  /v2/images/{id}:\n    get: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}], responses: {'204': {}}}\n"))
			for range 2 { // the second time it is known
				findings := contract.Check(got("https://a/v2/images", 404, "text/html", "no"))
				require.Len(t, findings, 1)
				assert.Equal(t, "unusable-operation", findings[0].Check)
				assert.Equal(t, check.Breaking, findings[0].Severity, "though the API refused the request")
				assert.Equal(t, "GET /v2/images", findings[0].Operation)
				assert.Contains(t, findings[0].Message, "GET /v2/images: not judged: ")
				assert.Contains(t, findings[0].Message, test.want)
			}
			assert.Empty(t, contract.Check(got("https://a/v2/images/1", 204, "", "")))
			assert.Equal(t, []string{"GET /v2/images", "GET /v2/images/{id}"}, contract.Operations())
			coverage := contract.NewCoverage().Summary().Operations
			assert.Contains(t, coverage["GET /v2/images"].Missing[0], "all of it, which cannot be judged: ")
			assert.NotContains(t, coverage["GET /v2/images/{id}"].Missing[0], "judged")
		})
	}
}

// Whole paths may be somewhere else: which methods they have is not known then.
func TestPathsInOtherFiles(t *testing.T) {
	contract := loadSpec(t, specOf("paths:\n  /v2/images: {$ref: 'images.yaml'}\n  /v2/images/{id}: {$ref: '#/components/x'}\n"+
		"components: {x: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}], delete: {operationId: gone, responses: {'204': {}}}}}\n"))
	assert.Contains(t, said(contract, got("https://a/v2/images", 200, "", ""))[0], `unusable-operation: GET /v2/images: not judged: its $ref "images.yaml" leads out`)
	exchange := got("https://a/v2/images/x", 204, "", "")
	exchange.Method = http.MethodDelete
	assert.Equal(t, []string{"request-parameter: cannot be read: an invalid integer"}, said(contract, exchange))
	assert.Equal(t, []string{"gone"}, contract.Operations())
}

func TestExamplesOfOtherDocumentsAreNotJudged(t *testing.T) {
	contract := loadSpec(t, []byte(strings.Replace(string(openapi.Document()), "id: 36805527", "id: none", 1)))
	for _, exchange := range testkit.Exchanges(t, "images_get") {
		assert.Empty(t, contract.Check(exchange))
	}
}

func TestOperationIDs(t *testing.T) {
	const ok = "responses: {'204': {}}"
	contract := loadSpec(t, specOf("paths:\n"+
		"  /v2/images: {get: {operationId: list, "+ok+"}, post: {"+ok+"}, put: {operationId: same, "+ok+"}}\n"+
		"  /v2/images/x: {get: {operationId: same, "+ok+"}, delete: {operationId: POST /v2/images, "+ok+"}}\n"+
		"  /v2/droplets: {get: {operationId: droplets, "+ok+"}}\n"))
	assert.Equal(t, []string{
		"DELETE /v2/images/x", "GET /v2/images/x", "POST /v2/images", "PUT /v2/images", "list",
	}, contract.Operations(), "those of the images API")
	for request, want := range map[string]string{
		"GET /v2/images":      "list",
		"POST /v2/images":     "POST /v2/images",
		"PUT /v2/images":      "PUT /v2/images",
		"GET /v2/images/x":    "GET /v2/images/x",
		"DELETE /v2/images/x": "DELETE /v2/images/x",
		"GET /v2/droplets":    "droplets",
	} {
		method, path, _ := strings.Cut(request, " ")
		exchange := got("https://a"+path, 204, "", "")
		exchange.Method = method
		result := contract.Examine(exchange)
		assert.Equal(t, want, result.Operation)
		assert.Empty(t, result.Findings)
		assert.Equal(t, []string{"204"}, contract.Statuses(want))
	}
	coverage := contract.NewCoverage()
	coverage.Add(contract.Examine(got("https://a/v2/images/x", 204, "", "")))
	assert.Equal(t, 1, coverage.Summary().Operations["GET /v2/images/x"].Covered)
	assert.Zero(t, coverage.Summary().Operations["PUT /v2/images"].Covered)
}

func TestServersWithPaths(t *testing.T) {
	const (
		document  = "SERVERS\npaths: {/v2/images: {get: {operationId: a, responses: {'204': {}}}}}\n"
		item      = "paths: {/v2/images: {servers: [{url: /item}], get: {operationId: a, responses: {'204': {}}}}}\n"
		operation = "servers: [{url: /whole}]\npaths: {/v2/images: {servers: [{url: /item}], get: {servers: [{url: /own}], operationId: a, responses: {'204': {}}}}}\n"
	)
	servers := func(list string) string { return strings.Replace(document, "SERVERS", "servers: "+list, 1) }
	for name, test := range map[string]struct {
		document string
		paths    []string // those that it has
		not      []string
	}{
		"none":                    {servers("[]"), []string{"/v2/images"}, []string{"/do/v2/images"}},
		"without a path":          {servers("[{url: 'https://api.example.com/'}]"), []string{"/v2/images"}, []string{"/do/v2/images"}},
		"with a path":             {servers("[{url: 'https://api.example.com/do'}]"), []string{"/do/v2/images"}, []string{"/v2/images", "/do"}},
		"with a slash at the end": {servers("[{url: 'https://api.example.com:8443/do/'}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"several":                 {servers("[{url: 'https://a.example/one'}, {url: 'https://b.example/two'}]"), []string{"/one/v2/images", "/two/v2/images"}, []string{"/three/v2/images"}},
		"relative":                {servers("[{url: /do}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"relative without slash":  {servers("[{url: ./do}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"only a slash":            {servers("[{url: /}]"), []string{"/v2/images"}, []string{"/do/v2/images"}},
		"a host of any scheme":    {servers("[{url: //a.example/do}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"a variable with a value": {servers("[{url: 'https://{host}/{base}', variables: {base: {default: do}, host: {default: a}}}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"a variable with several": {servers("[{url: 'https://a/{base}', variables: {base: {default: do, enum: [do, eu]}}}]"), []string{"/do/v2/images", "/eu/v2/images"}, []string{"/v2/images"}},
		"a variable with slashes": {servers("[{url: 'https://a{base}', variables: {base: {default: /a/b}}}]"), []string{"/a/b/v2/images"}, []string{"/v2/images"}},
		"a variable for it all":   {servers("[{url: '{all}', variables: {all: {default: 'https://a/do'}}}]"), []string{"/do/v2/images"}, []string{"/v2/images"}},
		"a variable of unknown":   {servers("[{url: 'https://a/{any}'}]"), []string{"/x/v2/images", "/y/v2/images"}, []string{"/v2/images"}},
		"of a path":               {item, []string{"/item/v2/images"}, []string{"/v2/images"}},
		"of an operation":         {operation, []string{"/own/v2/images"}, []string{"/v2/images", "/item/v2/images", "/whole/v2/images"}},
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, specOf(test.document))
			assert.Equal(t, []string{"a"}, contract.Operations())
			for _, path := range test.paths {
				for _, host := range []string{"https://api.digitalocean.com", "http://127.0.0.1:80"} {
					assert.Empty(t, said(contract, got(host+path, 204, "", "")), path)
				}
			}
			for _, path := range test.not {
				assert.Equal(t, []string{"undocumented-operation"}, checksOf(contract.Check(got("https://a"+path, 204, "", ""))), path)
			}
		})
	}
}

func TestDefaultAlone(t *testing.T) {
	const body = "{content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}"
	alone := loadSpec(t, specOf("paths: {/v2/images: {get: {responses: {default: "+body+"}}}}\n"))
	beside := loadSpec(t, specOf("paths: {/v2/images: {get: {responses: {'204': {}, default: "+body+"}}}}\n"))
	for status, want := range map[int][]string{
		200: nil,
		201: nil,
		404: nil,
		503: nil,
		302: {"redirect: undocumented redirect; clients with a token should not follow it"},
	} {
		assert.Equal(t, want, said(alone, got("https://a/v2/images", status, "application/json", `{"id":1}`)), status)
	}
	assert.Equal(t, []string{"wrong-type /id: value must be an integer"},
		said(alone, got("https://a/v2/images", 200, "application/json", `{"id":"x"}`)))
	assert.Equal(t, []string{"undocumented-status: the contract has no such success"},
		said(beside, got("https://a/v2/images", 200, "application/json", `{"id":1}`)))

	without := loadSpec(t, specOf("paths: {/v2/images: {get: {responses: {'204': {}}}}}\n"))
	for status, want := range map[int]string{
		200: "undocumented-status: the contract has no such success",
		302: "redirect: undocumented redirect; clients with a token should not follow it",
		404: "undocumented-status: the contract does not know it",
	} {
		found := said(without, got("https://a/v2/images", status, "application/json", `{"id":1}`))
		assert.Equal(t, []string{want}, found, status)
	}
}

func TestMediaTypesOfDocuments(t *testing.T) {
	const (
		first  = "{schema: {type: object, required: [first]}}"
		second = "{schema: {type: object, required: [second]}}"
	)
	missing := func(field string) []string {
		return []string{`missing-field /` + field + `: property "` + field + `" is missing`}
	}
	for name, test := range map[string]struct {
		content, kind string
		want          []string
	}{
		"parameters of the document":    {"'application/json; charset=utf-8': " + first, "application/json", missing("first")},
		"parameters of the response":    {"application/json: " + first, "application/json; charset=utf-8", missing("first")},
		"the same in another spelling":  {"'application/json;charset=utf-8': " + first, `Application/JSON ; Charset="UTF-8"`, missing("first")},
		"any case":                      {"Application/JSON: " + first, "application/json", missing("first")},
		"a range":                       {"application/*: " + first, "application/vnd.api+json", missing("first")},
		"any range":                     {"'*/*': " + first, "application/json", missing("first")},
		"the closest":                   {"'*/*': " + second + ", application/json: " + first, "application/json", missing("first")},
		"the closest range":             {"'*/*': " + second + ", application/*: " + first, "application/json", missing("first")},
		"the closest parameters":        {"'application/json; v=2': " + second + ", 'application/json; v=1': " + first, "application/json; v=1", missing("first")},
		"a list of them":                {"'text/json, application/json': " + first, "application/json", missing("first")},
		"another":                       {"application/json: " + first, "text/html", []string{`content-type: "text/html" is not what the contract has`}},
		"none":                          {"'*/*': " + first, "", []string{`content-type: "" is not what the contract has`}},
		"not a type":                    {"'*/*': " + first, "json", []string{`content-type: "json" is not what the contract has`}},
		"one that is not JSON":          {"text/html: {schema: {type: string}}, application/json: " + first, "text/html; charset=latin1", []string{`charset: the charset is "latin1", and JSON is UTF-8`, `unjudged: a body of "text/html; charset=latin1" is not judged: only JSON is`}},
		"one that a range has, no JSON": {"'*/*': " + first, "text/html", []string{`unjudged: a body of "text/html" is not judged: only JSON is`}},
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, specOf("paths: {/v2/images: {get: {responses: {'200': {content: {"+test.content+"}}}}}}\n"))
			assert.Equal(t, test.want, said(contract, got("https://a/v2/images", 200, test.kind, `{}`)))
		})
	}
}

// Many at a time touch an operation first, and all are told the same.
func TestOperationsAreValidatedOnce(t *testing.T) {
	for name, document := range map[string][]byte{
		"valid":   append(openapi.Document(), '\n'),
		"invalid": []byte(strings.Replace(string(openapi.Document()), `#/components/schemas/meta"`, `#/components/schemas/mata"`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, document)
			exchanges := append(testkit.Exchanges(t, "images_list"), testkit.Exchanges(t, "images_get")...)
			var wait sync.WaitGroup
			found := make([]int, 8)
			for i := range found {
				wait.Go(func() {
					coverage := contract.NewCoverage()
					for _, exchange := range exchanges {
						result := contract.Examine(exchange)
						coverage.Add(result)
						found[i] += len(result.Findings)
					}
					coverage.Summary()
				})
			}
			wait.Wait()
			for _, n := range found {
				assert.Equal(t, found[0], n)
			}
			assert.Equal(t, name == "valid", found[0] == 0)
		})
	}
}
