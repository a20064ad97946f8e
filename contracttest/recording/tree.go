package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// tree is a JSON or YAML document, or a part of one: nil, a string, a list or a fields. Numbers and literals are
// strings as they are written, so that a header that looks like a number stays what it is.
type tree any

type (
	list   []tree
	fields map[string]tree
)

// maxExpanded is how much the aliases of a YAML document may stand for, in bytes: a few can make a text that has no
// end. vcrpy and Ruby write aliases for headers that several requests share.
const maxExpanded = 2 * maxFile

// maxDepth is how deep values may lie in each other. No recording is half as deep.
const maxDepth = 200

var (
	errTooDeep = errors.New("values lie too deep in each other")

	// errAnother is of a file that cat may have made of several. Only the first would be read.
	errAnother = errors.New("another document follows; give each recording a file of its own")

	errTrailing = errors.New("something follows the document")
)

// parseTree reads a JSON or a YAML document as a whole. JSON is read as that: YAML has other rules for escapes. Errors
// have nothing of what the document says.
func parseTree(text []byte) (tree, error) {
	if isJSON(text) {
		decoder := jsontext.NewDecoder(strings.NewReader(strings.TrimPrefix(string(text), byteOrderMark)), harOptions)
		document, err := jsonTree(decoder, 0)
		if err == nil {
			err = checkEnd(decoder)
		}
		var syntactic *jsontext.SyntacticError
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errors.New("the file ends too early")
		case errors.As(err, &syntactic):
			return nil, fmt.Errorf("at byte %d: not valid JSON: %w", syntactic.ByteOffset, syntactic.Err)
		}
		return document, err
	}
	root, err := yamlDocument(text)
	if err != nil {
		return nil, err
	}
	y := &yamlTree{seen: map[*yaml.Node]expanded{}}
	return y.convert(root, 0)
}

// checkEnd returns an error if more than white space follows the document that a decoder has read.
func checkEnd(decoder *jsontext.Decoder) error {
	if decoder.PeekKind() == jsontext.KindBeginObject {
		return errAnother
	}
	_, err := decoder.ReadToken()
	switch {
	case err == io.EOF: // and not one within a text that is truncated
		return nil
	case err != nil:
		return err
	}
	return errTrailing
}

// yamlDocument reads a text that is one document. Without a line of --- between them, two have the same names.
func yamlDocument(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root, another yaml.Node
	if err := decoder.Decode(&root); err != nil {
		return nil, yamlError(err)
	}
	if err := decoder.Decode(&another); !errors.Is(err, io.EOF) {
		return nil, errAnother
	}
	seen := map[string]bool{}
	for i, name := range root.Content[0].Content {
		if root.Content[0].Kind != yaml.MappingNode || i%2 == 1 {
			continue
		}
		if seen[name.Value] {
			return nil, errAnother
		}
		seen[name.Value] = true
	}
	return &root, nil
}

// yamlError returns an error of the library without the name of an anchor, which may be anything.
func yamlError(err error) error {
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "yaml: "), " '")
	return errors.New("not valid YAML: " + text)
}

func jsonTree(decoder *jsontext.Decoder, depth int) (tree, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindNull:
		return nil, nil
	case jsontext.KindBeginArray:
		return jsonList(decoder, depth)
	case jsontext.KindBeginObject:
		return jsonFields(decoder, depth)
	}
	return token.String(), nil
}

func jsonList(decoder *jsontext.Decoder, depth int) (tree, error) {
	items := list{}
	for decoder.PeekKind() != jsontext.KindEndArray {
		item, err := jsonTree(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.ReadToken()
	return items, err
}

func jsonFields(decoder *jsontext.Decoder, depth int) (tree, error) {
	object := fields{}
	for decoder.PeekKind() != jsontext.KindEndObject {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if object[key], err = jsonTree(decoder, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return object, err
}

// yamlTree converts the nodes of a YAML document.
type yamlTree struct {
	seen map[*yaml.Node]expanded // the targets of aliases; one that is being converted has no value yet
	size int                     // how many bytes all that was converted stands for
}

type expanded struct {
	value tree
	size  int
	done  bool
}

func (y *yamlTree) convert(node *yaml.Node, depth int) (tree, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	y.size += 16 + len(node.Value)
	if y.size > maxExpanded {
		return nil, errors.New("its aliases stand for too much")
	}
	switch node.Kind {
	case yaml.DocumentNode:
		return y.convert(node.Content[0], depth+1)
	case yaml.AliasNode:
		return y.alias(node.Alias)
	case yaml.SequenceNode:
		return y.anchored(node, func() (tree, error) { return y.sequence(node, depth) })
	case yaml.MappingNode:
		return y.anchored(node, func() (tree, error) { return y.mapping(node, depth) })
	}
	return y.anchored(node, func() (tree, error) { return scalar(node), nil })
}

// anchored converts a node, and remembers it if an alias can stand for it.
func (y *yamlTree) anchored(node *yaml.Node, convert func() (tree, error)) (tree, error) {
	if node.Anchor == "" {
		return convert()
	}
	before := y.size
	y.seen[node] = expanded{}
	value, err := convert()
	y.seen[node] = expanded{
		value: value,
		size:  y.size - before,
		done:  true,
	}
	return value, err
}

func (y *yamlTree) alias(target *yaml.Node) (tree, error) {
	known := y.seen[target]
	if !known.done {
		return nil, errors.New("an alias stands for what it is in")
	}
	y.size += known.size
	return known.value, nil
}

func (y *yamlTree) sequence(node *yaml.Node, depth int) (tree, error) {
	items := make(list, 0, len(node.Content))
	for _, child := range node.Content {
		item, err := y.convert(child, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (y *yamlTree) mapping(node *yaml.Node, depth int) (tree, error) {
	object := fields{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value, err := y.convert(node.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		object[node.Content[i].Value] = value
	}
	return object, nil
}

// scalar returns the text of a scalar. Ruby writes the tag of binary data with one exclamation mark.
func scalar(node *yaml.Node) tree {
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!binary", "!binary":
		if body, ok := fromBase64(node.Value); ok {
			return string(body)
		}
	}
	return node.Value
}

// object returns the fields of a value; nil if it has none.
func object(value tree) fields {
	f, _ := value.(fields)
	return f
}

// items returns the items of a list; nil if the value is not one.
func items(value tree) list {
	l, _ := value.(list)
	return l
}

// text returns a text, and reports whether the value is one.
func text(value tree) (string, bool) {
	s, ok := value.(string)
	return s, ok
}

// str returns a text, or "" if the value is not one.
func str(value tree) string {
	s, _ := value.(string)
	return s
}

// headerOf returns headers from names with one value or a list of them each.
func headerOf(value tree) http.Header {
	header := http.Header{}
	for name, values := range object(value) {
		if one, ok := text(values); ok {
			header.Add(name, one)
		}
		for _, one := range items(values) {
			if s, ok := text(one); ok {
				header.Add(name, s)
			}
		}
	}
	return header
}

// keys returns the names of the fields of a document, or of the first item of a list.
func keys(document tree) []string {
	if all := items(document); len(all) > 0 {
		document = all[0]
	}
	names := []string{}
	for name := range object(document) {
		names = append(names, name)
	}
	return names
}
