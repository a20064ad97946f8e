package contracttest

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Finding is one way in which an exchange breaks the contract.
type Finding struct {
	Source    string // the exchange
	Operation string // the operation id; empty where no operation matches the request
	Status    int    // of the response
	In        string // the part: "request body", "request query page", "header ratelimit-reset", "body", …
	Pointer   string // RFC 6901, to the value in a body; empty for the whole
	Message   string // what is wrong, without the value
}

func (f Finding) String() string {
	operation := f.Operation
	if operation == "" {
		operation = "no operation"
	}
	where := f.In
	if f.Pointer != "" {
		where += " " + f.Pointer
	}
	return fmt.Sprintf("%s: %s %d: %s: %s", f.Source, operation, f.Status, where, f.Message)
}

// findings collects what is wrong with one exchange.
type findings struct {
	exchange  Exchange
	operation string
	list      []Finding
}

func (f *findings) add(in string, pointer []string, message string) {
	f.list = append(f.list, Finding{
		Source: f.exchange.Source, Operation: f.operation, Status: f.exchange.Status,
		In: in, Pointer: jsonPointer(pointer), Message: shorten(message),
	})
}

// addSchema adds the leaves of what kin-openapi says of a value. Its messages are not used whole: they repeat the value.
func (f *findings) addSchema(in string, err error) {
	// A type switch, because errors.As finds the first error in a MultiError and hides the others.
	switch err := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, err := range err {
			f.addSchema(in, err)
		}
	case *openapi3.SchemaError:
		f.add(in, err.JSONPointer(), err.Reason)
	default:
		f.add(in, nil, err.Error())
	}
}

// jsonPointer writes a path as RFC 6901 has it.
func jsonPointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, key := range path {
		b.WriteString("/" + escape.Replace(key))
	}
	return shorten(b.String())
}

// shorten keeps what a server sent from filling a report.
func shorten(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
