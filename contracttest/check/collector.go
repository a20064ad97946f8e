package check

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// findings collects what is wrong with one exchange. It is the only place where a [Finding] is
// made, so that none holds a secret of the exchange or more than a little of it.
type findings struct {
	about   Finding // what every finding says: the exchange and its operation
	list    []Finding
	judged  map[string]bool // the places of values that a schema found fault with
	secrets redact.Redactor

	ctx     context.Context // ends the checks early
	lesser  int             // how many of list do not break a client
	omitted int             // findings that list has no room for
	spare   Finding         // the last of them
}

// maxFindings is how many findings an exchange has, the one that says so among them, and maxLesser
// how many of them may be others than breaking. What breaks a client is so never crowded out by
// what does not: a page of 200 images may well have as many new fields.
const (
	maxFindings = 1000
	maxLesser   = 900
)

// newFindings returns a collector without findings, which knows the secrets of the exchange.
func newFindings(exchange traffic.Exchange, operation string) *findings {
	f := &findings{
		about: Finding{
			Source:    redact.Printable(exchange.Source),
			File:      redact.Printable(exchange.File),
			Operation: redact.Printable(operation),
			Status:    exchange.Status,
		},
		judged: map[string]bool{},
		ctx:    context.Background(),
	}
	f.secrets.Request(exchange.RequestHeader)
	if exchange.URL != nil {
		f.secrets.WithoutUser(exchange.URL)
	}
	for _, secret := range exchange.Secrets {
		f.secrets.Hide(secret)
	}
	if exchange.Method == http.MethodPost { // a create has the address of an import, which may be signed
		f.secrets.ImportURL(string(exchange.RequestBody))
	}
	return f
}

// add files a finding about a part of the exchange, under the name of a check in the catalog. It
// returns the finding, so that more can be said. A text in it may come from a server: it is made
// printable, and short.
func (f *findings) add(check, in string, at []string, message string) *Finding {
	return f.addAs(check, severities[check], in, at, message)
}

// addAs is add for a severity that is not that of the check. It is given here and not set afterwards, so
// that what breaks no client is counted.
func (f *findings) addAs(check string, severity Severity, in string, at []string, message string) *Finding {
	finding := f.about
	finding.Check, finding.Severity = check, severity
	finding.In, finding.Pointer = redact.Printable(in), jsonPointer(at)
	finding.Message = redact.Shorten(redact.Printable(message))
	if f.isFull() || finding.Severity != Breaking && f.lesser >= maxLesser {
		f.omitted++
		f.spare = finding
		return &f.spare
	}
	if finding.Severity != Breaking {
		f.lesser++
	}
	f.list = append(f.list, finding)
	return &f.list[len(f.list)-1]
}

// isFull reports whether there is room for no more than the finding that says so.
func (f *findings) isFull() bool { return len(f.list) >= maxFindings-1 }

// isAtEnd reports whether there is nothing more to look for.
func (f *findings) isAtEnd() bool { return f.isFull() || f.ctx.Err() != nil }

// addLimit files that not everything is in the list. What was not judged may break a client.
func (f *findings) addLimit() {
	check, message := "unjudged", ""
	severity := severities[check]
	switch {
	case f.ctx.Err() != nil:
		message = "interrupted: not everything was judged"
	case f.isFull():
		message = fmt.Sprintf("%d findings: the rest was not judged", len(f.list))
	case f.omitted > 0:
		message = fmt.Sprintf("%d more findings, none of them breaking, are left out", f.omitted)
		severity = Note
	default:
		return
	}
	limit := f.about
	limit.Check, limit.Severity, limit.In, limit.Message = check, severity, "exchange", message
	f.list = append(f.list, limit)
}

// lowerToNotes makes notes of everything that was found so far. What breaks a client in a request that
// succeeds is worth a note in one that was refused.
func (f *findings) lowerToNotes() {
	if len(f.list) > maxLesser {
		f.omitted += len(f.list) - maxLesser
		f.list = f.list[:maxLesser]
	}
	f.lesser = len(f.list)
	for i := range f.list {
		f.list[i].Severity = Note
	}
}

// problem is what is wrong with one value of a body or a header. It is not a finding yet: the
// caller may know a better name for the check, or have more to say.
type problem struct {
	check    string
	severity Severity // empty for that of the check
	at       []string // where in the body
	message  string
	expected string
	given    any  // the value
	shown    bool // whether the finding says what the value is
}

// addProblem files a problem with a part of the exchange, and returns the finding.
func (f *findings) addProblem(in string, p problem) *Finding {
	finding := f.addAs(p.check, cmp.Or(p.severity, severities[p.check]), in, p.at, p.message)
	finding.Expected = redact.Printable(p.expected) // of a document that may be the caller's
	if p.shown {
		finding.Got = f.got(p.given)
	}
	return finding
}

// markJudged notes that a schema found fault with the value in a place. Only schemas do: a value
// whose key is duplicated is still to be judged.
func (f *findings) markJudged(in string, at []string) {
	if len(f.judged) < maxFindings {
		f.judged[in+"\x00"+jsonPointer(at)] = true
	}
}

// isJudged reports whether a schema found fault with the value in a place. One finding about it is
// enough.
func (f *findings) isJudged(in string, at []string) bool { return f.judged[in+"\x00"+jsonPointer(at)] }

// got describes a value in few words.
func (f *findings) got(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return f.quoted(value)
	case json.Number:
		return redact.Printable(redact.Shorten(value.String()))
	case float64, bool:
		return fmt.Sprint(value)
	case []any:
		return "an array"
	}
	return "an object"
}

// quoted returns the first characters of a text in quotes. Secrets are taken out before the text is
// truncated: half of one would not be recognized afterwards.
func (f *findings) quoted(text string) string {
	const limit = 32
	// Far more than is shown, so that no secret in what is shown is truncated: to search megabytes takes seconds.
	text = f.secrets.Text(text[:min(len(text), 64<<10)])
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// redacted returns what was found, without secrets. All texts are searched, since a server may
// repeat the token of a request anywhere: in the name of a header, too.
func (f *findings) redacted() []Finding {
	f.addLimit()
	for i := range f.list {
		finding := &f.list[i]
		if strings.HasPrefix(finding.In, "request header") {
			finding.Got = "" // may be what authenticates
		}
		for _, text := range []*string{
			&finding.Source, &finding.In, &finding.Pointer, &finding.Message, &finding.Expected, &finding.Got,
		} {
			*text = f.secrets.Text(*text)
		}
	}
	return f.list
}

// checker checks one exchange by the operation that it is of. Its methods file what they find in
// findings.
type checker struct {
	*findings
	operation *operation
	exchange  traffic.Exchange

	unreadable bool // whether the body of the response has a content coding, and could not be decompressed
}

func newChecker(operation *operation, exchange traffic.Exchange) *checker {
	return &checker{
		findings:  newFindings(exchange, operation.OperationID),
		operation: operation,
		exchange:  exchange,
	}
}

// escapePointer replaces what has a meaning in a JSON pointer.
var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// jsonPointer writes a path as RFC 6901 has it.
func jsonPointer(path []string) string {
	var b strings.Builder
	for _, key := range path {
		b.WriteString("/" + escapePointer.Replace(key))
	}
	return redact.Shorten(redact.Printable(b.String()))
}
