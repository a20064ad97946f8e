package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// oasdiff prints a tree. Its keys are partly those of OpenAPI, partly names of the document (paths, statuses, fields),
// and partly its own. This file turns the tree into lines in which nothing of the last kind is left, such as
//
//	/v2/images GET responses 200 images items status enum: only published: retired

// keywords has what OpenAPI calls what oasdiff calls otherwise. An empty one says nothing to a reader.
var keywords = map[string]string{
	"OAuthFlows":                   "flows",
	"XML":                          "xml",
	"additionalPropertiesAllowed":  "additionalProperties",
	"allowReservedDiff":            "allowReserved",
	"authorizationURL":             "authorizationUrl",
	"content":                      "",
	"discriminatorDiff":            "discriminator",
	"exclusiveMax":                 "exclusiveMaximum",
	"exclusiveMin":                 "exclusiveMinimum",
	"max":                          "maximum",
	"maxProps":                     "maxProperties",
	"min":                          "minimum",
	"minProps":                     "minProperties",
	"openIDConnectURL":             "openIdConnectUrl",
	"operationID":                  "operationId",
	"operations":                   "",
	"properties":                   "",
	"refresh":                      "refreshUrl",
	"schema":                       "",
	"securityRequirements":         "security",
	"styleDiff":                    "style",
	"tokenURL":                     "tokenUrl",
	"unevaluatedItemsAllowed":      "unevaluatedItems",
	"unevaluatedPropertiesAllowed": "unevaluatedProperties",
}

// derived are keys below which oasdiff says again, in another way, what it says elsewhere.
var derived = []string{
	"base", "enumAdded", "enumDeleted", "listOfTypes", "nullableWrapping", "oneOfWrapping", "revision",
}

// linesOf returns the lines of a part of the tree. The text at is where the part is in the document.
func linesOf(at string, node any) (lines []string) {
	tree, ok := node.(map[string]any)
	if !ok {
		return linesOfSide(at, "differs", node) // in a way that oasdiff did not have when this was written
	}
	if from, ok := tree["from"]; ok {
		return []string{fmt.Sprintf("%s: published %s, ours %s", at, valueOf(from), valueOf(tree["to"]))}
	}
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		switch child := tree[key]; {
		case slices.Contains(derived, key):
		case key == "added" || key == "schemaAdded":
			lines = append(lines, linesOfSide(at, "only ours", child)...)
		case key == "deleted" || key == "schemaDeleted":
			lines = append(lines, linesOfSide(at, "only published", child)...)
		case key == "modified":
			lines = append(lines, linesOfNames(at, child)...)
		case key == "circularRef":
			lines = append(lines, at+": refers to itself in one of the two")
		default:
			lines = append(lines, linesOf(below(at, keywordOf(key)), child)...)
		}
	}
	return lines
}

// linesOfSide returns a line for each thing that only one document has.
func linesOfSide(at, side string, things any) (lines []string) {
	begin := strings.TrimPrefix(at+": "+side, ": ")
	switch things := things.(type) {
	case nil:
	case bool: // at says it all
		lines = append(lines, begin)
	case []any:
		for _, thing := range things {
			lines = append(lines, begin+": "+nameOf(thing))
		}
	case map[string]any: // parameters, by where they are
		for _, where := range slices.Sorted(maps.Keys(things)) {
			names, _ := things[where].([]any)
			for _, name := range names {
				lines = append(lines, begin+": "+where+" "+nameOf(name))
			}
		}
	default:
		lines = append(lines, begin+": "+valueOf(things))
	}
	return lines
}

// linesOfNames returns the lines of what both documents have under names, or in lists, and which differs.
func linesOfNames(at string, things any) (lines []string) {
	switch things := things.(type) {
	case []any: // of schemas, or of alternatives of security
		for _, thing := range things {
			tree, _ := thing.(map[string]any)
			if scopes, ok := tree["scopes"]; ok {
				lines = append(lines, linesOfNames(at, scopes)...)
				continue
			}
			lines = append(lines, linesOf(below(at, nameOf(tree["base"])), tree["diff"])...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(things)) {
			switch {
			case slices.Contains([]string{"cookie", "header", "path", "query"}, name) && strings.HasSuffix(at, " parameters"):
				lines = append(lines, linesOfNames(below(at, name), things[name])...)
			case name == "application/json": // as everything is
				lines = append(lines, linesOf(at, things[name])...)
			default:
				lines = append(lines, linesOf(below(at, name), things[name])...)
			}
		}
	}
	return lines
}

// keywordOf returns what OpenAPI calls a key of the tree.
func keywordOf(key string) string {
	if keyword, ok := keywords[key]; ok {
		return keyword
	}
	return key
}

// below returns the place of a name that is below another place.
func below(at, name string) string { return strings.TrimSpace(at + " " + name) }

// nameOf returns the name of a thing in a list: its own, that of a schema (its component, title or number), or the
// schemes of an alternative of security.
func nameOf(thing any) string {
	tree, ok := thing.(map[string]any)
	if !ok {
		return valueOf(thing)
	}
	if schemes, ok := tree["schemes"].(map[string]any); ok {
		var names []string
		for _, scheme := range slices.Sorted(maps.Keys(schemes)) {
			names = append(names, scheme+" "+valueOf(schemes[scheme]))
		}
		return strings.Join(names, " and ")
	}
	for _, key := range []string{"component", "title"} {
		if name, ok := tree[key].(string); ok {
			return name
		}
	}
	if index, ok := tree["index"].(float64); ok {
		return fmt.Sprintf("number %d", int(index)+1)
	}
	return valueOf(thing)
}

// valueOf returns a value of a document as JSON, but a text without quotes. One that is absent is none.
func valueOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "none"
	case string:
		if value == "" {
			return "none"
		}
		return value
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
