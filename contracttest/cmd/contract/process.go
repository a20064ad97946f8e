package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// process is what the commands use of the process around them. Tests give them one of their own.
type process struct {
	stdin  io.Reader // a recording, where a command is asked to read it from there
	stdout io.Writer // what a command is asked for: reports, tables, an address
	stderr io.Writer // what goes along with it: logs, notes, errors
	getenv func(string) string

	// width returns how many characters fit into a line of a terminal, and 0 for what is not one; nil if there is none.
	width func(io.Writer) int

	shutdownTime time.Duration // how long requests that are under way may take at the end of a server
}

// count returns a number with what is counted, in the plural unless it is one.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
