package check

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// kin-openapi asks each of the schemas that another one is made of, however often it is referred to.
const (
	maxComposed = 1_000  // how many schemas may judge one value, by allOf, anyOf, oneOf and not
	maxEmpty    = 10_000 // how many may be asked whether they demand anything at all
)

// checkComposition returns an error for schemas for which kin-openapi does not come to an end, or
// not in time. Its stack overflows where a schema judges a value by itself, and where one that
// demands nothing holds itself. It looks at each schema once.
func checkComposition(doc *openapi3.T) error {
	names := map[*openapi3.Schema]string{}
	if doc.Components != nil {
		for name, ref := range doc.Components.Schemas {
			names[ref.Value] = "the schema " + name
		}
	}
	branches := composition{limit: maxComposed, names: names, inner: branchesOf, sizes: map[*openapi3.Schema]int{}}
	empty := composition{limit: maxEmpty, names: names, inner: askedIfEmpty, sizes: map[*openapi3.Schema]int{}}
	for _, s := range schemasInDocument(reflect.ValueOf(doc)) {
		for _, c := range []composition{branches, empty} {
			if _, err := c.size(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// composition counts the schemas that are asked when one is.
type composition struct {
	limit int
	names map[*openapi3.Schema]string
	inner func(*openapi3.Schema) []*openapi3.Schema
	sizes map[*openapi3.Schema]int // 0 for one that is being counted
}

// size returns how many schemas are asked when one is, itself included.
func (c *composition) size(s *openapi3.Schema) (int, error) {
	size, known := c.sizes[s]
	if known && size == 0 {
		return 0, fmt.Errorf("%s holds itself, without an object or an array between that has a type", c.name(s))
	}
	if known {
		return size, nil
	}
	c.sizes[s] = 0
	size = 1
	for _, inner := range c.inner(s) {
		n, err := c.size(inner)
		if err != nil {
			return 0, err
		}
		if size += n; size > c.limit {
			return 0, fmt.Errorf("%s is made of more than %d others", c.name(s), c.limit)
		}
	}
	c.sizes[s] = size
	return size, nil
}

func (c *composition) name(s *openapi3.Schema) string {
	return cmp.Or(c.names[s], "a schema without a name")
}

// branchesOf returns the schemas that judge the same value as one that they are part of.
func branchesOf(s *openapi3.Schema) []*openapi3.Schema {
	branches := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, openapi3.SchemaRefs{s.Not, s.If, s.Then, s.Else})
	return resolved(slices.AppendSeq(branches, maps.Values(s.DependentSchemas)))
}

// askedIfEmpty returns the schemas that kin-openapi asks whether they demand anything, to know it
// of one that holds them: all of them, if it demands nothing by itself.
func askedIfEmpty(s *openapi3.Schema) []*openapi3.Schema {
	alone := *s
	var held openapi3.SchemaRefs
	fields := reflect.ValueOf(&alone).Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if refs := refsIn(field); len(refs) > 0 {
			held = append(held, refs...)
			field.SetZero()
		}
	}
	if !alone.IsEmpty() {
		return nil
	}
	return resolved(held)
}

// refsIn returns the references to schemas in a field of a schema.
func refsIn(field reflect.Value) openapi3.SchemaRefs {
	switch value := field.Interface().(type) {
	case *openapi3.SchemaRef:
		return openapi3.SchemaRefs{value}
	case openapi3.SchemaRefs:
		return value
	case openapi3.Schemas:
		return slices.AppendSeq(openapi3.SchemaRefs{}, maps.Values(value))
	case openapi3.BoolSchema:
		if value.Schema != nil { // otherwise it may forbid something, which is a demand
			return openapi3.SchemaRefs{value.Schema}
		}
	}
	return nil
}

// resolved returns the schemas that are referred to. A reference may lead nowhere; validation says so.
func resolved(refs openapi3.SchemaRefs) []*openapi3.Schema {
	schemas := make([]*openapi3.Schema, 0, len(refs))
	for _, ref := range refs {
		if ref != nil && ref.Value != nil {
			schemas = append(schemas, ref.Value)
		}
	}
	return schemas
}

// schemasInDocument returns every schema of a document.
func schemasInDocument(document reflect.Value) (schemas []*openapi3.Schema) {
	seen := map[any]bool{}
	todo := []reflect.Value{document} // not a recursion: references may be as deep as the document is long
	for len(todo) > 0 {
		value := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if value.Kind() == reflect.Pointer && !value.IsNil() {
			pointer := value.Interface()
			if seen[pointer] {
				continue
			}
			seen[pointer] = true
			if s, ok := pointer.(*openapi3.Schema); ok {
				schemas = append(schemas, s)
			}
		}
		todo = append(todo, partsOf(value)...)
	}
	return schemas
}

// hasParts reports whether a value of a kind can hold others.
func hasParts(kind reflect.Kind) bool {
	switch kind {
	case reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Map, reflect.Slice:
		return true
	}
	return false
}

// partsOf returns the values that a value of a document holds.
func partsOf(value reflect.Value) (parts []reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		switch held := value.Interface().(type) { // these have a map that is not exported
		case *openapi3.Paths:
			return []reflect.Value{reflect.ValueOf(held.Map())}
		case *openapi3.Responses:
			return []reflect.Value{reflect.ValueOf(held.Map())}
		case *openapi3.Callback:
			return []reflect.Value{reflect.ValueOf(held.Map())}
		}
		return []reflect.Value{value.Elem()}
	case reflect.Struct:
		return fieldsOf(value)
	case reflect.Map:
		for _, key := range value.MapKeys() {
			parts = append(parts, value.MapIndex(key))
		}
	case reflect.Slice:
		for i := range value.Len() {
			parts = append(parts, value.Index(i))
		}
	}
	return parts
}

// fieldsOf returns the fields of a struct that hold other values. Most fields of a schema are empty.
func fieldsOf(value reflect.Value) (fields []reflect.Value) {
	for _, field := range value.Fields() {
		if field.CanInterface() && hasParts(field.Kind()) && !field.IsZero() {
			fields = append(fields, field)
		}
	}
	return fields
}
