package check

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says what a finding does to a client.
type Severity string

// What a finding can be.
const (
	Breaking Severity = "breaking" // a typed client fails, or is misled
	Drift    Severity = "drift"    // something new that a typed client ignores or passes on
	Note     Severity = "note"     // worth knowing
	Accepted Severity = "accepted" // known, with a reason, in the baseline
)

// Severities returns every severity, the worst first.
func Severities() []Severity { return []Severity{Breaking, Drift, Note, Accepted} }

// AtLeast reports whether a severity is the given one or a worse one.
func (s Severity) AtLeast(least Severity) bool {
	return slices.Index(Severities(), s) <= slices.Index(Severities(), least)
}

// ParseSeverity returns Breaking or Drift for its name. Anything else is an error.
func ParseSeverity(text string) (Severity, error) {
	switch s := Severity(text); s {
	case Breaking, Drift:
		return s, nil
	}
	return "", fmt.Errorf("%q is neither breaking nor drift", text)
}

// Finding is one way in which an exchange breaks the contract.
type Finding struct {
	Check     string   // what was looked for, such as missing-field
	Severity  Severity // what that does to a client
	Source    string   // the exchange
	File      string   // the recording that holds it
	Operation string   // the operation id; empty where no operation matches the request
	Status    int      // of the response
	In        string   // the part: "request body", "request query page", "header ratelimit-reset", "body", …
	Pointer   string   // RFC 6901, to the value in a body; empty for the whole
	Message   string   // what is wrong, without the value
	Expected  string   // what the contract has there, if that can be said shortly
	Got       string   // what was there: a scalar, cut if it is long; the type of anything else
	Reason    string   // why the baseline accepts it
}

// String returns the finding in one line, with its source and its check, and without its severity.
func (f Finding) String() string {
	where := f.In
	if f.Pointer != "" {
		where += " " + f.Pointer
	}
	s := fmt.Sprintf("%s: %s %d: %s: %s", f.Source, cmp.Or(f.Operation, "no operation"), f.Status, where, f.Message)
	if f.Got != "" {
		s += ", got " + f.Got
	}
	s += " [" + f.Check + "]"
	if f.Reason != "" {
		s += " (accepted: " + f.Reason + ")"
	}
	return s
}
