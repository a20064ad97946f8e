package check

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// maxInlined is how many references outside of components may lead to each other.
const maxInlined = 20

// document is an OpenAPI document as it was written, before anything in it is validated.
type document struct {
	root   map[string]any
	is2020 bool // whether its schemas are of JSON Schema 2020-12, as from OpenAPI 3.1 on
}

// parseDocument reads a document in YAML or JSON, of a version that can be judged by.
func parseDocument(text []byte) (*document, error) {
	if len(text) > maxDocument {
		return nil, fmt.Errorf("larger than %d MiB", maxDocument>>20)
	}
	value, err := parseText(text)
	if err != nil {
		return nil, err
	}
	root, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("not an OpenAPI document: it is not an object")
	}
	d := &document{root: root}
	if err := d.setVersion(); err != nil {
		return nil, err
	}
	if _, ok := root["paths"].(map[string]any); !ok {
		return nil, errors.New("it has no paths, so that nothing can be judged by it")
	}
	return d, nil
}

// supported matches the versions of OpenAPI that can be judged by.
var supported = regexp.MustCompile(`^3\.[01](\.[0-9]+)?(-[0-9A-Za-z.]+)?$`)

// setVersion reads the version, and refuses those that mean something else by the same words.
func (d *document) setVersion() error {
	if version := d.root["swagger"]; version != nil {
		return fmt.Errorf("it is of Swagger %.20v; only OpenAPI 3.0 and 3.1 are supported: "+
			"convert it, for example with swagger2openapi", version)
	}
	if d.root["openapi"] == nil {
		return errors.New("not an OpenAPI document: it has no field openapi with a version, such as 3.0.3")
	}
	version := fmt.Sprint(d.root["openapi"])
	if !supported.MatchString(version) {
		return fmt.Errorf("it is of OpenAPI %.20q; only 3.0 and 3.1 are supported: write it as one of those", version)
	}
	d.is2020 = strings.HasPrefix(version, "3.1")
	return nil
}

// follow returns an object, or the one that it refers to.
func (d *document) follow(value any) (map[string]any, error) {
	for range maxInlined {
		fields, ok := value.(map[string]any)
		ref, isReference := fields["$ref"].(string)
		switch {
		case !ok:
			return nil, errors.New("it is not an object")
		case !isReference:
			return fields, nil
		}
		var err error
		if value, err = d.resolve(ref); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("its $ref leads to another one, and so on")
}

// resolve returns what a reference leads to.
func (d *document) resolve(ref string) (any, error) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, fmt.Errorf("its $ref %.100q leads out of the document, and nothing but the document is read: "+
			"bundle it first, for example with redocly bundle", ref)
	}
	var value any = d.root
	for key := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		value, ok = child(value, unescapePointer(key))
		if !ok || !strings.HasPrefix(pointer, "/") {
			return nil, fmt.Errorf("its $ref %.100q leads nowhere", ref)
		}
	}
	return value, nil
}

// child returns the field of an object or the item of a list with a name.
func child(value any, name string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		field, ok := value[name]
		return field, ok
	case []any:
		for i, item := range value {
			if fmt.Sprint(i) == name {
				return item, true
			}
		}
	}
	return nil, false
}

// unescapePointer returns a part of a JSON pointer in a URL as the name that it stands for.
func unescapePointer(part string) string {
	if name, err := url.PathUnescape(part); err == nil {
		part = name
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}

// fieldIn returns the object in a field of another one, which it makes if there is none.
func fieldIn(object map[string]any, name string) map[string]any {
	field, _ := object[name].(map[string]any)
	if field == nil {
		field = map[string]any{}
		object[name] = field
	}
	return field
}

// listOf returns a value as a list, which is empty if the value is something else.
func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}
