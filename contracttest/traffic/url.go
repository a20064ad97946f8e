package traffic

import (
	"net/url"
	"strings"
)

// CanonicalURL returns a URL with its path as the contract writes it: without repeated slashes, without one at its end,
// and with letters, digits, "-", "_" and "~" in place of their percent-encodings, which mean the same (RFC 3986,
// section 6.2.2.2). A dot stays encoded, since it could become a part of ".."; so does a slash, which a slug may hold.
// A URL that is so already is returned as it is, and not copied.
func CanonicalURL(u *url.URL) *url.URL {
	written := u.EscapedPath()
	path := canonicalPath(written)
	if path == written {
		return u
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return u
	}
	canonical := *u
	canonical.Path, canonical.RawPath = decoded, path
	return &canonical
}

// canonicalPath returns a path in its canonical form. Most are in it already, and cost next to nothing.
func canonicalPath(path string) string {
	if strings.Contains(path, "%") {
		path = decodeUnreserved(path)
	}
	path = singleSlashes(path)
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// singleSlashes returns a path without repeated slashes.
func singleSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// decodeUnreserved decodes the percent-encodings of characters that need none.
func decodeUnreserved(path string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(path, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if len(after) < 2 {
			return b.String() + "%" + after
		}
		character, err := url.PathUnescape("%" + after[:2])
		if err != nil || !isUnreserved(character) {
			character = "%" + after[:2]
		}
		b.WriteString(character)
		path = after[2:]
	}
}

// isUnreserved reports whether a character means the same whether or not it is percent-encoded.
func isUnreserved(character string) bool {
	c := character[0]
	isLetter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	return isLetter || '0' <= c && c <= '9' || strings.Contains("-_~", character)
}
