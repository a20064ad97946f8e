package contracttest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
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

// severities gives the severity of each check.
var severities = map[string]Severity{
	"undocumented-operation": Breaking,
	"undocumented-status":    Breaking, // drift where the body is an error
	"redirect":               Breaking,

	"missing-field":      Breaking,
	"wrong-type":         Breaking,
	"null":               Breaking,
	"no-branch":          Breaking,
	"schema":             Breaking,
	"date-time":          Breaking,
	"number-range":       Breaking,
	"unknown-enum-value": Drift,
	"out-of-range":       Drift,
	"format":             Drift,
	"undocumented-field": Drift,

	"malformed-json":  Breaking,
	"trailing-bytes":  Breaking,
	"duplicate-key":   Breaking,
	"invalid-utf8":    Breaking,
	"byte-order-mark": Breaking,
	"nesting":         Breaking,
	"size":            Breaking,
	"empty-body":      Breaking,
	"unexpected-body": Breaking,
	"truncated-body":  Breaking,
	"content-type":    Breaking,
	"charset":         Breaking,

	"header":              Breaking,
	"missing-header":      Breaking,
	"repeated-header":     Breaking,
	"undocumented-header": Drift,

	"request":                Breaking,
	"request-parameter":      Breaking,
	"undocumented-parameter": Drift,
	"credentials":            Note,

	"wrong-resource": Breaking,
	"filter":         Breaking,
	"page-size":      Breaking,
	"page-total":     Breaking,
	"page-links":     Breaking,

	"sequence-total":     Drift, // somebody else may have changed the list
	"sequence-twice":     Breaking,
	"sequence-lost":      Breaking,
	"sequence-identity":  Breaking,
	"sequence-status":    Breaking,
	"sequence-deleted":   Breaking,
	"sequence-ratelimit": Drift,
	"sequence-limit":     Note,
}

// findings collects what is wrong with one exchange.
type findings struct {
	exchange  Exchange
	operation string
	list      []Finding
	places    map[string]bool             // where there is one
	plain     map[*openapi3.Schema]*plain // of bodies
	headers   openapi3.Headers            // of any response of the operation
	check     string                      // the name that every finding gets now, whatever it was found as; see as
}

// as runs f, and files what it finds under the name of one check.
func (f *findings) as(check string, find func()) {
	before := f.check
	f.check = check
	defer func() { f.check = before }()
	find()
}

// add adds a finding, and returns it so that more can be said.
func (f *findings) add(check, in string, pointer []string, message string) *Finding {
	if f.check != "" {
		check = f.check
	}
	f.list = append(f.list, Finding{
		Check: check, Severity: severities[check],
		Source: f.exchange.Source, File: f.exchange.File, Operation: f.operation, Status: f.exchange.Status,
		In: printable(in), Pointer: jsonPointer(pointer), Message: shorten(printable(message)),
	})
	finding := &f.list[len(f.list)-1]
	if f.places == nil {
		f.places = map[string]bool{}
	}
	f.places[finding.In+"\x00"+finding.Pointer] = true
	return finding
}

// has reports whether something was found in a place already. One finding there is enough.
func (f *findings) has(in string, at []string) bool {
	return f.places[in+"\x00"+jsonPointer(at)]
}

// secret is what a token or an e-mail address looks like. Neither belongs in a report.
var secret = regexp.MustCompile(`do[opr]_v1_\w+|[\w.+-]+@[\w-]+(\.[\w-]+)+`)

// got says shortly what a value is.
func got(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		const limit = 32
		value = secret.ReplaceAllString(value, "[redacted]")
		if runes := []rune(value); len(runes) > limit {
			value = string(runes[:limit]) + "…"
		}
		return fmt.Sprintf("%q", value)
	case json.Number:
		return shorten(value.String())
	case float64, bool:
		return fmt.Sprint(value)
	case []any:
		return "an array"
	}
	return "an object"
}

// jsonPointer writes a path as RFC 6901 has it.
func jsonPointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, key := range path {
		b.WriteString("/" + escape.Replace(key))
	}
	return shorten(printable(b.String()))
}

// printable replaces what neither XML nor a terminal should be given, so that a text stays on its line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || '\u007F' <= r && r <= '\u009F' || r == '\uFFFE' || r == '\uFFFF':
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// shorten keeps what a server sent from filling a report.
func shorten(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
