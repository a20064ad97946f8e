package check

import (
	"net/http"
	"regexp"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// tokenNote says once of a recording that it has a token in it. An exchange that is not of a recording has one as a
// matter of course.
type tokenNote struct {
	file string // of which it was said
}

func (n *tokenNote) check(found *findings, exchange traffic.Exchange) {
	if exchange.File == "" || exchange.File == n.file || !hasToken(exchange) {
		return
	}
	n.file = exchange.File
	// The same for all recordings, so that a report has them in one group. It names each beside it.
	found.add("secret", "exchange", nil,
		`holds a token; "contract convert FILE -o clean.cassette.yaml" makes a copy without`)
}

// hasToken reports whether an exchange has what it authenticates with, or what looks like a token of DigitalOcean. A
// placeholder for one does not count.
func hasToken(exchange traffic.Exchange) bool {
	if exchange.URL.User != nil || hasCredentials(exchange.RequestHeader) {
		return true
	}
	return redact.HasToken(exchange.URL.String()) ||
		headerHasToken(exchange.RequestHeader) ||
		headerHasToken(exchange.Header) ||
		redact.HasToken(string(exchange.RequestBody)) ||
		redact.HasToken(string(exchange.Body))
}

// minCredentials is how long credentials are that are not a placeholder, in bytes.
const minCredentials = 8

// digits are left out of placeholders such as <TOKEN_1>, so that accountOf recognises them.
var digits = regexp.MustCompile(`\d+`)

// hasCredentials reports whether a request has an Authorization header of which nothing was taken out.
func hasCredentials(sent http.Header) bool {
	for _, value := range sent["Authorization"] {
		_, credentials, found := strings.Cut(strings.TrimSpace(value), " ")
		if !found {
			credentials = value
		}
		withoutDigits := http.Header{"Authorization": {digits.ReplaceAllString(value, "")}}
		if len(strings.TrimSpace(credentials)) >= minCredentials && accountOf(withoutDigits) != "" {
			return true
		}
	}
	return false
}

func headerHasToken(header http.Header) bool {
	for name, values := range header {
		if redact.HasToken(name) || redact.HasToken(strings.Join(values, "\n")) {
			return true
		}
	}
	return false
}
