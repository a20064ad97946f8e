package redact

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minLength is the length from which on a secret is searched for, in bytes.
const minLength = 8

// minPrefix is how much of a secret has to be left, before an ellipsis, for it to be recognized as a truncated one.
const minPrefix = 6

// Someone replaces every e-mail address. In a query its @ stays escaped.
const Someone = "someone@example.com"

// escapedAt is the @ of an e-mail address in a query.
const escapedAt = "%40"

// lookalike is what a token of DigitalOcean or an e-mail address looks like, whoever sent it. The address can be that
// of a query: escapes before the @ belong to it, since half of one would leave a URL that cannot be parsed.
const lookalike = `do[opr]_v1_\w+|([\w.+-]|%[[:xdigit:]]{2})+(@|` + escapedAt + `)[\w-]+(\.[\w-]+)+`

// placeholder is what replaces a secret. Nine digits fit into an int everywhere.
const placeholder = `\[redacted-\d{1,9}\]`

var isPlaceholder = regexp.MustCompile(`^\[redacted-(\d{1,9})\]$`)

// Redactor takes the secrets it knows out of texts, with one number for each. The zero value knows none. It is not safe
// for concurrent use.
type Redactor struct {
	spellings []spelling     // the longest first, since one may be part of another
	secrets   int            // the highest number that was given, or seen in a placeholder
	pattern   *regexp.Regexp // of all spellings and lookalikes; nil when it has to be made again
}

// spelling is one way in which a secret is written.
type spelling struct{ text, instead string }

// Hide adds a secret, with other ways in which it may be written, and returns what replaces it. One shorter than eight
// bytes is not searched for in texts. A placeholder is returned as it is.
func (r *Redactor) Hide(secret string, others ...string) (instead string) {
	for _, s := range r.spellings {
		if s.text == secret {
			return s.instead
		}
	}
	if number := isPlaceholder.FindStringSubmatch(secret); number != nil { // of a secret that was taken out before
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
		r.add(spelling{text: text, instead: instead})
		r.add(spelling{text: Printable(text), instead: instead}) // texts may have been made printable before they come here
	}
	slices.SortStableFunc(r.spellings, func(a, b spelling) int { return len(b.text) - len(a.text) })
	r.pattern = nil
	return instead
}

func (r *Redactor) add(s spelling) {
	if !slices.Contains(r.spellings, s) {
		r.spellings = append(r.spellings, s)
	}
}

// Text returns a text without secrets and without e-mail addresses. Secrets are found in either case, since the names
// of headers change theirs.
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

// Error returns an error whose text has no secret. That is the error itself, for [errors.Is], if its text has none
// anyway.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	if text := r.Text(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// compile returns a pattern of everything that is searched for. It is one pattern, so that a placeholder is not
// searched for the next secret. It prefers the longest match: a secret may begin as another does, or as a lookalike.
func (r *Redactor) compile() *regexp.Regexp {
	var b strings.Builder
	b.WriteString(placeholder)
	for _, s := range r.spellings {
		if len(s.text) >= minLength {
			b.WriteString("|(?i:" + regexp.QuoteMeta(string([]rune(s.text))) + ")") // a header may have what is not UTF-8
		}
	}
	pattern := regexp.MustCompile(b.String() + "|" + lookalike)
	pattern.Longest()
	return pattern
}

// instead returns what replaces a text that the pattern found.
func (r *Redactor) instead(found string) string {
	for _, s := range r.spellings {
		if strings.EqualFold(s.text, found) {
			return s.instead
		}
	}
	switch {
	case strings.Contains(found, "@"):
		return Someone
	case strings.Contains(found, escapedAt):
		return strings.Replace(Someone, "@", escapedAt, 1)
	}
	return r.Hide(found) // a lookalike, or a placeholder
}

// replaceTruncated replaces what is left of a secret where [Shorten] truncated the text within it.
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
