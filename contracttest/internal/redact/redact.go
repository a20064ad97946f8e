// Package redact has every rule about secrets: what one is, and what stands in its place.
//
// Secrets are the tokens that requests authenticate with, what looks like a token of DigitalOcean, and what a caller adds. Each
// becomes [redacted-1], [redacted-2] and so on, with one number for one secret, so that two accounts stay two. An
// e-mail address becomes someone@example.com, so that a body that holds one keeps its form.
//
// A secret shorter than eight characters is not searched for: it is part of any text.
package redact

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minLength is the length from which on a secret is searched for, in bytes.
const minLength = 8

// minPrefix is how much of a secret has to be left, before an ellipsis, for it to be recognized as a truncated one.
const minPrefix = 6

// Someone stands in the place of every e-mail address.
const Someone = "someone@example.com"

// lookalike is what a token of DigitalOcean or an e-mail address looks like, whoever sent it.
const lookalike = `do[opr]_v1_\w+|[\w.+-]+@[\w-]+(\.[\w-]+)+`

// placeholder is what stands in the place of a secret. It holds none, whatever the secrets are.
const placeholder = `\[redacted-\d{1,9}\]`

var isPlaceholder = regexp.MustCompile(`^\[redacted-(\d{1,9})\]$`)

// Redactor takes the secrets it knows out of texts, with one number for each. The zero value knows none. It is not for
// several goroutines at once.
type Redactor struct {
	spellings []spelling     // the longest first, since one may be part of another
	secrets   int            // how many numbers were given
	pattern   *regexp.Regexp // of all spellings and lookalikes; nil when it has to be made again
}

// spelling is one way in which a secret is written.
type spelling struct{ text, instead string }

// Request adds what the headers of a request authenticate with, whatever the scheme.
func (r *Redactor) Request(header http.Header) {
	for _, value := range header.Values("Authorization") {
		r.Credentials(value)
	}
}

// Credentials adds what an Authorization header authenticates with, and returns the header with only its scheme left.
func (r *Redactor) Credentials(value string) string {
	scheme, credentials, found := strings.Cut(strings.TrimSpace(value), " ")
	if !found {
		return r.Hide(scheme)
	}
	words := strings.Fields(credentials)
	return scheme + " " + r.Hide(strings.TrimSpace(credentials), words[len(words)-1])
}

// Hide adds a secret, with other ways in which it may be written, and returns what stands in its place. A short one is not
// searched for in texts.
func (r *Redactor) Hide(secret string, others ...string) (instead string) {
	for _, s := range r.spellings {
		if s.text == secret {
			return s.instead
		}
	}
	if number := isPlaceholder.FindStringSubmatch(secret); number != nil { // of one that was taken out before
		n, _ := strconv.Atoi(number[1])
		r.secrets = max(r.secrets, n)
		return secret
	}
	if secret == "" {
		return ""
	}
	r.secrets++
	instead = fmt.Sprintf("[redacted-%d]", r.secrets)
	for _, text := range append([]string{secret}, others...) {
		r.spellings = append(r.spellings, spelling{text, instead})
	}
	slices.SortStableFunc(r.spellings, func(a, b spelling) int { return len(b.text) - len(a.text) })
	r.pattern = nil
	return instead
}

// Text returns a text without secrets and without e-mail addresses. Secrets are found in either case, since the names of
// headers change theirs.
func (r *Redactor) Text(text string) string {
	if r.pattern == nil {
		r.pattern = r.compile()
	}
	text = r.pattern.ReplaceAllStringFunc(text, r.instead)
	for _, s := range r.spellings {
		if len(s.text) >= minLength {
			text = s.replaceTruncated(text)
		}
	}
	return text
}

// compile returns a pattern of everything that is looked for. It is one, so that what stands in the place of a secret is
// not searched for the next.
func (r *Redactor) compile() *regexp.Regexp {
	var b strings.Builder
	b.WriteString(placeholder)
	for _, s := range r.spellings {
		if len(s.text) >= minLength {
			b.WriteString("|(?i:" + regexp.QuoteMeta(string([]rune(s.text))) + ")") // a header may hold what is not UTF-8
		}
	}
	return regexp.MustCompile(b.String() + "|" + lookalike)
}

// instead returns what stands in the place of a text that the pattern found.
func (r *Redactor) instead(found string) string {
	if isPlaceholder.MatchString(found) {
		return found
	}
	for _, s := range r.spellings {
		if strings.EqualFold(s.text, found) {
			return s.instead
		}
	}
	if strings.Contains(found, "@") {
		return Someone
	}
	return r.Hide(found)
}

// Error returns an error whose text holds no secret: the error itself, for [errors.Is], where its text holds none anyway.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	if text := r.Text(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// replaceTruncated takes out what is left of a secret where [Shorten] cut the text within it.
func (s spelling) replaceTruncated(text string) string {
	parts := strings.Split(text, "…")
	for i, part := range parts[:len(parts)-1] {
		for n := min(len(s.text)-1, len(part)); n >= minPrefix; n-- {
			if rest := len(part) - n; strings.EqualFold(part[rest:], s.text[:n]) {
				parts[i] = part[:rest] + s.instead
				break
			}
		}
	}
	return strings.Join(parts, "…")
}
