package wrapper

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
)

const defaultUserAgent = "doimages/0.1"

// Option tunes a Client.
type Option func(*config)

type config struct {
	baseURL   string
	http      *http.Client
	userAgent string
	logger    *slog.Logger
	retry     Retry
	limiter   Limiter // nil if there is none
	pacer     *pacer
	maxBody   int64

	repeats, concurrency int // of lists
}

// WithBaseURL sends requests to another server, such as a fake or a proxy. The address is the one to which /v2/images
// is added; a path in it is kept. Plain http is accepted for loopback hosts alone.
func WithBaseURL(address string) Option { return func(c *config) { c.baseURL = address } }

// WithHTTPClient sends requests through a client of the caller's, for its transport, proxy and timeout; the default
// gives each attempt a minute. The client is copied, and the copy follows no redirects: the API has none, and a token
// must not travel.
func WithHTTPClient(client *http.Client) Option { return func(c *config) { c.http = client } }

// WithUserAgent puts the name of the calling program, such as "inventory/1.4", in front of this library's own in the
// User-Agent header.
func WithUserAgent(name string) Option {
	return func(c *config) { c.userAgent = strings.Join(append(strings.Fields(name), defaultUserAgent), " ") }
}

// WithMaxResponseBytes bounds how many bytes of a response are read, unpacked, 32 MiB by default: a page of 200 images is about
// 60 KB. A larger one is ErrInvalidResponse.
func WithMaxResponseBytes(bytes int64) Option {
	return func(c *config) { c.maxBody = min(bytes, 1<<62) }
}

// WithLogger logs each attempt of a request at debug level: path, status or error, duration, and the pause before the
// next. Never a token, never a body. Without it nothing is logged.
func WithLogger(logger *slog.Logger) Option { return func(c *config) { c.logger = logger } }

// WithRetry sets how requests that failed are repeated; Retry{Attempts: 1} sends each once.
func WithRetry(retry Retry) Option { return func(c *config) { c.retry = retry } }

// Limiter decides when a request may be sent: Wait returns when it may, or an error when it may not. A *rate.Limiter of
// golang.org/x/time is one; one that is backed by a store lets many processes share a budget.
type Limiter interface {
	Wait(context.Context) error
}

// WithLimiter asks a limiter before every attempt of every request. Its error ends the request, as ErrNoResponse that wraps it.
func WithLimiter(limiter Limiter) Option { return func(c *config) { c.limiter = limiter } }

// WithoutAdaptiveLimit sends requests without regard to what the API said of the budget. By default, once less than a
// tenth of it is left, requests are spread over the time until it is renewed, and while it is known to be used up they
// wait, or fail at once with ErrRateLimited if their deadline comes first.
func WithoutAdaptiveLimit() Option { return func(c *config) { c.pacer.off = true } }

// WithListRereads sets how often a list that changed while it was read is read again before it ends with
// ErrListChanged: twice by default, never with 0.
func WithListRereads(n int) Option { return func(c *config) { c.repeats = n } }

// WithConcurrency sets how many pages of a list are read at a time: 16 by default, one after the other with 1, at most
// 1,000.
func WithConcurrency(n int) Option { return func(c *config) { c.concurrency = min(n, 1000) } }
