package wrapper

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"example.com/doimages/openapi"
)

const (
	libraryUserAgent = "doimages/" + openapi.Version

	// defaultTimeout ends an attempt whose server has fallen silent, even if the caller's context has no deadline.
	defaultTimeout = time.Minute

	// defaultMaxResponseBytes is some 500 times the largest page: 200 images take about 60 KB.
	defaultMaxResponseBytes = 32 << 20

	// defaultRereads are few, since a list that changes during three readings will most likely change during the next.
	defaultRereads = 2

	// defaultConcurrency reads 10,000 images, which are 50 pages, in three round trips: 1 page, 32 and 17.
	defaultConcurrency = 32
	maxConcurrency     = 1000
)

// Option is a setting of a [Client], for [NewClient].
type Option func(*config)

type config struct {
	baseURL          string
	http             *http.Client
	userAgent        string
	logger           *slog.Logger
	retry            Retry
	limiter          Limiter // nil if there is none
	pacer            *pacer
	maxResponseBytes int64
	rereads          int // of a list that changed
	concurrency      int // pages of a list
}

func newConfig(options []Option) config {
	c := config{
		baseURL:          openapi.BaseURL,
		userAgent:        libraryUserAgent,
		pacer:            &pacer{},
		maxResponseBytes: defaultMaxResponseBytes,
		rereads:          defaultRereads,
		concurrency:      defaultConcurrency,
	}
	for _, option := range options {
		option(&c)
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	httpClient := http.Client{Timeout: defaultTimeout}
	if c.http != nil {
		httpClient = *c.http
	}
	// Followed, a redirect could take the token to another host. The contract has none.
	httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &httpClient
	return c
}

// WithBaseURL sends requests to another server, such as a fake or a proxy. /v2/images is added to the address, and a
// path in it is kept. Plain http is accepted only for loopback hosts.
func WithBaseURL(address string) Option { return func(c *config) { c.baseURL = address } }

// WithHTTPClient sends requests through the caller's HTTP client, with its transport, proxy and timeout. The default
// gives each attempt a minute. The client is copied, and the copy follows no redirects, so that the token cannot
// travel.
func WithHTTPClient(client *http.Client) Option { return func(c *config) { c.http = client } }

// WithUserAgent puts the name of the calling program, such as "inventory/1.4", before that of this library in the
// User-Agent header.
func WithUserAgent(name string) Option {
	return func(c *config) { c.userAgent = strings.Join(append(strings.Fields(name), libraryUserAgent), " ") }
}

// WithMaxResponseBytes sets how many bytes of a response are read at most, counted after decompression. The default is
// 32 MiB; a page of 200 images has about 60 KB. A larger response is [ErrInvalidResponse].
func WithMaxResponseBytes(bytes int64) Option {
	return func(c *config) { c.maxResponseBytes = min(bytes, 1<<62) } // one more must not overflow
}

// WithLogger logs each attempt of a request at debug level: method, path, status or error, duration, and the pause
// before the next attempt. It never logs a token or a body. By default nothing is logged.
func WithLogger(logger *slog.Logger) Option { return func(c *config) { c.logger = logger } }

// WithRetry sets the policy for repeating failed requests. Retry{Attempts: 1} sends each request once.
func WithRetry(retry Retry) Option { return func(c *config) { c.retry = retry } }

// Limiter decides when a request may be sent: Wait returns when it may, or an error if it may not. A *rate.Limiter of
// golang.org/x/time/rate is one. Package redislimit, in a module of its own, has one that many processes share.
type Limiter interface {
	Wait(context.Context) error
}

// WithLimiter asks a limiter before every attempt of every request. If it returns an error, the request ends with
// [ErrNoResponse], which wraps that error.
func WithLimiter(limiter Limiter) Option { return func(c *config) { c.limiter = limiter } }

// WithoutAdaptiveLimit sends requests without regard to what responses say of the budget. The package comment says
// what the adaptive limit does.
func WithoutAdaptiveLimit() Option { return func(c *config) { c.pacer.off = true } }

// WithListRereads sets how often a list that changed while it was read is read again, before it ends with
// [ErrListChanged]. The default is 2; with 0 a list is read only once.
func WithListRereads(n int) Option { return func(c *config) { c.rereads = n } }

// WithConcurrency sets how many pages of a list are read at a time: 32 by default, 1,000 at most. With 1 they are
// read one after the other.
func WithConcurrency(n int) Option { return func(c *config) { c.concurrency = min(n, maxConcurrency) } }
