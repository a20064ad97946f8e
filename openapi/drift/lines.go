package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// linesOf turns a part of oasdiff's tree of changes into lines, such as
//
//	/v2/images GET responses 200 images items status enum: only published: retired
//
// The text at is where the part is in the document.
func linesOf(at string, node any) []string {
	switch node := node.(type) {
	case nil:
		return nil
	case bool:
		return []string{at} // at says it all, as in "schema added"
	case map[string]any:
		return linesOfObject(at, node)
	case []any:
		var lines []string
		for _, item := range node {
			lines = append(lines, linesOf(at, item)...)
		}
		return lines
	}
	return []string{fmt.Sprintf("%s: %v", at, node)}
}

func linesOfObject(at string, node map[string]any) []string {
	if from, ok := node["from"]; ok {
		return []string{fmt.Sprintf("%s: published %v, ours %v", at, from, node["to"])}
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(node)) {
		lines = append(lines, linesOf(below(at, key), node[key])...)
	}
	return lines
}

// below returns the place of a key that is in the tree below another place.
func below(at, key string) string {
	switch key {
	case "deleted":
		return at + ": only published"
	case "added":
		return at + ": only ours"
	case "modified", "operations", "content", "application/json", "schema", "properties", "stringsdiff":
		return at // these levels tell a reader nothing
	}
	return strings.TrimSpace(at + " " + key)
}
