package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/openapi"
)

// checkPublished checks our recordings against a document, and one that is broken.
func checkPublished(t *testing.T, contract *check.Contract) {
	t.Helper()
	for _, operation := range testkit.Contract(t).Operations() {
		for _, exchange := range testkit.Exchanges(t, operation) {
			result := contract.Examine(exchange)
			assert.Equal(t, operation, result.Operation)
			assert.NotContains(t, checksOf(result.Findings), "unusable-operation")
		}
	}
	exchange := testkit.Exchanges(t, "images_get")[0]
	assert.Empty(t, contract.Check(exchange))
	testkit.ReplaceBody(`"id": 6918990`, `"id": "6918990"`)(&exchange)
	assert.Contains(t, checksOf(contract.Check(exchange)), "wrong-type")
}

// DigitalOcean's whole document has examples that break their schemas, beside the images operations.
func TestPublishedDocument(t *testing.T) {
	files, err := filepath.Glob("../../../shared/upstream/*.yaml")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("there is no published document beside this checkout to check with")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		began := time.Now()
		contract := loadSpec(t, text)
		checkPublished(t, contract)
		assert.Less(t, time.Since(began), time.Minute)
		assert.ElementsMatch(t, testkit.Contract(t).Operations(), contract.Operations())
		t.Logf("%s: %v", filepath.Base(file), time.Since(began))
	}
}

// A document of the same kind, in our words: operations of other products that are wrong in every way.
func TestDocumentOfManyProducts(t *testing.T) {
	text, err := os.ReadFile("testdata/products.yaml")
	require.NoError(t, err)
	contract := loadSpec(t, text)
	exchange := testkit.Exchanges(t, "images_get")[0]
	assert.Empty(t, contract.Check(exchange))
	testkit.ReplaceBody(`"id": 6918990`, `"id": "6918990"`)(&exchange)
	assert.Equal(t, []string{"wrong-type /image/id: value must be an integer"}, said(contract, exchange))
	assert.Equal(t, []string{"images_get"}, contract.Operations())
	for _, path := range []string{"addons", "apps", "droplets", "volumes"} {
		assert.Equal(t, []string{"unusable-operation"}, checksOf(contract.Check(got("https://a/v2/"+path, 200, "application/json", "{}"))), path)
	}
}

// Whatever a document is, loading it and judging by it ends, with an error, a finding or none.
func FuzzLoad(f *testing.F) {
	f.Add(openapi.Document())
	products, err := os.ReadFile("testdata/products.yaml")
	require.NoError(f, err)
	f.Add(products)
	for _, schema := range []string{
		"{$ref: '#/components/schemas/A'}", "{allOf: [{$ref: '#/components/schemas/A'}], if: {$ref: '#/components/schemas/A'}}",
		"{type: [array, 'null'], prefixItems: [{const: null}], contains: {}, minContains: 2}", "true", "null", "[]",
		"{patternProperties: {'(': {}}}", "{properties: null}", "{type: object, properties: {a: null}}", "{items: [{}]}",
		"{$defs: {a: {$dynamicRef: '#a'}}}", "{enum: [null, .inf]}", "{minimum: x}", "&a {allOf: [*a]}",
	} {
		for _, version := range []string{"3.0.3", "3.1.0", "3.2.0", "2"} {
			f.Add([]byte(strings.Replace(string(spec("    A: "+schema+"\n")), "3.0.3", version, 1)))
		}
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		contract, err := check.Load(document)
		if err != nil {
			require.Nil(t, contract)
			require.NotContains(t, err.Error(), "runtime error")
			return
		}
		contract.Check(got("https://a/v2/images", 200, "application/json", `{"images":[{"id":null}],"a":[1]}`))
		contract.Check(got("https://a/v2/images/1", 404, "application/json", `[null]`))
		contract.NewCoverage().Summary()
		for _, id := range contract.Operations() {
			contract.Documents(id, 200)
		}
	})
}
