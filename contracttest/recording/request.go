package recording

import (
	"net/http"
	"net/url"
	"strings"
)

// Reader reads recordings of every kind that is known. The zero value reads all that is in them.
type Reader struct {
	// Name begins the names of exchanges and the errors of [Reader.Read], but for that of a file that cannot be opened,
	// which has its path. If it is empty, the name of the file does, without its folder.
	Name string

	// Skips returns why a request is not to be read, by its URL: OtherHost or OtherPath. It returns "" for one that is
	// to be read. Of what is skipped nothing but the URL is looked at. If Skips is nil, everything is read.
	Skips func(*url.URL) Reason
}

// want decides by its request whether an entry is to be read. The error says why it is not; it has no Source yet.
func (r Reader) want(method, address string) (*url.URL, *OmittedError) {
	if address == "" {
		return nil, &OmittedError{Reason: Unusable, Detail: "it lacks the URL of its request"}
	}
	u, err := url.Parse(address)
	if err != nil {
		u = roughURL(address)
	}
	reason := Reason("")
	if r.Skips != nil {
		reason = r.Skips(u)
	}
	switch {
	case reason != "":
		return nil, &OmittedError{Reason: reason, URL: u}
	case err != nil:
		return nil, &OmittedError{Reason: Unusable, Detail: "the URL of the request is not a URL"}
	case method == "":
		return nil, &OmittedError{Reason: Unusable, Detail: "it lacks the method of its request", URL: u}
	case strings.EqualFold(method, http.MethodOptions):
		return nil, &OmittedError{Reason: Preflight, URL: u}
	}
	return u, nil
}

// roughURL returns host and path of what is not quite a URL, so that it is known whose it is. Browsers send addresses
// that Go refuses.
func roughURL(address string) *url.URL {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return &url.URL{Path: address}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	host = host[strings.LastIndexByte(host, '@')+1:]
	path, _, _ := strings.Cut(rest[end:], "?")
	return &url.URL{Scheme: scheme, Host: host, Path: path}
}

// hasNoBody reports whether HTTP allows the response to a request no body.
func hasNoBody(method string, status int) bool {
	switch status {
	case http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
		return true
	}
	return strings.EqualFold(method, http.MethodHead) || status/100 == 1
}
