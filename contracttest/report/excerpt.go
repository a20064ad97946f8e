package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// What an excerpt shows.
const (
	maxExcerptLines = 13       // of JSON
	maxExcerptLine  = 120      // characters
	maxExcerptBytes = 64 << 10 // of JSON that are searched for secrets
	maxExcerptBody  = 1 << 20  // a larger body is not shown: it is read for each place
	maxExcerpts     = 200      // in a report
)

// excerpt returns the request line, the status, and the JSON around the place of a finding, without secrets.
func excerpt(exchange traffic.Exchange, f check.Finding) string {
	var secrets redact.Redactor
	secrets.Request(exchange.RequestHeader)
	for _, secret := range exchange.Secrets {
		secrets.Hide(secret)
	}
	if exchange.Method == http.MethodPost {
		secrets.ImportURL(string(exchange.RequestBody))
	}
	line := exchange.Method
	if exchange.URL != nil {
		line += " " + secrets.WithoutUser(exchange.URL).RequestURI()
	}
	body := exchange.Body
	if strings.HasPrefix(f.In, "request") {
		body = exchange.RequestBody
	}
	lines := []string{
		redact.Shorten(redact.Printable(secrets.Text(line))),
		strings.TrimSpace(fmt.Sprint(exchange.Status, " ", http.StatusText(exchange.Status))),
	}
	if strings.HasSuffix(f.In, "body") {
		lines = append(lines, bodyLines(body, f.Pointer, &secrets)...)
	}
	return strings.Join(lines, "\n")
}

// bodyLines returns the lines of a body around the place that a pointer names, in the object or array that holds it.
func bodyLines(body []byte, pointer string, secrets *redact.Redactor) []string {
	switch {
	case len(body) == 0:
		return []string{"(no body)"}
	case len(body) > maxExcerptBody:
		return []string{"(a body of more than 1 MiB, which is not shown)"}
	}
	parent, key := parentOf(body, strings.Split(pointer, "/")[1:])
	var indented bytes.Buffer
	if len(parent) > maxExcerptBytes || json.Indent(&indented, parent, "", "  ") != nil {
		text := secrets.Text(string(body[:min(len(body), maxExcerptBytes)]))
		return []string{redact.Shorten(redact.Printable(text))}
	}
	lines := strings.Split(secrets.Text(indented.String()), "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return key != "" && strings.HasPrefix(line, "  "+key) })
	return linesAround(lines, at)
}

// linesAround returns the lines around one, which may be -1 for none, with an ellipsis where others are left out.
func linesAround(lines []string, at int) []string {
	first := max(0, at-maxExcerptLines/2)
	last := min(len(lines), first+maxExcerptLines)
	shown := make([]string, 0, maxExcerptLines+2)
	if first > 0 {
		shown = append(shown, "…")
	}
	for _, line := range lines[first:last] {
		line = redact.Printable(line)
		if runes := []rune(line); len(runes) > maxExcerptLine {
			line = string(runes[:maxExcerptLine]) + "…"
		}
		shown = append(shown, line)
	}
	if last < len(lines) {
		shown = append(shown, "…")
	}
	return shown
}

// parentOf returns the value that holds the one at a path, and how the line of that one begins; the whole value if the
// path leads nowhere.
func parentOf(value json.RawMessage, path []string) (parent json.RawMessage, key string) {
	for i, part := range path {
		part = unescapePointer.Replace(part)
		next, ok := childOf(value, part)
		if !ok || i == len(path)-1 {
			quoted, _ := json.Marshal(part)
			return value, string(quoted) + ":"
		}
		value = next
	}
	return value, ""
}

var unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")

// childOf returns a field of an object, or an item of an array.
func childOf(value json.RawMessage, name string) (json.RawMessage, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) == nil {
		child, ok := fields[name]
		return child, ok
	}
	var items []json.RawMessage
	at, err := strconv.Atoi(name)
	if json.Unmarshal(value, &items) != nil || err != nil || at < 0 || at >= len(items) {
		return nil, false
	}
	return items[at], true
}
