package recording

import (
	"encoding/json"
	"regexp"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// importURL is the address that an image is imported from, in the body of a create.
var importURL = regexp.MustCompile(`(?i)("url"\s*:\s*)("(?:[^"\\]|\\.)*")`)

// redactImportURL takes query, fragment and credentials out of the address of an import, which can be a signature, and adds
// them to the secrets: a response may repeat them.
func redactImportURL(body string, secrets *redact.Redactor) string {
	return importURL.ReplaceAllStringFunc(body, func(field string) string {
		parts := importURL.FindStringSubmatch(field)
		var address string
		if json.Unmarshal([]byte(parts[2]), &address) != nil {
			return parts[1] + `"` + secrets.Hide(parts[2]) + `"`
		}
		clean := redactAddress(address, secrets)
		if clean == address {
			return field
		}
		text, _ := json.Marshal(clean)
		return parts[1] + string(text)
	})
}

// redactAddress returns an address without credentials, and with a placeholder for its query and its fragment.
func redactAddress(address string, secrets *redact.Redactor) string {
	rest, fragment, hasFragment := strings.Cut(address, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	scheme, rest, found := strings.Cut(rest, "//")
	if !found {
		scheme, rest = "", scheme
	}
	host, _, _ := strings.Cut(rest, "/")
	credentials := host[:max(strings.LastIndexByte(host, '@'), 0)]

	clean := address[:len(scheme)]
	if found {
		clean += "//"
	}
	clean += strings.TrimPrefix(rest, credentials+"@")
	if credentials != "" {
		addEchoes(secrets, "//"+credentials+"@", credentials)
	}
	if hasQuery {
		clean += "?"
		if query != "" {
			clean += addEchoes(secrets, "?"+query, query)
		}
	}
	if hasFragment {
		clean += "#"
		if fragment != "" {
			clean += addEchoes(secrets, "#"+fragment, fragment)
		}
	}
	return clean
}

// addEchoes adds a part of an address to the secrets, in every way in which JSON writes it, and returns its placeholder. It
// is searched for with its delimiters, so that a short one is found there and nowhere else; a long one also without.
func addEchoes(secrets *redact.Redactor, delimited, part string) string {
	spellings := []string{}
	if len(part) >= 16 {
		spellings = append(spellings, part)
	}
	escaped, _ := json.Marshal(delimited)
	slashed := strings.ReplaceAll(delimited, "/", `\/`)
	spellings = append(spellings, string(escaped[1:len(escaped)-1]), slashed, strings.ReplaceAll(slashed, "&", `\u0026`))
	return secrets.Hide(delimited, spellings...)
}
