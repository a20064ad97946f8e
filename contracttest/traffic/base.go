package traffic

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"
)

// Base is where a server has the API: scheme, host, port and a path before /v2/images, such as
// https://proxy.example/do. [ParseBase] makes one. The zero value is no address, to which nothing belongs.
type Base struct{ address *url.URL }

// ParseBase returns the base of an address. It refuses what the client of package wrapper refuses, but for plain http,
// which is for whoever sends a token to decide. No error quotes the address beyond its host: it may have a password or
// a key in it.
func ParseBase(address string) (Base, error) {
	if strings.Contains(address, "@") {
		return Base{}, errors.New("it cannot contain an @: credentials do not belong there; in a path write %40")
	}
	u, err := url.Parse(address)
	if err != nil {
		return Base{}, errors.New("it is not a URL")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return Base{}, errors.New("it must begin with https:// and a host")
	}
	if u.ForceQuery || u.RawQuery != "" || u.Fragment != "" {
		return Base{}, errors.New("it cannot have a query or a fragment")
	}
	if own := path.Clean("/" + u.Path); own == "/v2" || own == imagesPath {
		return Base{}, fmt.Errorf("/v2/images is added to it; without %s it is %s://%s", own, u.Scheme, u.Host)
	}
	u = CanonicalURL(u.JoinPath()) // without .. and repeated slashes, as a client resolves it
	if u.Path == "/" {
		u.Path, u.RawPath = "", ""
	}
	return Base{address: u}, nil
}

// String returns the address, without a slash at its end; "" for the zero value.
func (b Base) String() string {
	if b.address == nil {
		return ""
	}
	return b.address.String()
}

// URL returns a copy of the address; nil for the zero value.
func (b Base) URL() *url.URL {
	if b.address == nil {
		return nil
	}
	u := *b.address
	return &u
}

// Strip returns a URL of the images API at this base as the contract knows it, which is without the path of the base,
// and reports whether it is one. The host stays: links in a response may lead there. Any other URL is returned as it
// is.
func (b Base) Strip(u *url.URL) (*url.URL, bool) {
	if b.address == nil || u == nil || u.Scheme != b.address.Scheme || !SameServer(u, b.address) {
		return u, false
	}
	prefix := b.address.EscapedPath()
	if prefix == "" {
		return u, IsImagesPath(u.Path)
	}
	rest, ok := strings.CutPrefix(CanonicalURL(u).EscapedPath(), prefix)
	if !ok {
		return u, false
	}
	decoded, err := url.PathUnescape(rest)
	if err != nil || !IsImagesPath(decoded) {
		return u, false
	}
	stripped := *u
	stripped.Path, stripped.RawPath = decoded, rest
	return &stripped, true
}

// Exchange returns an exchange at this base as the contract knows it: with the URL of [Base.Strip], and the path of the
// base as its prefix. It reports whether it is one. Any other is returned as it is.
func (b Base) Exchange(e Exchange) (Exchange, bool) {
	u, ok := b.Strip(e.URL)
	if ok {
		e.URL, e.Prefix = u, b.address.Path
	}
	return e, ok
}

// SameServer reports whether two URLs have the same host and port, whatever they call this machine ([IsLoopback]): a
// client that asks for localhost may be told of 127.0.0.1. The port of its scheme is the same as none.
func SameServer(a, b *url.URL) bool { return server(a) == server(b) }

// server returns the host and the port of a URL in one form.
func server(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		port = ""
	}
	if IsLoopback(host) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
