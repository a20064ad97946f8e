package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// A client that follows the links of a page would leave the proxy with the second page. So links.pages of a list lead
// to the proxy in what is passed on. The check, and a recording, have the body as the target sent it.

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

// rewrite changes the links of a response, if it is a list that has some. Everything else of the body stays as it is,
// byte for byte. What describes the bytes of the body follows: a length that was given is that of the new body, a
// strong ETag becomes a weak one, since the body means the same, and digests go. Only a body with a link to change is
// decompressed.
func (l linkRewriter) rewrite(resp *http.Response, body []byte) {
	if resp.StatusCode != http.StatusOK || l.host == "" {
		return
	}
	text, ok := decompress.Body(resp.Header, body)
	if !ok || len(text) > traffic.MaxBody {
		return
	}
	changed, ok := l.inBody(text)
	if !ok {
		return
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(changed))
	resp.ContentLength = int64(len(changed))
	header := resp.Header
	if header.Get("Content-Length") != "" {
		header.Set("Content-Length", strconv.Itoa(len(changed)))
	}
	if tag := header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		header.Set("ETag", "W/"+tag)
	}
	for _, name := range []string{"Content-Encoding", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"} {
		header.Del(name)
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
