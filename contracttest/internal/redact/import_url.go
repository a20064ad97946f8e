package redact

import (
	"encoding/json"
	"regexp"
	"strings"
)

// importURL is the field of a create that has the address from which an image is imported, its name also with escapes.
// The body is not decoded, so that what is recorded is what was sent, with all its faults.
var importURL = regexp.MustCompile(
	`(?i)("(?:u|\\u00[57]5)(?:r|\\u00[57]2)(?:l|\\u00[46]c)"\s*:\s*)("(?:[^"\\]|\\.)*")`)

// minUndelimited is the length from which on a part of an address is also searched for without its delimiters, in
// bytes.
const minUndelimited = 16

// ImportURL returns the body of a create without query, fragment and credentials in the address of the import. It
// adds them to the secrets: a response may repeat them.
//
// https://docs.digitalocean.com/reference/api/reference/images/#images_create_custom
func (r *Redactor) ImportURL(body string) string {
	return importURL.ReplaceAllStringFunc(body, func(field string) string {
		parts := importURL.FindStringSubmatch(field)
		name, value := parts[1], parts[2]
		var address string
		if json.Unmarshal([]byte(value), &address) != nil {
			return name + `"` + r.Hide(value) + `"`
		}
		clean := r.Address(address)
		if clean == address {
			return field
		}
		text, _ := json.Marshal(clean)
		return name + string(text)
	})
}

// Address returns the address of an import without its credentials, and with a placeholder for its query and for its
// fragment. It adds them to the secrets: a response or an error may repeat the address. [Redactor.Text] then finds
// them with their delimiters.
func (r *Redactor) Address(address string) string {
	rest, fragment, hasFragment := strings.Cut(address, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	clean := r.withoutCredentials(rest)
	if hasQuery {
		clean += "?" + r.hidePart("?", query)
	}
	if hasFragment {
		clean += "#" + r.hidePart("#", fragment)
	}
	return clean
}

// withoutCredentials returns an address without its user and password. Query and fragment have been taken off it.
func (r *Redactor) withoutCredentials(address string) string {
	_, rest, found := strings.Cut(address, "//")
	if !found {
		rest = address
	}
	host, _, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return address
	}
	credentials := host[:at]
	if credentials != "" {
		r.hideEchoes("//"+credentials+"@", credentials)
	}
	return address[:len(address)-len(rest)] + strings.TrimPrefix(rest, credentials+"@")
}

// hidePart adds what follows a delimiter in an address, and returns its placeholder. That of an earlier copy is no
// secret: with its delimiter it would be one, and the next copy would lose the delimiter.
func (r *Redactor) hidePart(delimiter, part string) string {
	if part == "" || r.noteNumber(part) {
		return part
	}
	return r.hideEchoes(delimiter+part, part)
}

// hideEchoes adds a part of an address, and returns its placeholder. It is searched for with its delimiters, so that a
// short one does not match elsewhere; a long one also without.
func (r *Redactor) hideEchoes(delimited, part string) string {
	if len(part) >= minUndelimited {
		return r.Hide(delimited, part)
	}
	return r.Hide(delimited)
}
