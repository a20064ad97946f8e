package recording

import (
	"net/http"
	"slices"
	"strings"
)

const (
	maxSecrets = 64       // tokens of one archive: few sessions have more than one or two
	maxSecret  = 16 << 10 // bytes of one
)

// secrets are what the requests of an archive authenticate with. A response may repeat the token of another request.
type secrets struct{ list []string }

// addHeader adds the credentials in the headers of a request.
func (s *secrets) addHeader(header http.Header) {
	for name, values := range header {
		if strings.EqualFold(name, "Authorization") {
			for _, value := range values {
				s.addCredentials(value)
			}
		}
	}
}

// addCredentials adds what follows the scheme in an Authorization header.
func (s *secrets) addCredentials(value string) {
	value = strings.TrimSpace(value)
	if _, credentials, found := strings.Cut(value, " "); found {
		value = strings.TrimSpace(credentials)
	}
	if value == "" || len(value) > maxSecret || len(s.list) >= maxSecrets || slices.Contains(s.list, value) {
		return
	}
	s.list = append(s.list, value)
}
