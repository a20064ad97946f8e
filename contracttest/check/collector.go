package check

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// findings collects what is wrong with one exchange.
type findings struct {
	exchange  traffic.Exchange
	operation string
	list      []Finding
	places    map[string]bool             // where there is one
	plain     map[*openapi3.Schema]*plain // of bodies
	headers   openapi3.Headers            // of any response of the operation
	secrets   redact.Redactor
	check     string // the name that every finding gets now, whatever it was found as; see as
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
		In: redact.Printable(in), Pointer: jsonPointer(pointer), Message: redact.Shorten(redact.Printable(message)),
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

// got says shortly what a value is.
func (f *findings) got(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		const limit = 32
		value = f.secrets.Text(value) // before it is cut, which may leave half an address
		if runes := []rune(value); len(runes) > limit {
			value = string(runes[:limit]) + "…"
		}
		return fmt.Sprintf("%q", value)
	case json.Number:
		return redact.Shorten(value.String())
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
	return redact.Shorten(redact.Printable(b.String()))
}
