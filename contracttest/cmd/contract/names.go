package main

import (
	"fmt"
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
