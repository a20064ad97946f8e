package recording

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// KindError says that a file is not a recording, or one of a maker that is not read, and what it is.
type KindError struct {
	File string
	What string // such as "a betamax cassette"
}

// Error implements error.
func (e *KindError) Error() string { return e.File + ": not read: " + e.What }

// The forms of files, by which they are read.
const (
	formHAR  = "har"
	formTree = "tree" // JSON or YAML that is read as a whole
	formGzip = "gzip"
	formZip  = "zip"
	formWide = "utf-16"
)

// magics are the first bytes of files that are read in a form, or named for what they are.
var magics = []struct {
	bytes string
	form  string // empty for one that is not read
	what  string
}{
	{bytes: "\x1f\x8b", form: formGzip},
	{bytes: "PK\x03\x04", form: formZip},
	{bytes: "PK\x05\x06", what: "an empty zip"},
	{bytes: "\xff\xfe", form: formWide},
	{bytes: "\xfe\xff", form: formWide},
	{bytes: "{\x00", form: formWide},
	{bytes: "\x00{", form: formWide},
	{bytes: "\xd4\xc3\xb2\xa1", what: "a network capture (pcap)"},
	{bytes: "\xa1\xb2\xc3\xd4", what: "a network capture (pcap)"},
	{bytes: "\x4d\x3c\xb2\xa1", what: "a network capture (pcap)"},
	{bytes: "\xa1\xb2\x3c\x4d", what: "a network capture (pcap)"},
	{bytes: "\x0a\x0d\x0d\x0a", what: "a network capture (pcapng)"},
	{bytes: "BZh", what: "a file compressed with bzip2"},
	{bytes: "\xfd7zXZ\x00", what: "a file compressed with xz"},
	{bytes: "\x28\xb5\x2f\xfd", what: "a file compressed with zstd"},
	{bytes: "7z\xbc\xaf", what: "a 7-Zip archive"},
	{bytes: "SQLite format 3\x00", what: "a SQLite database"},
	{bytes: "%PDF-", what: "a PDF document"},
}

// flowDump is how mitmproxy begins its own files: two lengths, and a name of the first flow.
var flowDump = regexp.MustCompile(`^\d+:\d+:\w+[;,]`)

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

// formOfHead returns the form of a file by its first bytes, or what it is if it is not a recording.
func formOfHead(head []byte) (form, what string) {
	for _, magic := range magics {
		if bytes.HasPrefix(head, []byte(magic.bytes)) {
			return magic.form, magic.what
		}
	}
	return formTree, whatBegins(head)
}

// whatBegins returns what a text is that begins so; "" if it may be a recording.
func whatBegins(head []byte) string {
	trimmed := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head), byteOrderMark)))
	switch {
	case trimmed == "":
		return "an empty file"
	case strings.HasPrefix(trimmed, "<!doctype html"), strings.HasPrefix(trimmed, "<html"):
		return "an HTML page"
	case strings.HasPrefix(trimmed, "<"):
		return "an XML document"
	case flowDump.Match(head):
		return "a flow dump of mitmproxy (save it with hardump as HAR)"
	case isJSON(head): // in which tools write what is not UTF-8
		return ""
	case bytes.IndexByte(head, 0) >= 0, !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]):
		return "a binary file"
	}
	return ""
}

// jsonForm reports whether a document of JSON is an archive, by its names: an archive is not read as a whole.
func jsonForm(in *input) (string, error) {
	head, err := newHARDecoder(in)
	if err != nil {
		return "", err
	}
	decoder := head.decoder
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

// documents are what JSON and YAML documents are that are not read, by the names in them.
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

// cassetteOf returns the exchanges of a document that is read as a whole.
func cassetteOf(in *input) (tape, error) {
	text, err := in.whole()
	if err != nil {
		return tape{}, err
	}
	document, err := parseTree(text)
	if err != nil {
		return tape{}, fmt.Errorf("%s: not a recording: %w", in.name, err)
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
	for _, other := range documents {
		has := func(name string) bool { return slices.Contains(names, name) }
		if !slices.ContainsFunc(other.names, func(name string) bool { return !has(name) }) {
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
	return tape{}, "neither an HTTP Archive, nor a cassette, nor a Postman collection"
}

// isOfVCRPy reports whether the first request has a URI, where go-vcr writes a URL.
func isOfVCRPy(interactions list) bool {
	for _, interaction := range interactions {
		return object(object(interaction)["request"])["uri"] != nil
	}
	return false
}
