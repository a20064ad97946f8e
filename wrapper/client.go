// Package wrapper is a client for DigitalOcean's images: a thin layer over the generated client in package gen that
// reads lists to their end, waits for imports and actions, and turns every failure into an error that says what failed.
//
//	client, err := wrapper.NewClient(os.Getenv("DIGITALOCEAN_TOKEN"))
//	…
//	for image, err := range client.Images(ctx, wrapper.ListParams{Private: true}) {
//
// Types of the API, such as gen.Image, come from package gen unchanged. A Client may be used by many goroutines.
//
// A call that the API refuses, or does not answer as it should, fails with an *Error, which errors.Is tells apart
// (ErrNotFound, …); input that cannot be sent fails with another error.
//
// The API's own description: https://docs.digitalocean.com/reference/api/reference/images/
package wrapper

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// Client calls the images API for one account. NewClient makes one; the zero value cannot be used.
type Client struct {
	api  *gen.ClientWithResponses
	send *sender
}

// NewClient returns a client that authenticates with the given token. It makes no request. An empty token, one that
// cannot stand in a header, or a base URL that is malformed or would send the token in the clear is an error.
func NewClient(token string, options ...Option) (*Client, error) {
	c := config{
		baseURL:     "https://api.digitalocean.com",
		userAgent:   defaultUserAgent,
		pacer:       &pacer{},
		maxBody:     32 << 20,
		repeats:     2,
		concurrency: 16,
	}
	for _, option := range options {
		option(&c)
	}
	if token == "" {
		return nil, errors.New("new client: the token is empty")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return nil, errors.New("new client: the token holds white space, a quote, a backslash or a character that no header may carry; was it read with its line end?")
	}
	base, err := parseBaseURL(c.baseURL)
	if err != nil {
		// A token passed where the address belongs must not be printed either.
		return nil, fmt.Errorf("new client: %s", strings.ReplaceAll(err.Error(), token, "[token]"))
	}
	httpClient := http.Client{Timeout: time.Minute} // so that a server that falls silent cannot hold a caller without a deadline
	if c.http != nil {
		httpClient = *c.http
	}
	httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &httpClient
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	send := &sender{
		config: c,
		base:   base,
		redact: newRedactor(token),
		// A closure keeps the token out of reach of %+v, which prints the fields of a struct but no captured value.
		authorize: func(h http.Header) { h.Set("Authorization", "Bearer "+token) },
	}
	api, err := gen.NewClientWithResponses(base.String(), gen.WithHTTPClient(send))
	if err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	return &Client{api: api, send: send}, nil
}

// API returns the generated client, for what the wrapper does not offer. It shares the wrapper's token, address, HTTP
// client, logger, retries and limits; a request that got no answer, or half a success, is an *Error without Operation. It
// knows neither paging nor waiting, and returns an undocumented status without an error.
func (c *Client) API() *gen.ClientWithResponses { return c.api }

// RateLimit returns what the latest response that carried rate-limit headers said, or the zero value before the first.
func (c *Client) RateLimit() RateLimit {
	c.send.pacer.mu.Lock()
	defer c.send.pacer.mu.Unlock()
	return c.send.pacer.limit
}

func parseBaseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case strings.Contains(address, "@"): // before any error that quotes the address, which may hold a password
		return nil, errors.New("base URL: it cannot hold an @: credentials do not belong in it, and a path says %40")
	case err != nil:
		return nil, fmt.Errorf("base URL: %w", err)
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, fmt.Errorf("base URL %q: it must begin with https:// and a host", address)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("base URL %q: it cannot hold a query or a fragment", address)
	case u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback():
		return nil, fmt.Errorf("base URL %q: plain http would send the token in the clear; only loopback hosts may use it", address)
	}
	return u, nil
}
