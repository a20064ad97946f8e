// Package printyaml writes YAML that a terminal and an editor can show. What has no width or turns a text, such as a
// right-to-left mark, is written as an escape: a reader sees that it is there, and a parser reads what was given.
package printyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// Marshal returns a value as YAML, with this many spaces for each level.
func Marshal(value any, indent int) ([]byte, error) {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return nil, err
	}
	quoteHidden(&node)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(indent)
	if err := errors.Join(encoder.Encode(&node), encoder.Close()); err != nil {
		return nil, err
	}
	return []byte(escapeHidden(text.String())), nil
}

// quoteHidden puts each text in quotes in which something does not print: only there YAML has escapes.
func quoteHidden(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && strings.IndexFunc(node.Value, isHidden) >= 0 {
		node.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		quoteHidden(child)
	}
}

// escapeHidden writes what does not print as escapes. The library leaves it as it is.
func escapeHidden(text string) string {
	if strings.IndexFunc(text, isHidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isHidden(r) {
			fmt.Fprintf(&b, `\U%08X`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isHidden reports whether a character does not print, and does not end a line either.
func isHidden(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }
