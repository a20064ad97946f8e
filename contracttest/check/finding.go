package check

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity is what a finding does to a client.
type Severity string

// The severities, the worst first.
const (
	// Breaking: a typed client fails, or believes what is not so. It cannot decode the response,
	// loses precision, reads a list in part, or acts on an image that it did not ask for.
	Breaking Severity = "breaking"

	// Drift: the API has something that the contract does not have yet, such as a field or an enum
	// value. A typed client ignores it or passes it on, and what depends on the value may take a
	// wrong turn.
	Drift Severity = "drift"

	// Note: nothing that a client would notice. It is worth knowing to whoever reads the report.
	Note Severity = "note"

	// Accepted: a finding of any kind that a [Baseline] knows, with a reason.
	Accepted Severity = "accepted"
)

// Severities returns every severity, the worst first.
func Severities() []Severity { return []Severity{Breaking, Drift, Note, Accepted} }

// AtLeast reports whether a severity is the given one or a worse one. A text that is not a severity
// is worse than any.
func (s Severity) AtLeast(least Severity) bool {
	return slices.Index(Severities(), s) <= slices.Index(Severities(), least)
}

// ParseSeverity returns [Breaking] or [Drift], the severities that a run can fail on, for its name.
// Any other text is an error.
func ParseSeverity(text string) (Severity, error) {
	switch s := Severity(text); s {
	case Breaking, Drift:
		return s, nil
	}
	return "", fmt.Errorf("%q is neither breaking nor drift", text)
}

// Info describes a check.
type Info struct {
	Name        string   // as in [Finding] and in a baseline
	Severity    Severity // of its findings, unless the description says otherwise
	Description string   // one sentence: what the check finds
}

// Finding is one way in which an exchange breaks the contract. Its texts hold no token and no
// e-mail address of the exchange. Each is short and prints on one line, whatever a server sent: what
// does not print is written as an escape such as \u202e.
type Finding struct {
	Check     string   // the name of the check, such as missing-field; see [Checks]
	Severity  Severity // what it does to a client
	Source    string   // which exchange, as in [traffic.Exchange]
	File      string   // the recording that holds the exchange, as in [traffic.Exchange]
	Operation string   // the operation id; empty if no operation matches the request
	Status    int      // the status of the response
	In        string   // the part: "request query page", "request body", "header ratelimit-reset", "body", …
	Pointer   string   // RFC 6901, to the value in a body; empty for the whole
	Message   string   // what is wrong, without the value
	Expected  string   // what the contract has there, if that can be said in few words
	Got       string   // what was there: a scalar, truncated if it is long, or the type of anything else
	Reason    string   // why the baseline accepts it; empty otherwise
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
