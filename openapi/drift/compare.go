package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// comparison is what is compared, and with what.
type comparison struct {
	oasdiff   []string // the command that runs oasdiff, with its arguments
	ours      string   // the file with our document
	overlay   string   // the file with the overlay
	published string   // the file or URL with the published document
}

// differences returns the unexplained differences, one line for each: actions of the overlay that no longer apply, and
// what differs once the others are applied.
func (c comparison) differences() ([]string, error) {
	document, err := readDocument(c.published)
	if err != nil {
		return nil, err
	}
	if _, err := readDocument(c.ours); err != nil {
		return nil, err // which says once what oasdiff says in several ways, and where
	}
	stale, err := applyOverlay(c.overlay, document)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "drift")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	corrected, err := writeDocument(dir, document)
	if err != nil {
		return nil, err
	}
	found, err := c.compare(dir, corrected)
	if err != nil {
		return nil, err
	}
	return append(stale, found...), nil
}

// compare returns what oasdiff finds between a document and ours.
func (c comparison) compare(dir, document string) ([]string, error) {
	// diff can merge allOf itself, but not in request bodies behind a $ref. So both documents are flattened first.
	theirs, err := c.flatten(document, filepath.Join(dir, "published.json"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.published, err)
	}
	ours, err := c.flatten(c.ours, filepath.Join(dir, "ours.json"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ours, err)
	}
	// diff rather than breaking or changelog: it leaves nothing out, and reports both directions at once.
	out, err := c.run("diff", theirs, ours, "--format", "json",
		"--exclude-elements", "description,endpoints,examples,extensions,summary,title")
	if err != nil {
		return nil, err
	}
	return parseDiff(out)
}

// flatten writes a document without allOf into another file, whose name it returns.
func (c comparison) flatten(document, to string) (string, error) {
	out, err := c.run("flatten", document, "--format", "json")
	if err != nil {
		return "", err
	}
	return to, os.WriteFile(to, out, 0o600)
}

// complaint matches what oasdiff says of a document, without what it says of itself.
var complaint = regexp.MustCompile(`(?m)^Error: (?:failed to load \w+ spec from "[^"]*": )?(.+)$`)

// run runs oasdiff and returns what it prints. The error of one that fails is what it says of the document; if it could
// not run, it is all that was printed.
func (c comparison) run(args ...string) ([]byte, error) {
	args = append(slices.Clone(c.oasdiff[1:]), args...)
	out, err := exec.Command(c.oasdiff[0], args...).Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return out, err
	}
	if said := complaint.FindSubmatch(exit.Stderr); said != nil {
		return nil, fmt.Errorf("%s", said[1])
	}
	return nil, fmt.Errorf("%s: %s", strings.Join(c.oasdiff, " "), bytes.TrimSpace(exit.Stderr))
}

// writeDocument writes a document into a folder, and returns the name of the file.
func writeDocument(dir string, document *yaml.Node) (string, error) {
	text, err := yaml.Marshal(document)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "corrected.yaml")
	return file, os.WriteFile(file, text, 0o600)
}

// parseDiff turns the output of oasdiff diff into lines. There is no output where there are no differences.
func parseDiff(out []byte) ([]string, error) {
	if len(bytes.TrimSpace(out)) == 0 {
		return nil, nil
	}
	var found struct {
		Paths, Security, Servers any
		Components               struct{ SecuritySchemes any }
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, fmt.Errorf("oasdiff diff: %w", err)
	}
	// Components other than security schemes show where a path uses them.
	return slices.Concat(
		linesOf("", found.Paths), // a path says itself what it is
		linesOf("security", found.Security),
		linesOf("servers", found.Servers),
		linesOf("securitySchemes", found.Components.SecuritySchemes),
	), nil
}
