package main

import (
	"io"
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
