package suggest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// maxSuggestions bounds what is suggested, and what is listed as not suggested.
const maxSuggestions = 1_000

// Suggestions gathers what a document does not cover.
type Suggestions struct {
	doc      document
	list     []*suggestion
	byKey    map[string]*suggestion
	rejected []string
	known    map[string]bool // of rejected
}

// suggestion is one change of the document.
type suggestion struct {
	target location
	what   string // for its description
	source string // the exchange that shows it
	update func(*shape) (any, error)
	shape  shape // of the values that were seen there
}

// New returns suggestions for an OpenAPI document. The error says that it cannot be used.
func New(text []byte) (*Suggestions, error) {
	doc, err := readDocument(text)
	if err != nil {
		return nil, err
	}
	return &Suggestions{doc: doc, byKey: map[string]*suggestion{}, known: map[string]bool{}}, nil
}

// Add takes in an exchange and what was found in it. Findings that are accepted, and notes, are left out.
func (s *Suggestions) Add(exchange traffic.Exchange, found []check.Finding) {
	exchange, _ = decompress.Normalized(exchange)
	bodies := map[string]any{}
	for _, f := range found {
		if f.Severity != check.Breaking && f.Severity != check.Drift {
			continue
		}
		part, body := "response", exchange.Body
		if strings.HasPrefix(f.In, "request") {
			part, body = "request", exchange.RequestBody
		}
		if _, ok := bodies[part]; !ok { // once for all findings
			bodies[part] = decode(body)
		}
		if err := s.add(f, exchange, bodies[part]); err != nil {
			s.reject(f, err)
		}
	}
}

func decode(body []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return value
}

// errWrong is why most findings lead to no suggestion.
var errWrong = errors.New("the exchange is wrong, rather than the document incomplete")

// add makes a suggestion of a finding, or returns why there is none.
func (s *Suggestions) add(f check.Finding, exchange traffic.Exchange, body any) error {
	operation, err := s.doc.operation(f.Operation)
	if err != nil {
		return err
	}
	switch f.Check {
	case "undocumented-status":
		return s.addStatus(f, operation, exchange, body)
	case "undocumented-header":
		return s.addHeader(f, operation, exchange)
	case "unknown-enum-value", "undocumented-field", "null":
		return s.addValue(f, operation, exchange, body)
	}
	return errWrong
}

// gather adds a value to the suggestion with a key, which is the one that was made unless there is one.
func (s *Suggestions) gather(key string, made suggestion, value any) {
	at := s.byKey[key]
	if at == nil {
		if len(s.list) >= maxSuggestions {
			return
		}
		at = &made
		s.byKey[key] = at
		s.list = append(s.list, at)
	}
	at.shape.add(value)
}

// addStatus suggests a status: as the default has it where there is one, and else by the body.
func (s *Suggestions) addStatus(f check.Finding, operation location, exchange traffic.Exchange, body any) error {
	responses := operation.child("responses")
	headers := s.headersOf(responses, exchange)
	status := strconv.Itoa(f.Status)
	made := suggestion{target: responses, what: "the status " + status, source: f.Source}
	made.update = func(seen *shape) (any, error) {
		if byDefault, ok := field(s.doc.at(responses), "default").(map[string]any); ok && f.Status >= 400 {
			return map[string]any{status: byDefault}, nil
		}
		response := map[string]any{"description": "Seen in an exchange."}
		if len(headers) > 0 {
			response["headers"] = headers
		}
		if seen.kind != "" {
			schema, err := seen.schema()
			if err != nil {
				return nil, err
			}
			response["content"] = map[string]any{"application/json": map[string]any{"schema": schema}}
		}
		return map[string]any{status: response}, nil
	}
	s.gather(f.Operation+" "+status, made, body)
	return nil
}

// headersOf returns the headers that other responses of an operation document and that an exchange has. If they
// document one in different ways, that of the first status counts.
func (s *Suggestions) headersOf(responses location, exchange traffic.Exchange) map[string]any {
	headers := map[string]any{}
	documented, _ := s.doc.at(responses).(map[string]any)
	for _, status := range slices.Sorted(maps.Keys(documented)) {
		of, _ := s.doc.at(s.doc.resolve(responses.child(status)).child("headers")).(map[string]any)
		for name, header := range of {
			if headers[name] == nil && exchange.Header.Get(name) != "" {
				headers[name] = header
			}
		}
	}
	return headers
}

// response returns the location of the response that describes a finding's status.
func (s *Suggestions) response(f check.Finding, operation location) (location, error) {
	for _, status := range []string{strconv.Itoa(f.Status), fmt.Sprintf("%dXX", f.Status/100), "default"} {
		at := operation.child("responses", status)
		if s.doc.at(at) != nil {
			return s.doc.resolve(at), nil
		}
	}
	return nil, fmt.Errorf("the document has no response %d, which is suggested first", f.Status)
}

// addHeader suggests a header of a response.
func (s *Suggestions) addHeader(f check.Finding, operation location, exchange traffic.Exchange) error {
	response, err := s.response(f, operation)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(f.In, "header ")
	var value any = exchange.Header.Get(name)
	if _, err := strconv.ParseInt(exchange.Header.Get(name), 10, 64); err == nil {
		value = json.Number("1")
	}
	made := suggestion{target: response, what: "the header " + name, source: f.Source}
	made.update = func(seen *shape) (any, error) {
		schema, err := seen.schema()
		return map[string]any{"headers": map[string]any{name: map[string]any{"schema": schema}}}, err
	}
	s.gather(response.jsonPath(s.doc)+" header "+strings.ToLower(name), made, value)
	return nil
}

// addValue suggests what a body shows.
func (s *Suggestions) addValue(f check.Finding, operation location, exchange traffic.Exchange, body any) error {
	root, err := s.bodySchema(f, operation)
	if err != nil {
		return err
	}
	path := strings.Split(f.Pointer, "/")[1:]
	for i := range path {
		path[i] = unescape.Replace(path[i])
	}
	value, ok := valueAt(body, path)
	if !ok {
		return errors.New("the place is not in the body")
	}
	written := slices.Clone(path) // into the overlay
	if text, ok := value.(string); ok && f.Check == "unknown-enum-value" {
		written = append(written, text)
	}
	if isSecret(exchange, written) {
		return errors.New("it may be a secret")
	}
	if f.Check == "undocumented-field" {
		return s.addField(f, root, path, value)
	}
	schema, ok := s.doc.schema(root, path)
	if !ok {
		return errors.New("the document has no schema there")
	}
	made := suggestion{target: schema, source: f.Source}
	if f.Check == "null" {
		made.what = "null at " + f.Pointer
		made.update = func(*shape) (any, error) { return map[string]any{"nullable": true}, nil }
		s.gather(schema.jsonPath(s.doc)+" null", made, nil)
		return nil
	}
	if _, ok := field(s.doc.at(schema), "enum").([]any); !ok {
		return errors.New("the values are not listed there")
	}
	made.target = schema.child("enum")
	made.what = fmt.Sprintf("the value %v at %s", value, f.Pointer)
	made.update = func(*shape) (any, error) { return []any{value}, nil }
	s.gather(fmt.Sprint(made.target.jsonPath(s.doc), " ", value), made, value)
	return nil
}

// addField suggests a field of an object.
func (s *Suggestions) addField(f check.Finding, root location, path []string, value any) error {
	parent, ok := s.doc.schema(root, path[:len(path)-1])
	if !ok {
		return errors.New("the document has no schema for what holds it")
	}
	name := path[len(path)-1]
	made := suggestion{target: parent, what: "the field " + f.Pointer, source: f.Source}
	made.update = func(seen *shape) (any, error) {
		schema, err := seen.schema()
		return map[string]any{"properties": map[string]any{name: schema}}, err
	}
	s.gather(parent.jsonPath(s.doc)+" field "+name, made, value)
	return nil
}

// bodySchema returns the location of the schema of the body that a finding is about.
func (s *Suggestions) bodySchema(f check.Finding, operation location) (location, error) {
	var holder location
	switch f.In {
	case "body":
		response, err := s.response(f, operation)
		if err != nil {
			return nil, err
		}
		holder = response
	case "request body":
		holder = s.doc.resolve(operation.child("requestBody"))
	default:
		return nil, errWrong
	}
	content, _ := s.doc.at(holder.child("content")).(map[string]any)
	for _, media := range slices.Sorted(maps.Keys(content)) {
		if strings.HasPrefix(media, "application/json") {
			return holder.child("content", media, "schema"), nil
		}
	}
	return nil, errors.New("the document describes no JSON there")
}

// valueAt returns the value at a path.
func valueAt(value any, path []string) (any, bool) {
	for _, part := range path {
		switch holder := value.(type) {
		case map[string]any:
			child, ok := holder[part]
			if !ok {
				return nil, false
			}
			value = child
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(holder) {
				return nil, false
			}
			value = holder[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// isSecret reports whether a text that would be written has a secret of the exchange, or is longer than a name or a
// value of an enum ever is.
func isSecret(exchange traffic.Exchange, written []string) bool {
	const longest = 200
	var secrets redact.Redactor
	secrets.Request(exchange.RequestHeader)
	for _, secret := range exchange.Secrets {
		secrets.Hide(secret)
	}
	return slices.ContainsFunc(written, func(text string) bool {
		return len(text) > longest || secrets.Text(text) != text || redact.Printable(text) != text
	})
}

// reject notes a finding for which there is no suggestion.
func (s *Suggestions) reject(f check.Finding, why error) {
	where := strings.TrimSpace(f.In + " " + f.Pointer)
	key := strings.Join([]string{f.Check, f.Operation, strconv.Itoa(f.Status), why.Error()}, " ")
	if s.known[key] || len(s.rejected) >= maxSuggestions {
		return
	}
	s.known[key] = true
	line := fmt.Sprintf("%s: %s %d: %s: %s [%s]: %v", f.Source, f.Operation, f.Status, where, f.Message, f.Check, why)
	s.rejected = append(s.rejected, redact.Printable(line))
}
