package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas2020 judges whether values fit the schemas of an OpenAPI 3.1 document, as JSON Schema 2020-12
// has it. It is what kin-openapi hands such values to: that compiles the schema again for every value,
// and where it cannot, it leaves out the keywords that 3.0 does not have, and says nothing. Here that
// is an error.
type schemas2020 struct {
	mu       sync.Mutex // of both
	compiler *jsonschema.Compiler
	compiled map[*openapi3.Schema]*jsonschema.Schema
}

// documentURL names the document, so that schemas can refer to its components. Nothing is read from it.
const documentURL = "openapi:///document"

// noLoader reads nothing that a schema refers to.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to %.100s, and nothing but the document is read", url)
}

// newSchemas2020 compiles schemas of a document. The error says which keyword cannot be judged by.
func newSchemas2020(document []byte, schemas []*openapi3.Schema) (*schemas2020, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(documentURL, value); err != nil {
		return nil, err
	}
	c := &schemas2020{compiler: compiler, compiled: map[*openapi3.Schema]*jsonschema.Schema{}}
	for _, s := range schemas {
		if _, err := c.of(s); err != nil {
			message, _, _ := strings.Cut(strings.ReplaceAll(err.Error(), documentURL, ""), "\n")
			return nil, fmt.Errorf("its schemas cannot be judged by: %.200s", message)
		}
	}
	return c, nil
}

// of returns a compiled schema. Parts of those that were compiled first can be compiled as well.
func (c *schemas2020) of(s *openapi3.Schema) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.compiled[s]; known != nil {
		return known, nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	text = bytes.ReplaceAll(text, []byte(`"$ref":"#/`), []byte(`"$ref":"`+documentURL+`#/`))
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("openapi:///schema/%d", len(c.compiled))
	if err := c.compiler.AddResource(address, value); err != nil {
		return nil, err
	}
	compiled, err := c.compiler.Compile(address)
	if err == nil {
		c.compiled[s] = compiled
	}
	return compiled, err
}

// fits reports whether a value fits a schema.
func (c *schemas2020) fits(value any, s *openapi3.Schema) bool {
	compiled, err := c.of(s)
	return err == nil && compiled.Validate(value) == nil
}

// maxWhole is how many values are judged at a time by a schema that can be taken apart: of those that
// do not fit, everything that is wrong is written down, however little of it is asked for.
const maxWhole = 5_000

// isTakenApart reports whether a value is judged part by part only.
func isTakenApart(value any, s *openapi3.Schema) bool {
	return !isComposed(s) && keywords2020(s) == "" && exceeds(value, maxWhole)
}

// exceeds reports whether a value holds more than n values.
func exceeds(value any, n int) bool {
	todo := []any{value}
	for count := 0; len(todo) > 0; count++ {
		if count+len(todo) > n {
			return true
		}
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch next := next.(type) {
		case []any:
			todo = append(todo, next...)
		case map[string]any:
			todo = slices.AppendSeq(todo, maps.Values(next))
		}
	}
	return false
}

// keywords2020 lists the keywords of a schema that OpenAPI 3.0 does not have, after a colon.
func keywords2020(s *openapi3.Schema) string {
	uses := map[string]bool{
		"const":                 s.Const != nil,
		"contains":              s.Contains != nil,
		"dependentRequired":     len(s.DependentRequired) > 0,
		"dependentSchemas":      len(s.DependentSchemas) > 0,
		"if":                    s.If != nil,
		"patternProperties":     len(s.PatternProperties) > 0,
		"prefixItems":           len(s.PrefixItems) > 0,
		"propertyNames":         s.PropertyNames != nil,
		"unevaluatedItems":      s.UnevaluatedItems.Has != nil || s.UnevaluatedItems.Schema != nil,
		"unevaluatedProperties": s.UnevaluatedProperties.Has != nil || s.UnevaluatedProperties.Schema != nil,
		"the schema false":      s.Always != nil,
	}
	maps.DeleteFunc(uses, func(_ string, isUsed bool) bool { return !isUsed })
	if len(uses) == 0 {
		return ""
	}
	return ": " + strings.Join(slices.Sorted(maps.Keys(uses)), ", ")
}

// patternsOf returns the schemas of the patterns that the name of a field matches.
func patternsOf(s *openapi3.Schema, name string) (matching []*openapi3.Schema) {
	for _, pattern := range slices.Sorted(maps.Keys(s.PatternProperties)) {
		// A pattern that cannot be compiled was refused before.
		if ok, err := regexp.MatchString(pattern, name); ok && err == nil {
			matching = append(matching, s.PatternProperties[pattern].Value)
		}
	}
	return matching
}
