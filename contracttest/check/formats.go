package check

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// isInteger reports whether a JSON number is written as an integer.
func isInteger(number json.Number) bool { return !strings.ContainsAny(number.String(), ".eE") }

// bitsOf returns the size of the integer type that a client has for a schema.
func bitsOf(s *openapi3.Schema) int {
	if s.Format == "int32" {
		return 32
	}
	return 64
}

// numberProblem returns why a typed client cannot hold a number, or "" if it can. kin-openapi
// compares numbers as float64, in which 2^63 fits into 64 bits and 1.0 is an integer.
func numberProblem(number json.Number, s *openapi3.Schema) string {
	switch {
	case s.Type.Includes("number"):
		return floatProblem(number, s.Format)
	case s.Type.Includes("integer"):
		return integerProblem(number, bitsOf(s))
	}
	return ""
}

// integerProblem returns why an integer type of so many bits cannot hold a number.
func integerProblem(number json.Number, bits int) string {
	if isInteger(number) {
		if _, err := strconv.ParseInt(number.String(), 10, bits); err != nil {
			return fmt.Sprintf("does not fit into %d bits", bits)
		}
		return ""
	}
	// Of another fraction kin-openapi says that it is not an integer.
	if value, _ := number.Float64(); value == math.Trunc(value) {
		return "an integer written with a fraction or exponent, which typed clients do not read as one"
	}
	return ""
}

// floatProblem returns why a float, or a double for any other format, cannot hold a number.
func floatProblem(number json.Number, format string) string {
	value, err := number.Float64()
	switch {
	case format == "float" && (err != nil || math.Abs(value) > math.MaxFloat32):
		return "does not fit into a float"
	case err != nil:
		return "does not fit into a double"
	}
	return ""
}

// formats has a function for each format that is judged, which returns what is wrong with a text,
// or "". kin-openapi leaves out most formats, and of a date-time it looks at the digits, not at
// whether there is such a day.
var formats = map[string]func(text string) string{
	"date-time": dateTimeProblem,
	"date":      dateProblem,
	"uri":       uriProblem,
	"uuid":      uuidProblem,
	"email":     emailProblem,
}

// formatProblem returns what is wrong with a text of a format, or "". Of a format that it does not
// know it finds nothing.
func formatProblem(format, text string) string {
	if problem := formats[format]; problem != nil {
		return problem(text)
	}
	return ""
}

var (
	uuid  = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	email = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
	// impossibleOffset matches offsets of 24 h and more, or 60 min and more, which time.Parse
	// accepts.
	impossibleOffset = regexp.MustCompile(`[+-](2[4-9]|[3-9]\d):\d\d$|[+-]\d\d:[6-9]\d$`)
)

// dateTimeProblem demands what every RFC 3339 parser reads. time.Parse accepts a comma before the
// fraction as well.
func dateTimeProblem(text string) string {
	_, err := time.Parse(time.RFC3339Nano, text)
	switch {
	case err != nil && strings.Contains(text, ":60"):
		return "a leap second, which typed clients do not read"
	case err != nil, strings.Contains(text, ","), !strings.HasSuffix(text, "Z") && impossibleOffset.MatchString(text):
		return "not a valid RFC 3339 date-time with a zone"
	}
	return ""
}

// dateProblem demands a date that exists.
func dateProblem(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "not a valid date"
	}
	return ""
}

// uriProblem demands a URI that can be followed: every uri in the contract is a link.
func uriProblem(text string) string {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() || u.Host == "" && u.Opaque == "" {
		return "not an absolute URI"
	}
	if strings.ContainsAny(text, " <>\"{}|\\^`\n\t") { // url.Parse escapes these, and other parsers refuse them
		return "not an absolute URI"
	}
	return ""
}

// uuidProblem looks at the form only, whatever the version of the UUID.
func uuidProblem(text string) string {
	if !uuid.MatchString(text) {
		return "not a UUID"
	}
	return ""
}

// emailProblem looks for a plain mistake only: what an address may be is wider than any pattern.
func emailProblem(text string) string {
	if !email.MatchString(text) {
		return "not an e-mail address"
	}
	return ""
}
