package check

import (
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

// parameterPart names a parameter as a part of an exchange.
func parameterPart(in, name string) string { return "request " + in + " " + redact.Shorten(name) }

// checkForm demands of the value of a parameter the one form that every server reads alike. kin-openapi
// reads a boolean and an integer as strconv does, which takes other forms as well. What the API makes of
// those is unknown: it may ignore the parameter.
func (c *checker) checkForm(in, value string, schema *openapi3.Schema) {
	message := ""
	switch {
	case schema.Type.Is("boolean") && value != "true" && value != "false":
		message = "a boolean is written as true or false"
	case schema.Type.Is("integer") && !isPlainInteger(value):
		message = "an integer has digits, and no plus sign and no leading zeros"
	}
	isFound := func(f Finding) bool { return f.In == redact.Printable(in) } // kin-openapi could not read it
	if message == "" || slices.ContainsFunc(c.list, isFound) {
		return
	}
	c.addAs("request-parameter", Drift, in, nil, message).Got = c.got(value)
}

// maxPairs is how many parameters net/url reads of a query.
const maxPairs = 10_000

// checkPairs files what net/url leaves out of a query. A server may read it in another way: a semicolon
// as a separator, as HTML 4 recommended it, and a broken escape as it is written.
func (c *checker) checkPairs() {
	isFound, count := false, 0
	for pair := range strings.SplitSeq(c.exchange.URL.RawQuery, "&") {
		if count++; count > maxPairs {
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		message := pairProblem(name, value)
		if message == "" {
			continue
		}
		isFound = true
		in := "request query"
		if name, err := url.QueryUnescape(name); err == nil && !strings.Contains(name, ";") {
			in = parameterPart("query", name)
		}
		c.addAs("request-parameter", Drift, in, nil, message).Got = c.got(pair)
		if c.isAtEnd() {
			return
		}
	}
	if !isFound {
		c.addAs("request-parameter", Drift, "request query", nil, "has more parameters than are read")
	}
}

// pairProblem returns why net/url leaves out a pair of a query, or "" if it does not.
func pairProblem(name, value string) string {
	for _, text := range []string{name, value} {
		if strings.Contains(text, ";") {
			return "has a semicolon, which some servers take for a separator, and others refuse"
		}
		if _, err := url.QueryUnescape(text); err != nil {
			return "has a broken percent-encoding"
		}
	}
	return ""
}
