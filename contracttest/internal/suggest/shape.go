package suggest

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// shape is what the values of one place have in common, as a schema says it.
type shape struct {
	kind        string // the type; empty while only null was seen
	isNull      bool   // whether null was seen
	contradicts bool   // whether values of several types were
	fields      map[string]*shape
	item        *shape
}

// Bounds of a shape: what a server sends has none.
const (
	maxFields = 200
	maxNested = 20
)

// add takes in a value.
func (s *shape) add(value any) { s.addNested(value, maxNested) }

func (s *shape) addNested(value any, depth int) {
	if value == nil {
		s.isNull = true
		return
	}
	kind := kindOf(value)
	switch {
	case s.kind == "":
		s.kind = kind
	case isNumber(s.kind) && isNumber(kind):
		if s.kind != kind {
			s.kind = "number"
		}
	case s.kind != kind:
		s.contradicts = true
	}
	if depth == 0 {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		s.addFields(value, depth)
	case []any:
		for _, item := range value {
			if s.item == nil {
				s.item = &shape{}
			}
			s.item.addNested(item, depth-1)
		}
	}
}

func (s *shape) addFields(object map[string]any, depth int) {
	if s.fields == nil {
		s.fields = map[string]*shape{}
	}
	for name, value := range object {
		if s.fields[name] == nil {
			if len(s.fields) >= maxFields {
				continue
			}
			s.fields[name] = &shape{}
		}
		s.fields[name].addNested(value, depth-1)
	}
}

func isNumber(kind string) bool { return kind == "integer" || kind == "number" }

func kindOf(value any) string {
	switch value := value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "number"
		}
		return "integer"
	case []any:
		return "array"
	}
	return "object"
}

// schema returns the schema of a shape, or why there is none.
func (s *shape) schema() (map[string]any, error) {
	switch {
	case s.contradicts:
		return nil, errors.New("exchanges contradict each other on its type")
	case s.kind == "":
		return nil, errors.New("only null was seen, which has no type")
	}
	schema := map[string]any{"type": s.kind}
	if s.kind == "number" {
		schema["format"] = "double" // without it a client may take half as many digits
	}
	if s.isNull {
		schema["nullable"] = true
	}
	if s.kind == "array" {
		schema["items"] = map[string]any{}
		if s.item != nil {
			items, err := s.item.nested()
			if err != nil {
				return nil, err
			}
			schema["items"] = items
		}
	}
	if len(s.fields) > 0 {
		properties := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.fields)) {
			property, err := s.fields[name].nested()
			if err != nil {
				return nil, err
			}
			properties[name] = property
		}
		schema["properties"] = properties
	}
	return schema, nil
}

// nested returns the schema of a shape within another one. Of a value that was always null it says only that: the whole
// is worth more than nothing.
func (s *shape) nested() (map[string]any, error) {
	if s.kind == "" {
		return map[string]any{"nullable": true}, nil
	}
	return s.schema()
}
