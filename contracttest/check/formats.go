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

// isInteger tells whether a JSON number is written as an integer.
func isInteger(number json.Number) bool { return !strings.ContainsAny(number.String(), ".eE") }

func numberProblem(number json.Number, s *openapi3.Schema) string {
	if s.Type == nil {
		return ""
	}
	if s.Type.Is("integer") && isInteger(number) {
		bits := 64
		if s.Format == "int32" {
			bits = 32
		}
		if _, err := strconv.ParseInt(number.String(), 10, bits); err != nil {
			return fmt.Sprintf("it does not fit into %d bits", bits)
		}
		return ""
	}
	value, err := number.Float64()
	switch {
	case s.Type.Is("integer") && value == math.Trunc(value):
		return "it is an integer written as a fraction or a power, which typed clients do not read as one"
	case s.Type.Is("number") && (err != nil || s.Format == "float" && math.Abs(value) > math.MaxFloat32):
		return "it does not fit into a " + map[bool]string{true: "float", false: "double"}[s.Format == "float"]
	}
	return ""
}

var (
	uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	// noOffset is what time.Parse takes for an offset, and a day does not have.
	noOffset = regexp.MustCompile(`[+-](2[4-9]|[3-9]\d):\d\d$|[+-]\d\d:[6-9]\d$`)
	email    = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

// formatProblem returns what keeps a string from being of a format.
func formatProblem(format, s string) string {
	switch format {
	case "date-time":
		// A space, a lower-case t or z, and a comma are read by some clients and not by others.
		if _, err := time.Parse(time.RFC3339Nano, s); err != nil || strings.Contains(s, ",") || noOffset.MatchString(s) {
			if strings.Contains(s, ":60") {
				return "it is a leap second, which typed clients do not read"
			}
			return "it is no date-time of RFC 3339 that exists, with its zone"
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "it is no date that exists"
		}
	case "uri":
		u, err := url.Parse(s)
		if err != nil || !u.IsAbs() || u.Host == "" && u.Opaque == "" || strings.ContainsAny(s, " <>\"{}|\\^`\n\t") {
			return "it is no absolute URI"
		}
	case "uuid":
		if !uuid.MatchString(s) {
			return "it is no UUID"
		}
	case "email":
		if !email.MatchString(s) {
			return "it is no e-mail address"
		}
	}
	return ""
}
