package recording

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// marshal returns a value as YAML that prints: what has no width or turns a text is written as an escape, which the
// library leaves as it is. What is read is what was given.
func marshal(value any) ([]byte, error) {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return nil, err
	}
	quoteHidden(&node)
	text, err := yaml.Marshal(&node)
	if err != nil {
		return nil, err
	}
	return []byte(escapeHidden(string(text))), nil
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

// escapeHidden writes what does not print as escapes.
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
