package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// prefix is the path of the images API, to which all its other paths belong as well.
const prefix = "/v2/images"

// maxDocument is far more than the published document has, which is about 3 MB.
const maxDocument = 64 << 20

// readDocument reads an OpenAPI document from a file or URL, and keeps only what belongs to /v2/images: those paths,
// and the components that they use. The published document has more than 400 other paths.
func readDocument(fileOrURL string) (*yaml.Node, error) {
	text, err := read(fileOrURL)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", fileOrURL, err)
	}
	paths := child(&root, "paths")
	keepKeys(paths, func(path string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") })
	if paths == nil || len(paths.Content) == 0 {
		return nil, fmt.Errorf("%s: no OpenAPI document with paths under %s", fileOrURL, prefix)
	}
	used := usage{components: child(&root, "components"), names: map[string]bool{}}
	used.follow(paths)
	used.follow(child(&root, "security"))
	used.dropOthers()
	return &root, nil
}

// read returns the content of a file or URL.
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
	return io.ReadAll(io.LimitReader(resp.Body, maxDocument))
}

// usage collects which components of a document are used, by their references: "#/components/schemas/image".
type usage struct {
	components *yaml.Node
	names      map[string]bool
}

// follow notes the components that a part of the document uses, directly and through other components.
func (u usage) follow(node *yaml.Node) {
	if node == nil {
		return
	}
	if node.Kind == yaml.ScalarNode {
		u.use(node.Value)
	}
	for i, part := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 {
			// A security requirement names its scheme as a key, and not by a reference. No other key is such a name.
			u.use("#/components/securitySchemes/" + part.Value)
			continue
		}
		u.follow(part)
	}
}

// use notes the component that a text refers to, if it is a reference to one.
func (u usage) use(reference string) {
	parts := strings.Split(reference, "/")
	if len(parts) != 4 || parts[1] != "components" || u.names[reference] {
		return
	}
	u.names[reference] = true
	u.follow(child(child(u.components, parts[2]), parts[3]))
}

// dropOthers removes the components that are not used.
func (u usage) dropOthers() {
	if u.components == nil {
		return
	}
	for i := 0; i < len(u.components.Content); i += 2 {
		kind := u.components.Content[i].Value
		keepKeys(u.components.Content[i+1], func(name string) bool { return u.names["#/components/"+kind+"/"+name] })
	}
}

// child returns the value of a key in a mapping, or in a document that is one; nil if there is none.
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

// keepKeys removes the keys of a mapping that are not wanted.
func keepKeys(node *yaml.Node, wanted func(key string) bool) {
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
