package redact

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// harmless are the headers that a recording keeps. A list of what to take out would miss what an API or a gateway adds.
var harmless = map[string]bool{
	"Accept":              true,
	"Content-Encoding":    true,
	"Content-Type":        true,
	"Date":                true,
	"Ratelimit-Limit":     true,
	"Ratelimit-Remaining": true,
	"Ratelimit-Reset":     true,
	"Retry-After":         true,
	"X-Gateway":           true, // these three say which server responded
	"X-Request-Id":        true,
	"X-Response-From":     true,
}

// Request adds what the headers of a request authenticate with. Their names may be written in any way.
func (r *Redactor) Request(header http.Header) {
	for name, values := range header {
		if !strings.EqualFold(name, "Authorization") {
			continue
		}
		for _, value := range values {
			r.Credentials(value)
		}
	}
}

// Credentials adds what an Authorization header authenticates with, whatever the scheme. It returns the header with
// only its scheme left.
func (r *Redactor) Credentials(value string) string {
	value = strings.TrimSpace(value)
	space := strings.IndexAny(value, " \t")
	if space < 0 {
		return r.Hide(value)
	}
	credentials := strings.TrimSpace(value[space:])
	words := strings.Fields(credentials)
	echoes := []string{words[len(words)-1]} // a server may echo a part
	if strings.EqualFold(value[:space], "Basic") {
		echoes = append(echoes, basicEchoes(credentials)...)
	}
	return value[:space] + " " + r.Hide(credentials, echoes...)
}

// basicEchoes returns what a server may echo of Basic credentials (RFC 7617): user and password, and each by itself. A
// token can be given as either.
func basicEchoes(credentials string) []string {
	unpadded := strings.TrimRight(credentials, "=")
	plain, err := base64.RawStdEncoding.DecodeString(unpadded)
	if err != nil {
		return nil
	}
	user, password, _ := strings.Cut(string(plain), ":")
	return []string{unpadded, string(plain), user, password}
}

// WithoutUser returns a copy of the URL of a request without its user and password, and adds both to the secrets. A
// token can be given as either. They are sent as Basic credentials, which are added, too.
func (r *Redactor) WithoutUser(u *url.URL) *url.URL {
	clean := *u
	clean.User = nil
	if u.User != nil {
		user := u.User.Username()
		password, _ := u.User.Password()
		r.Hide(user)
		r.Hide(password)
		r.Credentials("Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	return &clean
}

// Headers returns a copy of those headers that are known to be harmless, and of the credentials only their scheme. The
// names have to be in their canonical form.
func (r *Redactor) Headers(header http.Header) http.Header {
	kept := http.Header{}
	for name, values := range header {
		if harmless[name] {
			kept[name] = slices.Clone(values)
		}
	}
	if credentials := header.Get("Authorization"); credentials != "" {
		kept.Set("Authorization", r.Credentials(credentials))
	}
	return kept
}
