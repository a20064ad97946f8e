package redact

import (
	"regexp"
	"strings"
)

// noCommand breaks what a runner of GitHub Actions takes for a command of its older kind wherever it is in a line.
var noCommand = strings.NewReplacer("##[", "# #[")

// command is how a line begins that the runner takes for a command of the newer kind.
var command = regexp.MustCompile(`(?m)^([ \t]*):(:)`)

// WithoutCommands returns a text that has no command for the log of a job, though it may quote a line that is one.
func WithoutCommands(text string) string {
	return noCommand.Replace(command.ReplaceAllString(text, "$1: $2"))
}
