package wrapper

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// Everything about secrets is in this file. A client has one, its token. It leaves the client in the Authorization
// header and nowhere else: a server may repeat it in any header or body, so each is searched for it before anything
// is made of it.

const (
	// minSecret is the length of the shortest token that is searched for. Shorter ones, as in tests, occur in any text.
	minSecret = 8

	// placeholder replaces the token. It is numbered as in recordings, where there may be several tokens.
	placeholder = "[redacted-1]"

	// maxText is how many bytes of a server's text an error keeps, so that no server can fill a log.
	maxText = 500

	// maxExcerpt is how many bytes of a body an error quotes.
	maxExcerpt = 100

	// maxErrorText is how many bytes the text of an error from outside may have before it is shortened to maxText.
	maxErrorText = 4 << 10

	// maxKept is how long the text of an error may be that is kept in memory: a certificate with many names, which the
	// error lists, has a few kilobytes.
	maxKept = 64 << 10
)

// secret is the token of a client. It is a function because %+v prints the fields of a struct, but not what a function
// captured.
type secret func() string

func newSecret(token string) secret { return func() string { return token } }

// authorize adds the token to the headers of a request.
func (s secret) authorize(h http.Header) { h.Set("Authorization", "Bearer "+s()) }

// redact returns text with the token replaced by the placeholder.
func (s secret) redact(text []byte) []byte {
	token := []byte(s())
	if len(token) < minSecret || !bytes.Contains(text, token) {
		return text
	}
	return bytes.ReplaceAll(text, token, []byte(placeholder))
}

// clean returns text without the token, on one line, and shortened.
func (s secret) clean(text string) string { return shorten(printable(string(s.redact([]byte(text))))) }

// printable returns text on one line, so that no server can write lines of its own into a log, or colour it. What
// cannot be printed becomes a space: left out, it could hide the token from redact, and show it here.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// cleanError returns an error whose text has no token in it and is not long: net/http quotes what a server sent, and
// the URL of the request. What the error wraps is still found by errors.Is and errors.As, unless its own text has the
// token in it or is longer than maxKept.
func (s secret) cleanError(err error) error {
	text := err.Error()
	redacted := string(s.redact([]byte(text)))
	hasToken := redacted != text
	if !hasToken && len(text) <= maxErrorText {
		return err
	}
	if request, ok := err.(*url.Error); ok {
		return &url.Error{
			Op:  s.clean(request.Op),
			URL: s.clean(request.URL),
			Err: s.cleanError(request.Err),
		}
	}
	if hasToken || len(text) > maxKept {
		return errors.New(shorten(redacted))
	}
	return &shortened{text: shorten(text), err: err}
}

// shortened is an error with the beginning of its text.
type shortened struct {
	text string
	err  error
}

func (s *shortened) Error() string { return s.text }
func (s *shortened) Unwrap() error { return s.err }

// shorten cuts text to maxText bytes.
func shorten(text string) string { return shortenTo(maxText, text) }

func shortenTo(size int, text string) string {
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:size], "") + "…"
}

// excerpt returns the beginning of a redacted body, on one line and with single spaces.
func excerpt(body []byte) string {
	body = bytes.TrimSpace(body)
	beginning := printable(string(body[:min(len(body), 4*maxExcerpt)]))
	return shortenTo(maxExcerpt, strings.Join(strings.Fields(beginning), " "))
}
