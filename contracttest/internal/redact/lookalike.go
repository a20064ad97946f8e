package redact

import (
	"regexp"
	"strings"
)

// Someone replaces every e-mail address. In a query its @ stays escaped.
const Someone = "someone@example.com"

// anyUser replaces user and password of a URL, which can then still be parsed, and has nothing like an e-mail address
// in it.
const anyUser = "***"

// What is taken out of a text whoever sent it.
var (
	token    = regexp.MustCompile(`(?i)do[opr]_v1_\w+`)
	address  = regexp.MustCompile(`[\pL\pN_.+-][\pL\pN_.+@-]*@[\pL\pN_-]+(?:\.[\pL\pN_-]+)+`)
	userinfo = regexp.MustCompile(`://[^/?#\s"<>\\]+@`)

	placeholder   = regexp.MustCompile(`\[redacted-(\d{1,9})\]`) // nine digits fit into an int everywhere
	isPlaceholder = regexp.MustCompile(`^\[redacted-(\d{1,9})\]$`)

	// spelledAt is the @ of an e-mail address, as a text may spell it.
	spelledAt = regexp.MustCompile(`@|%(?:25)*40|\\+u0040`)
)

// HasToken reports whether a text has what looks like a token of DigitalOcean, however it is spelled.
func HasToken(text string) bool { return hasToken(text, visits{}, 0) }

func hasToken(text string, seen visits, nesting int) bool {
	if mayHaveToken(text) && token.MatchString(text) {
		return true
	}
	for _, introducer := range []byte(introducers) {
		plain := decode(text, introducer)
		if plain == text || nesting == maxNesting || !seen.add(plain) {
			continue
		}
		if hasToken(plain, seen, nesting+1) {
			return true
		}
	}
	return false
}

// mayHaveToken rules out nearly every text in little time.
func mayHaveToken(text string) bool {
	return strings.Contains(text, "_v1_") || strings.Contains(text, "_V1_")
}

// findLookalikes returns where a text has what looks like a secret, and placeholders of those that were taken out
// before.
func findLookalikes(text string) (found []span) {
	if strings.Contains(text, "[redacted-") {
		found = appendMatches(found, text, placeholder, isReplaced)
	}
	if mayHaveToken(text) {
		found = appendMatches(found, text, token, isToken)
	}
	if !strings.Contains(text, "@") {
		return found
	}
	for _, at := range userinfo.FindAllStringIndex(text, -1) {
		at[0], at[1] = at[0]+len("://"), at[1]-len("@")
		found = append(found, span{start: at[0], end: at[1], kind: isUserinfo, plain: text[at[0]:at[1]]})
	}
	for _, at := range address.FindAllStringIndex(text, -1) {
		if e, ok := escapeAround(text, at[0]); ok {
			at[0] = e.end // the letters of an escape are no part of a name
		}
		if plain := text[at[0]:at[1]]; strings.Index(plain, "@") > 0 {
			found = append(found, span{start: at[0], end: at[1], kind: isAddress, plain: plain})
		}
	}
	return found
}

func appendMatches(found []span, text string, pattern *regexp.Regexp, kind kind) []span {
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		found = append(found, span{start: at[0], end: at[1], kind: kind, plain: text[at[0]:at[1]]})
	}
	return found
}

// someone returns what replaces an e-mail address, with its @ as it was spelled: a query stays one.
func someone(spelled string) string {
	at := "@"
	if all := spelledAt.FindAllString(spelled, -1); len(all) > 0 {
		at = all[len(all)-1]
	}
	return strings.Replace(Someone, "@", at, 1)
}
