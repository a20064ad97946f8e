package wrapper

import (
	"bytes"
	"errors"
	"strings"
)

// minToken is the length of the shortest token that is looked for. A shorter one is part of any text.
const minToken = 6

// redactor takes the token out of what a server sent, before anybody sees it. It is a function, so that %+v of what holds
// it prints no token.
type redactor func([]byte) []byte

func newRedactor(token string) redactor {
	return func(text []byte) []byte {
		if len(token) < minToken || !bytes.Contains(text, []byte(token)) {
			return text
		}
		return bytes.ReplaceAll(text, []byte(token), []byte("[token]"))
	}
}

// clean makes what a server sent fit to be printed: it may repeat the request, the token included, at any length.
func (r redactor) clean(text string) string { return shorten(string(r([]byte(text)))) }

// cleanError replaces an error whose text holds the token or is very long: net/http quotes what a server sent. Others stay
// as they are, for errors.Is.
func (r redactor) cleanError(err error) error {
	const long = 4096
	if text := string(r([]byte(err.Error()))); text != err.Error() || len(text) > long {
		return errors.New(shorten(text))
	}
	return err
}

// shorten keeps what a server sent from filling a log.
func shorten(s string) string {
	const limit = 500
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
