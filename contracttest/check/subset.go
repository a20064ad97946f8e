package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The bounds of what is handed to kin-openapi at a time, which reads it in a time that grows with its
// size and its depth. The images operations of DigitalOcean's document have some 5,000 values.
const (
	maxSubsetParts = 200_000
	maxSubsetBytes = 4 << 20
	maxChain       = 1_000 // components that lead to each other: the time for them grows with the square
)

// subset is the part of a document that some operations need, in words that kin-openapi understands.
// Nothing else of the document is looked at, so that nothing else of it can be wrong.
type subset struct {
	document   *document
	components map[string]any // by kind, and by name in that
	inlined    []string       // the references whose target is being copied
	chain      int            // how many components the one that is being copied is inside of
	parts      int
}

func newSubset(d *document) *subset { return &subset{document: d, components: map[string]any{}} }

// unsupported are the keywords of JSON Schema by which a schema is found in another way than by its
// place in the document, which kin-openapi passes over.
var unsupported = []string{
	"$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor", "$id",
}

// annotations are fields that say nothing of a value. Those of other people's documents are often wrong.
var annotations = []string{
	"description", "summary", "title", "example", "examples", "externalDocs", "tags", "xml",
	"deprecated", "$comment", "callbacks", "links", "encoding", "servers",
}

// literals are fields that hold a value, and no schema.
var literals = []string{
	"default", "enum", "const", "required", "security",
}

// named are fields whose own fields are not keywords, but names that the document gives.
var named = []string{
	"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependentRequired",
	"responses", "content", "headers", "mapping", "schemas", "requestBodies", "parameters",
}

// statusClass matches the key of a class of statuses.
var statusClass = regexp.MustCompile(`^[1-5][xX]{2}$`)

// statusKey returns the key of a response as OpenAPI writes it: a class of statuses in upper case.
func statusKey(written string) string {
	if statusClass.MatchString(written) {
		return strings.ToUpper(written)
	}
	return written
}

// copy returns a part of the document without what does not matter here. The field is the one that
// it is in.
func (s *subset) copy(value any, field string) (any, error) {
	if s.parts++; s.parts > maxSubsetParts {
		return nil, fmt.Errorf("it is made of more than %d values", maxSubsetParts)
	}
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			var err error
			if list[i], err = s.copy(item, ""); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		switch {
		case field == "mapping":
			return value, s.addMapped(value)
		case slices.Contains(named, field):
			return s.copyNamed(value, field)
		}
		return s.copyObject(value)
	}
	return value, nil
}

// copyNamed returns an object whose keys are names.
func (s *subset) copyNamed(object map[string]any, field string) (any, error) {
	copied := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if field == "responses" && strings.HasPrefix(name, "x-") {
			continue
		}
		value, err := s.copy(object[name], "")
		if err != nil {
			return nil, err
		}
		if field == "responses" {
			describe(value)
			name = statusKey(name)
		}
		copied[name] = value
	}
	return copied, nil
}

// describe gives a response the description without which kin-openapi refuses it.
func describe(response any) {
	if fields, ok := response.(map[string]any); ok && fields["$ref"] == nil {
		fields["description"] = ""
	}
}

// copyObject returns an object whose keys are keywords.
func (s *subset) copyObject(object map[string]any) (any, error) {
	if ref, ok := object["$ref"].(string); ok {
		return s.copyReference(ref, object)
	}
	copied := make(map[string]any, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if slices.Contains(annotations, key) || strings.HasPrefix(key, "x-") {
			continue
		}
		if slices.Contains(literals, key) {
			copied[key] = object[key]
			continue
		}
		value, err := s.copy(object[key], key)
		if err != nil {
			return nil, err
		}
		copied[key] = value
	}
	if s.document.is2020 {
		return copied, adapt2020(copied, object)
	}
	return copied, nil
}

// adapt2020 changes what kin-openapi understands in another way than JSON Schema 2020-12 has it, and
// refuses what it passes over: that would look as if it had been checked.
func adapt2020(copied, object map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(copied)) {
		if slices.Contains(unsupported, key) {
			return fmt.Errorf("its schemas use %s, which is not supported", key)
		}
	}
	if dialect, ok := copied["$schema"]; ok {
		if err := checkDialect(dialect); err != nil {
			return err
		}
		delete(copied, "$schema")
	}
	delete(copied, "nullable") // a word without a meaning since 3.1; kin-openapi would allow null for it
	value, isConstant := object["const"]
	if _, listed := object["enum"]; isConstant && !listed { // the same, and kin-openapi has no constant null
		delete(copied, "const")
		copied["enum"] = []any{value}
	} else if isConstant && value == nil {
		return errors.New("its schemas use a const null beside an enum, which is not supported")
	}
	return nil
}

// checkDialect returns an error for a dialect of JSON Schema that is neither that of OpenAPI 3.1 nor
// 2020-12.
func checkDialect(dialect any) error {
	switch text, _ := dialect.(string); strings.TrimSuffix(text, "#") {
	case "https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema":
		return nil
	}
	return fmt.Errorf("its schemas are of the dialect %.80v, which is not supported", dialect)
}

// copyReference returns a reference to a component, which the subset then has, too. Of any other
// reference it returns what it leads to.
func (s *subset) copyReference(ref string, object map[string]any) (any, error) {
	siblings := maps.Clone(object)
	delete(siblings, "$ref")
	copied, err := s.copyObject(siblings)
	if err != nil {
		return nil, err
	}
	beside, _ := copied.(map[string]any)
	if !s.document.is2020 { // before 3.1 they do not count
		beside = map[string]any{}
	}
	target, err := s.document.resolve(ref)
	if err != nil {
		return nil, err
	}
	if path := strings.Split(ref, "/"); len(path) >= 4 && path[1] == "components" {
		beside["$ref"] = ref
		return beside, s.addComponent(path[2], unescapePointer(path[3]))
	}
	if slices.Contains(s.inlined, ref) || len(s.inlined) > maxInlined {
		return nil, fmt.Errorf("its $ref %.100q, outside of components, leads back to itself or to too many others", ref)
	}
	s.inlined = append(s.inlined, ref)
	inlined, err := s.copy(target, "")
	s.inlined = s.inlined[:len(s.inlined)-1]
	if err != nil || len(beside) == 0 {
		return inlined, err
	}
	beside["allOf"] = append([]any{inlined}, listOf(beside["allOf"])...)
	return beside, nil
}

// addMapped adds the schemas that a discriminator names.
func (s *subset) addMapped(mapping map[string]any) error {
	for _, value := range mapping {
		ref, _ := value.(string)
		path := strings.Split(ref, "/")
		if len(path) != 4 || path[0] != "#" || path[1] != "components" {
			continue // a name, or what no branch is called
		}
		if _, err := s.document.resolve(ref); err != nil {
			return err
		}
		if err := s.addComponent(path[2], unescapePointer(path[3])); err != nil {
			return err
		}
	}
	return nil
}

// addComponent adds a component, and all that it refers to.
func (s *subset) addComponent(kind, name string) error {
	ofKind := fieldIn(s.components, kind)
	if _, known := ofKind[name]; known {
		return nil
	}
	if s.chain++; s.chain > maxChain {
		return fmt.Errorf("its components refer to each other more than %d deep", maxChain)
	}
	defer func() { s.chain-- }()
	ofKind[name] = nil // known, while what it refers to is added
	all, _ := s.document.root["components"].(map[string]any)
	written, _ := all[kind].(map[string]any)
	copied, err := s.copy(written[name], "")
	if err != nil {
		return err
	}
	if kind == "responses" {
		describe(copied)
	}
	ofKind[name] = copied
	return nil
}

// addSecurity adds what stands for the schemes by which a client authenticates: no check needs to
// know more of them than that there is one.
func (s *subset) addSecurity(requirements any) {
	for _, requirement := range listOf(requirements) {
		fields, _ := requirement.(map[string]any)
		for name := range fields {
			fieldIn(s.components, "securitySchemes")[name] = map[string]any{"type": "http", "scheme": "bearer"}
		}
	}
}

// text returns the subset with paths, as a document.
func (s *subset) text(paths map[string]any) ([]byte, error) {
	version := "3.0.3"
	if s.document.is2020 {
		version = "3.1.0"
	}
	text, err := json.Marshal(map[string]any{
		"openapi":    version,
		"info":       map[string]any{"title": "subset", "version": "1"},
		"paths":      paths,
		"components": s.components,
	})
	if err == nil && len(text) > maxSubsetBytes {
		return nil, fmt.Errorf("it is made of more than %d MiB", maxSubsetBytes>>20)
	}
	return text, err
}
