package check_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// each calls f for every value below the root that a schema without branches describes.
func each(value any, s *openapi3.Schema, path []string, f func([]string, any, *openapi3.Schema, bool)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			property := s.Properties[key].Value
			at := append(slices.Clone(path), key)
			f(at, value[key], property, slices.Contains(s.Required, key))
			each(value[key], property, at, f)
		}
	case []any:
		for i, item := range value {
			at := append(slices.Clone(path), strconv.Itoa(i))
			f(at, item, s.Items.Value, false)
			each(item, s.Items.Value, at, f)
		}
	}
}

func eachObject(value any, path []string, f func([]string)) {
	switch value := value.(type) {
	case map[string]any:
		f(path)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			eachObject(value[key], append(slices.Clone(path), key), f)
		}
	case []any:
		for i, item := range value {
			eachObject(item, append(slices.Clone(path), strconv.Itoa(i)), f)
		}
	}
}

// edit returns a copy of a document with the value in a place replaced, or dropped where change says so.
func edit(value any, path []string, change func(any) (any, bool)) any {
	switch value := value.(type) {
	case map[string]any:
		object := maps.Clone(value)
		if len(path) > 1 {
			object[path[0]] = edit(object[path[0]], path[1:], change)
		} else if with, keep := change(object[path[0]]); keep {
			object[path[0]] = with
		} else {
			delete(object, path[0])
		}
		return object
	case []any:
		list := slices.Clone(value)
		i, _ := strconv.Atoi(path[0])
		if len(path) > 1 {
			list[i] = edit(list[i], path[1:], change)
		} else {
			list[i], _ = change(list[i])
		}
		return list
	}
	return value
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

// duplicate returns a body in which a field is duplicated, with the same value.
func duplicate(t *testing.T, root any, path []string, value any) []byte {
	t.Helper()
	key, text := encode(t, path[len(path)-1]), encode(t, value)
	marked := encode(t, edit(root, path, func(any) (any, bool) { return "@@@", true }))
	return bytes.Replace(marked, []byte(`"@@@"`), append(append(append(append(bytes.Clone(text), ','), key...), ':'), text...), 1)
}
