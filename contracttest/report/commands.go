package report

import "strings"

// noCommand breaks what a runner of GitHub Actions takes for a command of its older kind wherever it is in a line. The
// newer kind, ::, has to begin one, and no line of a report begins with what a server sent.
var noCommand = strings.NewReplacer("##[", "# #[")
