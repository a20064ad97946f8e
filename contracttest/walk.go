package contracttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// walk looks at a value for what kin-openapi does not judge: fields that no schema declares, numbers that a typed
// client cannot hold, and formats.
func (f *findings) walk(in string, at []string, value any, schemas []*openapi3.Schema) {
	schemas = expand(schemas, value)
	switch value := value.(type) {
	case map[string]any:
		f.walkObject(in, at, value, schemas)
	case []any:
		var items []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				items = append(items, s.Items.Value)
			}
		}
		for i, item := range value {
			f.walk(in, append(slices.Clip(at), strconv.Itoa(i)), item, items)
		}
	case json.Number:
		f.walkNumber(in, at, value, schemas)
	case string:
		for _, s := range schemas {
			if problem := formatProblem(s.Format, value); problem != "" && s.Type.Permits("string") {
				check := "format"
				if s.Format == "date-time" {
					check = "date-time"
				}
				if !f.has(in, at) {
					finding := f.add(check, in, at, problem)
					finding.Expected, finding.Got = expected(s), got(value)
				}
				return
			}
		}
	}
}

// expand adds what allOf holds, and of anyOf and oneOf the branches that the value satisfies, or all if it satisfies
// none.
func expand(schemas []*openapi3.Schema, value any) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, s := range schemas {
		all = append(all, s)
		for _, part := range s.AllOf {
			all = append(all, expand([]*openapi3.Schema{part.Value}, value)...)
		}
		for _, branches := range []openapi3.SchemaRefs{s.AnyOf, s.OneOf} {
			var fit, none []*openapi3.Schema
			for _, branch := range branches {
				if branch.Value.VisitJSON(value) == nil {
					fit = append(fit, branch.Value)
				} else {
					none = append(none, branch.Value)
				}
			}
			if len(fit) == 0 {
				fit = none
			}
			all = append(all, expand(fit, value)...)
		}
	}
	return all
}

func (f *findings) walkObject(in string, at []string, object map[string]any, schemas []*openapi3.Schema) {
	declares := slices.ContainsFunc(schemas, func(s *openapi3.Schema) bool { return len(s.Properties) > 0 })
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var known []*openapi3.Schema
		open := !declares // a schema without properties says nothing about them
		for _, s := range schemas {
			if property := s.Properties[key]; property != nil {
				known = append(known, property.Value)
			}
			if additional := s.AdditionalProperties.Schema; additional != nil && s.Properties[key] == nil {
				known = append(known, additional.Value)
			}
			open = open || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
		}
		at := append(slices.Clip(at), key)
		switch {
		case len(known) > 0:
			f.walk(in, at, object[key], known)
		case !open:
			finding := f.add("undocumented-field", in, at, "the contract does not know the field")
			finding.Got = got(object[key])
		}
	}
}

// isInteger tells whether a JSON number is written as an integer.
func isInteger(number json.Number) bool { return !strings.ContainsAny(number.String(), ".eE") }

func (f *findings) walkNumber(in string, at []string, number json.Number, schemas []*openapi3.Schema) {
	for _, s := range schemas {
		if problem := numberProblem(number, s); problem != "" && !f.has(in, at) {
			finding := f.add("number-range", in, at, problem)
			finding.Expected, finding.Got = expected(s), got(number)
			return
		}
	}
}

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
