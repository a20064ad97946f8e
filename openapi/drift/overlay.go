package main

import (
	"fmt"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

// applyOverlay applies the overlay in a file to a document. It returns a line for every action that no longer applies,
// because the published document has changed. An action without a reason or without a source is an error.
func applyOverlay(file string, document *yaml.Node) (stale []string, err error) {
	all, err := overlay.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, action := range all.Actions {
		name := fmt.Sprintf("%s: action %d (%s)", file, i+1, action.Target)
		if action.Description == "" || action.Extensions["x-source"] == nil {
			return nil, fmt.Errorf("%s: description and x-source are required", name)
		}
		if problems := applyAction(*all, action, document); len(problems) > 0 {
			stale = append(stale, fmt.Sprintf("%s no longer applies: %s", name, strings.Join(problems, "; ")))
		}
	}
	return stale, nil
}

// applyAction applies one action of an overlay, and returns why it has no effect. The library says of an overlay with
// several actions that one had none, but not which.
func applyAction(of overlay.Overlay, action overlay.Action, document *yaml.Node) []string {
	of.Actions = []overlay.Action{action}
	problems, err := of.ApplyToStrict(document)
	if err != nil {
		problems = append(problems, err.Error())
	}
	return problems
}
