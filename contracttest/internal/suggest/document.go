package suggest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is an OpenAPI document as it is written, with its references.
type document struct{ root map[string]any }

func readDocument(text []byte) (document, error) {
	var root map[string]any
	if err := yaml.Unmarshal(text, &root); err != nil {
		return document{}, err
	}
	if version, _ := root["openapi"].(string); !strings.HasPrefix(version, "3.0.") {
		return document{}, errors.New("suggestions are for documents of OpenAPI 3.0 only")
	}
	return document{root: root}, nil
}

// location is where something is in a document: the keys that lead there, and indices as numbers.
type location []string

// child returns the location of something below. It shares no memory with the location.
func (l location) child(keys ...string) location {
	return append(append(location{}, l...), keys...)
}

// jsonPath returns a location as the target of an action.
func (l location) jsonPath(d document) string {
	path := "$"
	at := any(d.root)
	for _, key := range l {
		if list, ok := at.([]any); ok {
			path += "[" + key + "]"
			at = item(list, key)
			continue
		}
		path += "['" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(key) + "']"
		at = field(at, key)
	}
	return path
}

// at returns what is in a location; nil if nothing is.
func (d document) at(l location) any {
	at := any(d.root)
	for _, key := range l {
		if list, ok := at.([]any); ok {
			at = item(list, key)
		} else {
			at = field(at, key)
		}
	}
	return at
}

// field returns what an object has under a key. YAML may have written a status as a number.
func field(object any, key string) any {
	switch object := object.(type) {
	case map[string]any:
		return object[key]
	case map[any]any:
		if value, ok := object[key]; ok {
			return value
		}
		n, _ := strconv.Atoi(key)
		return object[n]
	}
	return nil
}

func item(list []any, index string) any {
	if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(list) {
		return list[i]
	}
	return nil
}

// maxReferences bounds how many references are followed in a row: they may form a circle.
const maxReferences = 20

// resolve follows the references of a location.
func (d document) resolve(l location) location {
	for range maxReferences {
		reference, ok := field(d.at(l), "$ref").(string)
		if !ok || !strings.HasPrefix(reference, "#/") {
			return l
		}
		l = nil
		for _, key := range strings.Split(reference[2:], "/") {
			l = append(l, unescape.Replace(key))
		}
	}
	return l
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// operation returns the location of an operation.
func (d document) operation(id string) (location, error) {
	paths, _ := d.root["paths"].(map[string]any)
	for path, methods := range paths {
		operations, _ := methods.(map[string]any)
		for method, operation := range operations {
			if field(operation, "operationId") == id {
				return location{"paths", path, method}, nil
			}
		}
	}
	return nil, fmt.Errorf("the document names no operation %q", id)
}

// maxDepth is how deep a body is followed.
const maxDepth = 100

// schema returns the location of the schema of a value in a body, by the parts of its pointer. Of several schemas that
// a value may have it takes the first that has the place.
func (d document) schema(l location, path []string) (location, bool) {
	return d.find(l, path, maxDepth)
}

func (d document) find(l location, path []string, depth int) (location, bool) {
	l = d.resolve(l)
	schema, ok := d.at(l).(map[string]any)
	if !ok || depth == 0 {
		return nil, false
	}
	if len(path) == 0 {
		return l, true
	}
	if field(schema["properties"], path[0]) != nil {
		return d.find(l.child("properties", path[0]), path[1:], depth-1)
	}
	if _, err := strconv.Atoi(path[0]); err == nil && schema["items"] != nil {
		return d.find(l.child("items"), path[1:], depth-1)
	}
	for _, union := range []string{"allOf", "oneOf", "anyOf"} {
		branches, _ := schema[union].([]any)
		for i := range branches {
			if found, ok := d.find(l.child(union, strconv.Itoa(i)), path, depth-1); ok {
				return found, true
			}
		}
	}
	return nil, false
}
