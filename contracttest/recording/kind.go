package recording

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// formOf returns the form of a file by what is in it. The error is a KindError for one that is not a recording.
func formOf(in *input) (string, error) {
	head, err := in.head()
	if err != nil {
		return "", err
	}
	form, what := formOfHead(head)
	switch {
	case what != "":
		return "", &KindError{File: in.name, What: what}
	case form == formTree && isJSON(head):
		return jsonForm(in)
	}
	return form, nil
}

// jsonForm returns the form of a JSON document, by its names: an archive is not read as a whole.
func jsonForm(in *input) (string, error) {
	archive, err := newHARDecoder(in)
	if err != nil {
		return "", err
	}
	decoder := archive.decoder
	if decoder.PeekKind() != jsontext.KindBeginObject {
		return formTree, nil
	}
	_, _ = decoder.ReadToken() // the beginning that was peeked at
	for decoder.PeekKind() == jsontext.KindString {
		name, err := decoder.ReadToken()
		if err != nil {
			break
		}
		if name.String() == "log" {
			return formHAR, nil
		}
		if decoder.SkipValue() != nil {
			break
		}
	}
	return formTree, nil
}

// documents are the JSON and YAML documents that are known and not read, by names that they have.
var documents = []struct {
	names []string
	what  string
}{
	{names: []string{"openapi"}, what: "an OpenAPI document"},
	{names: []string{"swagger"}, what: "an OpenAPI document (Swagger 2.0)"},
	{names: []string{"overlay", "actions"}, what: "an OpenAPI Overlay"},
	{names: []string{"exchanges", "transcribed"}, what: "the provenance of a recording"},
	{names: []string{"coverage", "exchanges", "findings"}, what: "a report of contract"},
	{names: []string{"findings"}, what: "a baseline"},
	{names: []string{"consumer", "interactions", "provider"}, what: "a contract of Pact"},
	{names: []string{"mappings"}, what: "stubs of WireMock"},
	{
		names: []string{"request", "response", "startedDateTime"},
		what:  `the entries of an HTTP Archive without the archive (write {"log":{"entries":…}} around them)`,
	},
	{names: []string{"request", "response"}, what: "stubs of WireMock"},
	{names: []string{"httpRequest"}, what: "expectations of MockServer"},
	{names: []string{"method", "path", "scope", "status"}, what: "a recording of nock"},
	{names: []string{"imposters"}, what: "imposters of Mountebank"},
	{names: []string{"data", "meta"}, what: "a simulation of Hoverfly"},
	{names: []string{"_type", "resources"}, what: "an export of Insomnia"},
	{names: []string{"order", "requests"}, what: "a Postman collection of version 1 (export it as 2.1)"},
	{names: []string{"host", "method", "status"}, what: "a session of Charles (export it as HAR)"},
	{names: []string{"runs", "version"}, what: "a SARIF report"},
}

// whatUnknown says what any other document is.
const whatUnknown = "neither an HTTP Archive, nor a cassette, nor a Postman collection"

// mayBeRecording reports whether a document that cannot be read was meant as a recording: it may be damaged, while
// other texts are no YAML to begin with.
func mayBeRecording(text []byte) bool {
	for _, mark := range []string{"interactions", "getpostman.com"} {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

// cassetteOf returns the exchanges of a document that is read as a whole.
func cassetteOf(in *input) (tape, error) {
	text, err := in.whole()
	if err != nil {
		return tape{}, err
	}
	document, err := parseTree(text)
	switch {
	case err == nil:
	case mayBeRecording(text):
		return tape{}, fmt.Errorf("%s: not a recording: %w", in.name, err)
	case isJSON(text):
		return tape{}, &KindError{File: in.name, What: "damaged JSON: " + err.Error()}
	default:
		return tape{}, &KindError{File: in.name, What: whatUnknown}
	}
	c, what := known(document)
	if what != "" {
		return tape{}, &KindError{File: in.name, What: what}
	}
	return c, nil
}

// known returns the exchanges of a document that is read, or what another one is.
func known(document tree) (c tape, what string) {
	names := keys(document)
	isAbsent := func(name string) bool { return !slices.Contains(names, name) }
	for _, other := range documents {
		if !slices.ContainsFunc(other.names, isAbsent) {
			return tape{}, other.what
		}
	}
	all := object(document)
	interactions, isCassette := all["interactions"].(list)
	recorded, isVCR := all["http_interactions"].(list)
	_, isCollection := all["item"].(list)
	switch {
	case isVCR && strings.HasPrefix(str(all["recorded_with"]), "betamax"):
		return tape{}, "a betamax cassette"
	case isVCR:
		return tape{dialect: rubyVCR, exchanges: recorded}, ""
	case isCassette && isOfVCRPy(interactions):
		return tape{dialect: vcrpy, exchanges: interactions}, ""
	case isCassette:
		return tape{dialect: goVCR, exchanges: interactions}, ""
	case isCollection && all["info"] != nil:
		examples, tokens := postmanExamples(all)
		return tape{dialect: postman, exchanges: examples, hidden: tokens}, ""
	}
	return tape{}, whatUnknown
}

// isOfVCRPy reports whether a request has a URI, where go-vcr writes a URL.
func isOfVCRPy(interactions list) bool {
	return slices.ContainsFunc(interactions, func(interaction tree) bool {
		return object(object(interaction)["request"])["uri"] != nil
	})
}
