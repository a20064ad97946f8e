package redact

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Redactor takes the secrets it knows out of texts, with one number for each. The zero value knows none. It is not safe
// for concurrent use.
type Redactor struct {
	numbered map[string]string // the placeholder of each secret and of each lookalike, by their spellings in lower case
	searched map[string]string // the placeholder of each spelling, or piece of one, that is searched for
	index    *index            // of searched; nil when it has to be made again
	secrets  int               // the highest number that was given, or seen in a placeholder
}

// Hide adds a secret, with other ways in which it may be written, and returns what replaces it. Those of URLs and of
// JSON need not be given. One shorter than eight bytes is not searched for in texts. A placeholder is returned as it
// is.
func (r *Redactor) Hide(secret string, others ...string) (instead string) {
	if secret == "" || r.noteNumber(secret) {
		return secret
	}
	instead = r.number(secret)
	for _, text := range append([]string{secret}, others...) {
		r.add(text, instead)
	}
	return instead
}

// noteNumber reports whether a text is a placeholder. No other secret gets its number.
func (r *Redactor) noteNumber(text string) bool {
	number := isPlaceholder.FindStringSubmatch(text)
	if number == nil {
		return false
	}
	n, _ := strconv.Atoi(number[1])
	r.secrets = max(r.secrets, n)
	return true
}

// number returns the placeholder of a secret.
func (r *Redactor) number(secret string) string {
	secret = toLower(secret)
	if instead := r.numbered[secret]; instead != "" {
		return instead
	}
	r.secrets++
	instead := fmt.Sprintf("[redacted-%d]", r.secrets)
	r.remember(secret, instead)
	return instead
}

func (r *Redactor) remember(text, instead string) {
	if r.numbered == nil {
		r.numbered, r.searched = map[string]string{}, map[string]string{}
	}
	if r.numbered[text] == "" {
		r.numbered[text] = instead
	}
}

// add adds a spelling to those that are searched for, as it is and as it may have become on its way here: printable,
// without what is not UTF-8, and without escapes that it has itself.
func (r *Redactor) add(text, instead string) {
	forms := []string{text, Printable(text), string([]rune(text))}
	for range maxNesting {
		last := forms[len(forms)-1]
		forms = append(forms, decode(last, '\\'), decode(last, '%'))
	}
	for _, form := range forms {
		form = toLower(form)
		r.remember(form, instead)
		for _, piece := range pieces(form) {
			if len(piece) < minLength || r.searched[piece] != "" {
				continue
			}
			r.searched[piece] = instead
			r.index = nil
		}
	}
}

// pieces returns the pieces that a secret is searched for in. The last ends where the secret does.
func pieces(text string) (all []string) {
	for rest := text; len(rest) > maxPiece; rest = rest[maxPiece:] {
		all = append(all, rest[:maxPiece])
	}
	return append(all, text[max(0, len(text)-maxPiece):])
}

// Text returns a text without secrets and without e-mail addresses. Secrets are found in upper and lower case,
// since the names of headers change theirs, and in every spelling that URLs and JSON have for them.
func (r *Redactor) Text(text string) string {
	if r.index == nil {
		r.index = newIndex(r.searched)
	}
	return r.replace(text, r.search(text, visits{}, 0))
}

// search returns what is to be replaced in a text. It searches the text as it is, and then without its escapes of each
// kind: whatever encodings a text passed through, to undo them in their order leads back to it.
func (r *Redactor) search(text string, seen visits, nesting int) []span {
	found := append(r.index.find(toLower(text)), findLookalikes(text)...)
	for _, introducer := range []byte(introducers) {
		plain := decode(text, introducer)
		if plain == text || nesting == maxNesting || !seen.add(plain) {
			continue
		}
		spelled := r.search(plain, seen, nesting+1)
		toEncoded(text, introducer, spelled)
		found = append(found, spelled...)
	}
	return withoutOverlaps(found)
}

// replace replaces what was found in a text.
func (r *Redactor) replace(text string, found []span) string {
	if len(found) == 0 {
		return text
	}
	for _, s := range found { // before a number is given
		if s.kind == isReplaced {
			r.noteNumber(s.plain)
		}
	}
	var b strings.Builder
	from := 0
	for _, s := range found {
		b.WriteString(text[from:s.start])
		b.WriteString(r.instead(s, text[s.start:s.end]))
		from = s.end
	}
	b.WriteString(text[from:])
	return b.String()
}

// instead returns what replaces a text that was found, as it is spelled there.
func (r *Redactor) instead(s span, spelled string) string {
	switch s.kind {
	case isToken: // it is found again without being searched for
		return r.number(s.plain)
	case isAddress:
		return someone(spelled)
	case isUserinfo:
		return anyUser
	case isReplaced: // without what may overlap it
		return s.plain
	}
	return s.instead
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
