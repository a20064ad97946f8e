// Command drift compares the contract with a published OpenAPI document, both ways, less the accepted differences.
//
//	go run ./openapi/drift -oasdiff "go run github.com/oasdiff/oasdiff@v1.28.0" FILE|URL
//
// It exits with 0 when nothing is left, 1 when something is, 2 when the comparison could not be made. make drift runs
// it with the pinned oasdiff.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"
)

const prefix = "/v2/images"

func main() {
	oasdiff := flag.String("oasdiff", "oasdiff", "the command that runs oasdiff")
	flag.Parse()
	const ours, accepted = "openapi/images.yaml", "openapi/overlay.yaml"
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "drift: name one published document, a file or a URL")
		os.Exit(2)
	}
	differences, err := drift(strings.Fields(*oasdiff), ours, accepted, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(2)
	}
	for _, difference := range differences {
		fmt.Println(difference)
	}
	if len(differences) > 0 {
		fmt.Printf("%d unexplained differences between %s and %s\n", len(differences), ours, flag.Arg(0))
		os.Exit(1)
	}
	fmt.Printf("%s is %s with the differences in %s, and nothing else\n", ours, flag.Arg(0), accepted)
}

// drift returns what differs between the contract and the published document once the accepted differences are
// applied to the latter, one line for each.
func drift(oasdiff []string, ours, accepted, upstream string) ([]string, error) {
	published, err := load(upstream)
	if err != nil {
		return nil, err
	}
	differences, err := apply(accepted, published)
	if err != nil {
		return nil, err
	}

	dir, err := os.MkdirTemp("", "drift")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	text, err := yaml.Marshal(published)
	if err != nil {
		return nil, err
	}
	corrected := filepath.Join(dir, "corrected.yaml")
	if err := os.WriteFile(corrected, text, 0o600); err != nil {
		return nil, err
	}
	// diff has a flag to merge allOf, which leaves request bodies behind a $ref unmerged.
	flat := map[string]string{corrected: filepath.Join(dir, "published.json"), ours: filepath.Join(dir, "ours.json")}
	for document, to := range flat {
		out, err := run(oasdiff, "flatten", document, "--format", "json")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", document, err)
		}
		if err := os.WriteFile(to, out, 0o600); err != nil {
			return nil, err
		}
	}
	// diff, and not breaking or changelog: it leaves out nothing, and speaks of both sides at once.
	out, err := run(oasdiff, "diff", flat[corrected], flat[ours], "--format", "json",
		"--exclude-elements", "description,endpoints,examples,extensions,summary,title")
	if err != nil {
		return nil, err
	}
	var found struct {
		Paths, Security, Servers any
		Components               struct{ SecuritySchemes any }
	}
	if len(bytes.TrimSpace(out)) > 0 {
		if err := json.Unmarshal(out, &found); err != nil {
			return nil, fmt.Errorf("oasdiff diff: %w", err)
		}
	}
	differences = append(differences, leaves("", found.Paths)...)
	differences = append(differences, leaves("security", found.Security)...)
	differences = append(differences, leaves("servers", found.Servers)...)
	return append(differences, leaves("securitySchemes", found.Components.SecuritySchemes)...), nil
}

// leaves turns oasdiff's tree of changes into lines, such as
// "/v2/images GET responses 200 images items status enum: only published: retired".
func leaves(at string, node any) []string {
	var lines []string
	switch node := node.(type) {
	case map[string]any:
		if from, ok := node["from"]; ok {
			return []string{fmt.Sprintf("%s: published %v, ours %v", at, from, node["to"])}
		}
		for _, key := range slices.Sorted(maps.Keys(node)) {
			switch key {
			case "deleted":
				lines = append(lines, leaves(at+": only published", node[key])...)
			case "added":
				lines = append(lines, leaves(at+": only ours", node[key])...)
			case "modified", "operations", "content", "application/json", "schema", "properties", "stringsdiff":
				lines = append(lines, leaves(at, node[key])...) // levels of the document that a reader can do without
			default:
				lines = append(lines, leaves(strings.TrimSpace(at+" "+key), node[key])...)
			}
		}
	case []any:
		for _, item := range node {
			lines = append(lines, leaves(at, item)...)
		}
	case nil:
	case bool:
		lines = append(lines, at)
	default:
		lines = append(lines, fmt.Sprintf("%s: %v", at, node))
	}
	return lines
}

// load reads a document and leaves only what belongs to /v2/images.
func load(fileOrURL string) (*yaml.Node, error) {
	text, err := read(fileOrURL)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", fileOrURL, err)
	}
	paths := child(&root, "paths")
	keep(paths, func(path string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") })
	if paths == nil || len(paths.Content) == 0 {
		return nil, fmt.Errorf("%s: no OpenAPI document with paths under %s", fileOrURL, prefix)
	}
	components := child(&root, "components")
	used := map[string]bool{}
	follow(paths, components, used)
	follow(child(&root, "security"), components, used)
	if components != nil {
		for i := 0; i < len(components.Content); i += 2 {
			kind := components.Content[i].Value
			keep(components.Content[i+1], func(name string) bool { return used["#/components/"+kind+"/"+name] })
		}
	}
	return &root, nil
}

// follow notes which components a part of the document uses, directly and through others. A security requirement names
// its scheme as a key, everything else is named by a reference.
func follow(node, components *yaml.Node, used map[string]bool) {
	if node == nil {
		return
	}
	use := func(reference string) {
		parts := strings.Split(reference, "/")
		if len(parts) == 4 && parts[1] == "components" && !used[reference] {
			used[reference] = true
			follow(child(child(components, parts[2]), parts[3]), components, used)
		}
	}
	if node.Kind == yaml.ScalarNode {
		use(node.Value)
	}
	for i, part := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 {
			use("#/components/securitySchemes/" + part.Value) // no scheme, unless the key stands in a requirement
			continue
		}
		follow(part, components, used)
	}
}

func read(fileOrURL string) ([]byte, error) {
	if !strings.HasPrefix(fileOrURL, "https://") && !strings.HasPrefix(fileOrURL, "http://") {
		return os.ReadFile(fileOrURL)
	}
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Get(fileOrURL)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", fileOrURL, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 64<<20))
}

// apply corrects the published document, and returns a difference for every correction that it no longer needs.
func apply(accepted string, published *yaml.Node) ([]string, error) {
	baseline, err := overlay.Parse(accepted)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", accepted, err)
	}
	var stale []string
	for i, action := range baseline.Actions {
		if action.Description == "" || action.Extensions["x-source"] == nil {
			return nil, fmt.Errorf("%s: action %d (%s): description and x-source are required", accepted, i+1, action.Target)
		}
		one := *baseline
		one.Actions = []overlay.Action{action}
		warnings, err := one.ApplyToStrict(published)
		if err != nil {
			warnings = append(warnings, err.Error())
		}
		if len(warnings) > 0 {
			stale = append(stale, fmt.Sprintf("%s: action %d (%s) no longer applies: %s", accepted, i+1, action.Target, strings.Join(warnings, "; ")))
		}
	}
	return stale, nil
}

func run(command []string, args ...string) ([]byte, error) {
	args = append(slices.Clone(command[1:]), args...)
	out, err := exec.Command(command[0], args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %s", strings.Join(command, " "), bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// child returns the value of a key in a mapping or document, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	if node != nil && node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// keep drops the keys of a mapping that wanted does not hold for.
func keep(node *yaml.Node, wanted func(string) bool) {
	if node == nil || node.Kind != yaml.MappingNode {
		return
	}
	var kept []*yaml.Node
	for i := 0; i < len(node.Content); i += 2 {
		if wanted(node.Content[i].Value) {
			kept = append(kept, node.Content[i], node.Content[i+1])
		}
	}
	node.Content = kept
}
