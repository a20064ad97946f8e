package wrapper

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"

	"example.com/doimages/gen"
)

// Client calls the images API for one account. [NewClient] makes one; the zero value cannot be used. Many goroutines
// may use a Client at the same time.
type Client struct {
	api  *gen.ClientWithResponses
	send *sender
}

// NewClient returns a client that authenticates with a token. It sends no request.
//
// An empty token is an error, and so is one that no header can carry. A base URL is an error if it is malformed, would
// send the token over plain http, or has the path /v2 or /v2/images, which the client adds. So is an option that is
// nil, or has a value that cannot be used.
func NewClient(token string, options ...Option) (*Client, error) {
	if err := checkToken(token); err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	config, err := newConfig(options)
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	send := &sender{config: config, token: newSecret(token)}
	base, err := parseBaseURL(send.baseURL)
	if err != nil {
		// The address may be the token, if the caller mixed them up.
		return nil, fmt.Errorf("new client: %w", send.token.cleanError(err))
	}
	send.base = base
	api, err := gen.NewClientWithResponses(base.String(), gen.WithHTTPClient(send))
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	return &Client{api: api, send: send}, nil
}

// API returns the generated client, for what the wrapper does not offer. It shares the wrapper's token, address, HTTP
// client, logger, retries and limits.
//
// A request without a response, or with a truncated success, fails with an [*Error] whose Operation is empty. A status
// that is not a success is not an error there. It does no paging or waiting.
func (c *Client) API() *gen.ClientWithResponses { return c.api }

// RateLimit returns the request budget as of the latest response that had one, or the zero value before the first.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func (c *Client) RateLimit() RateLimit { return c.send.pacer.rateLimit() }

func checkToken(token string) error {
	if token == "" {
		return errors.New("the token is empty")
	}
	isUnfit := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }
	if strings.ContainsFunc(token, isUnfit) {
		return errors.New("the token contains white space, a quote, a backslash or a non-ASCII character; " +
			"check for a trailing newline")
	}
	return nil
}

// parseBaseURL returns the address of the API, or what is wrong with it. No error quotes the whole address: it may have
// a password or a key in it, at a place that nobody expects.
func parseBaseURL(address string) (*url.URL, error) {
	if strings.Contains(address, "@") {
		return nil, errors.New("base URL: it cannot contain an @: credentials do not belong there; in a path write %40")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("base URL: it is not a URL")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("base URL: it must begin with https:// and a host")
	}
	if u.ForceQuery || u.RawQuery != "" || u.Fragment != "" { // after a lone ? the path would be lost
		return nil, errors.New("base URL: it cannot have a query or a fragment")
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return nil, fmt.Errorf("base URL: plain http to %s would expose the token; only loopback hosts may use it",
			u.Host)
	}
	if err := checkPort(u.Port()); err != nil {
		return nil, err
	}
	if own := path.Clean("/" + u.Path); isPathOfAPI(own) {
		return nil, fmt.Errorf("base URL: /v2/images is added to it; without %s it is %s://%s", own, u.Scheme, u.Host)
	}
	return u, nil
}

// checkPort takes the port of a URL that was parsed: digits, as many as there may be, or nothing.
func checkPort(port string) error {
	if port == "" {
		return nil
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
		return fmt.Errorf("base URL: the port %s is not from 1 to 65535", shorten(port))
	}
	return nil
}

// isPathOfAPI reports whether a path is one that the client adds by itself, in upper or lower case: nobody has a proxy
// under such a path, but many take it for a part of the base URL.
func isPathOfAPI(p string) bool {
	return strings.EqualFold(p, "/v2") || strings.EqualFold(p, "/v2/images")
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
