package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// A client that follows the links of a page would leave the proxy with the second page. So links.pages of a list, and
// the headers Location and Link, lead to the proxy in what is passed on. The check, and a recording, have them as the
// target sent them.

// linkRewriter makes links that lead to the target lead to the proxy.
type linkRewriter struct {
	targets []traffic.Base // the target, its host without the path, and the API, to which links of a gateway may lead
	host    string         // of the proxy, with its port, as the client calls it
}

// newLinkRewriter returns one for the requests of a client that calls the proxy by this host.
func newLinkRewriter(target traffic.Base, host string) linkRewriter {
	l := linkRewriter{targets: []traffic.Base{target}, host: host}
	u := target.URL()
	for _, address := range []string{u.Scheme + "://" + u.Host, openapi.BaseURL} {
		if base, err := traffic.ParseBase(address); err == nil {
			l.targets = append(l.targets, base)
		}
	}
	return l
}

// rewrite changes the links of a response: those of its headers, and those of its body if it is a list that has some.
// Everything else of the body stays as it is, byte for byte. Only a body with a link to change is decompressed.
func (l linkRewriter) rewrite(resp *http.Response, body []byte) {
	if l.host == "" {
		return
	}
	l.inHeaders(resp.Header)
	if resp.StatusCode != http.StatusOK {
		return
	}
	text, ok := decompress.Body(resp.Header, body)
	if !ok || len(text) > traffic.MaxBody {
		return
	}
	if changed, ok := l.inBody(text); ok {
		setBody(resp, changed)
	}
}

// linkTarget is the target of a link in a Link header (RFC 8288, section 3).
var linkTarget = regexp.MustCompile(`<[^<>]*>`)

// inHeaders changes the links of headers.
func (l linkRewriter) inHeaders(header http.Header) {
	for i, address := range header["Location"] {
		if rewritten, ok := l.link(address); ok {
			header["Location"][i] = rewritten
		}
	}
	for i, links := range header["Link"] {
		header["Link"][i] = linkTarget.ReplaceAllStringFunc(links, func(target string) string {
			if rewritten, ok := l.link(target[1 : len(target)-1]); ok {
				return "<" + rewritten + ">"
			}
			return target
		})
	}
}

// inBody returns a body with other links, and reports whether there are any. One that is not JSON is left alone.
func (l linkRewriter) inBody(body []byte) ([]byte, bool) {
	var changed []byte
	end := 0 // of what was copied
	err := eachLink(body, func(from, to int) error {
		link, err := jsontext.AppendUnquote(nil, body[from:to])
		if err != nil {
			return err
		}
		rewritten, ok := l.link(string(link))
		if !ok {
			return nil
		}
		changed = append(changed, body[end:from]...)
		changed, err = jsontext.AppendQuote(changed, rewritten)
		end = to
		return err
	})
	if err != nil || end == 0 {
		return nil, false
	}
	return append(changed, body[end:]...), true
}

// link returns a link that leads to the proxy instead, and reports whether it leads to the target at all. The scheme
// does not count: a gateway that ends TLS may name another than its own.
func (l linkRewriter) link(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return "", false
	}
	for _, target := range l.targets {
		u.Scheme = target.URL().Scheme
		if stripped, ok := target.Strip(u); ok {
			rewritten := *stripped
			rewritten.Scheme, rewritten.Host = "http", l.host
			return rewritten.String(), true
		}
	}
	return "", false
}

// errNotAnObject ends the search for links in a body that cannot have any.
var errNotAnObject = errors.New("not an object")

// eachLink calls found with the place of every string in links.pages of a JSON object. It is as lenient as clients are,
// and leaves what follows the object alone: the check has judged the body.
func eachLink(body []byte, found func(from, to int) error) error {
	decoder := jsontext.NewDecoder(bytes.NewReader(body),
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
	)
	return eachMember(decoder, func(name string) error {
		if name != "links" || decoder.PeekKind() != '{' {
			return decoder.SkipValue()
		}
		return eachMember(decoder, func(name string) error {
			if name != "pages" || decoder.PeekKind() != '{' {
				return decoder.SkipValue()
			}
			return eachMember(decoder, func(string) error {
				value, err := decoder.ReadValue()
				if err != nil || value.Kind() != '"' {
					return err
				}
				to := int(decoder.InputOffset())
				return found(to-len(value), to)
			})
		})
	})
}

// eachMember reads an object, and calls read with each name; it has to read the value.
func eachMember(decoder *jsontext.Decoder, read func(name string) error) error {
	token, err := decoder.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != '{' {
		return errNotAnObject
	}
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		if err := read(name.String()); err != nil {
			return err
		}
	}
	_, err = decoder.ReadToken()
	return err
}
