package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// How much is named of what was not checked. All of it is counted.
const (
	maxShownNames = 5
	maxKnownHosts = 1_000
)

// names are the first of many names.
type names struct {
	first []string
	count int
}

func (n *names) add(name string) {
	if n.count++; len(n.first) < maxShownNames {
		n.first = append(n.first, name)
	}
}

// String returns the names, and how many there are beside them.
func (n *names) String() string {
	text := strings.Join(n.first, ", ")
	if more := n.count - len(n.first); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shortNames returns a name for each of the files: its own, with as many of its folders as it takes to tell it from the
// others.
func shortNames(files []string) []string {
	paths, names := make([]string, len(files)), make([]string, len(files))
	for i, file := range files {
		paths[i] = filepath.ToSlash(filepath.Clean(file))
		names[i] = withFolder(paths[i], "")
	}
	for again := true; again; {
		again = false
		shared := sharedNames(paths, names)
		for i, name := range names {
			if shared[name] && name != paths[i] {
				names[i], again = withFolder(paths[i], name), true
			}
		}
	}
	return names
}

// sharedNames has the names that files of different paths have.
func sharedNames(paths, names []string) map[string]bool {
	pathOf, shared := map[string]string{}, map[string]bool{}
	for i, name := range names {
		if path, known := pathOf[name]; known && path != paths[i] {
			shared[name] = true
		}
		pathOf[name] = paths[i]
	}
	return shared
}

// withFolder returns a name, which is the end of a path, with one more part of the path.
func withFolder(path, name string) string {
	before := strings.TrimSuffix(strings.TrimSuffix(path, name), "/")
	return path[strings.LastIndex(before, "/")+1:]
}
