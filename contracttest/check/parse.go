package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// The bounds of a document. DigitalOcean's has 3 MB and some 69,000 values, nested 16 deep.
const (
	maxDocument = 16 << 20  // bytes; the command reads no more of a file
	maxMarks    = 1_500_000 // characters that may begin a value: the parser takes some 200 bytes for each
	maxParts    = 1_000_000 // values, with every alias of YAML written out
	maxDepth    = 100
)

// recoverAs makes an error of a panic: a document may be one that a library was not written for. It is
// to be deferred.
func recoverAs(err *error) {
	if problem := recover(); problem != nil {
		*err = fmt.Errorf("it cannot be read: %.200v", problem)
	}
}

// parseText reads JSON or YAML. Numbers are as they were written, and so are dates, which YAML has a
// type for.
func parseText(text []byte) (any, error) {
	marks := 0
	for _, mark := range []string{"[", "{", ",", "\n"} {
		marks += bytes.Count(text, []byte(mark))
	}
	if marks > maxMarks {
		return nil, fmt.Errorf("it has more than %d values or lines", maxMarks)
	}
	if value, err := parseJSON(text); err == nil {
		return value, checkSize(value)
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, fmt.Errorf("neither JSON nor YAML: %w", err)
	}
	if node.Kind == 0 {
		return nil, errors.New("it is empty")
	}
	return (&yamlReader{}).value(&node, 0)
}

// parseJSON reads one JSON value.
func parseJSON(text []byte) (any, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return nil, errors.New("not an object")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("trailing data")
	}
	return value, nil
}

// checkSize returns an error for a value with more parts, or nested deeper, than a document may be.
func checkSize(value any) error {
	parts, level := 0, []any{value}
	for depth := 0; len(level) > 0; depth++ {
		parts += len(level)
		switch {
		case parts > maxParts:
			return fmt.Errorf("it has more than %d values", maxParts)
		case depth > maxDepth:
			return fmt.Errorf("it is nested more than %d deep", maxDepth)
		}
		var next []any
		for _, value := range level {
			switch value := value.(type) {
			case map[string]any:
				next = slices.AppendSeq(next, maps.Values(value))
			case []any:
				next = append(next, value...)
			}
		}
		level = next
	}
	return nil
}

// yamlReader makes of YAML what JSON would be.
type yamlReader struct{ parts int }

// value returns the value of a node that is so deep in the document.
func (r *yamlReader) value(node *yaml.Node, depth int) (any, error) {
	r.parts++
	switch {
	case r.parts > maxParts:
		return nil, fmt.Errorf("it has more than %d values, with its aliases written out", maxParts)
	case depth > maxDepth:
		return nil, fmt.Errorf("line %d: it is nested more than %d deep", node.Line, maxDepth)
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return r.value(node.Content[0], depth)
	case yaml.AliasNode:
		return r.value(node.Alias, depth+1)
	case yaml.SequenceNode:
		return r.list(node, depth)
	case yaml.MappingNode:
		return r.object(node, depth)
	}
	return scalar(node)
}

func (r *yamlReader) list(node *yaml.Node, depth int) (any, error) {
	list := make([]any, len(node.Content))
	for i, item := range node.Content {
		var err error
		if list[i], err = r.value(item, depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// object returns a mapping with its keys as they were written: a status is a text, with quotes or
// without.
func (r *yamlReader) object(node *yaml.Node, depth int) (any, error) {
	object := make(map[string]any, len(node.Content)/2)
	var merged []any
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		value, err := r.value(node.Content[i+1], depth+1)
		switch _, isDuplicate := object[key.Value]; {
		case err != nil:
			return nil, err
		case key.Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("line %d: a key that is not a text", key.Line)
		case key.ShortTag() == "!!merge":
			merged = append(merged, value)
			continue
		case isDuplicate:
			return nil, fmt.Errorf("line %d: duplicate key %.40q", key.Line, key.Value)
		}
		object[key.Value] = value
	}
	for _, value := range merged {
		merge(object, value)
	}
	return object, nil
}

// merge adds the fields that a merge key of YAML names, of one object or of a list of them. Those
// that the object has itself count.
func merge(object map[string]any, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, field := range value {
			if _, known := object[key]; !known {
				object[key] = field
			}
		}
	case []any:
		for _, item := range value {
			if fields, ok := item.(map[string]any); ok {
				merge(object, fields)
			}
		}
	}
}

// scalar returns the value of a node that is neither an object nor a list.
func scalar(node *yaml.Node) (any, error) {
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var value bool
		err := node.Decode(&value)
		return value, err
	case "!!int":
		var value int64
		if err := node.Decode(&value); err != nil { // larger, which only a float holds
			return float(node)
		}
		return json.Number(strconv.FormatInt(value, 10)), nil
	case "!!float":
		return float(node)
	}
	return node.Value, nil
}

// float returns a number that is not an integer of 64 bits. JSON has no infinite one.
func float(node *yaml.Node) (any, error) {
	if json.Valid([]byte(node.Value)) {
		return json.Number(node.Value), nil
	}
	var value float64
	if err := node.Decode(&value); err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("line %d: %s is not a number that JSON has", node.Line, node.Value)
	}
	return json.Number(text), nil
}
