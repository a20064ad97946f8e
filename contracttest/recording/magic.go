package recording

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// byteOrderMark is what some writers on Windows begin an archive with, and what JSON does not allow.
const byteOrderMark = "\xef\xbb\xbf"

// headSize is how much of a file is looked at to know its kind, in bytes.
const headSize = 512

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

// isJSON reports whether a document begins as one of JSON does.
func isJSON(text []byte) bool {
	trimmed := strings.TrimLeft(strings.TrimPrefix(string(text[:min(len(text), headSize)]), byteOrderMark), " \t\r\n")
	return strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")
}
