package wrapper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode"

	"example.com/doimages/openapi"
)

const (
	libraryUserAgent = "doimages/" + openapi.Version

	// defaultAttemptTimeout ends an attempt whose server has fallen silent, even if the context has no deadline.
	defaultAttemptTimeout = time.Minute
	maxAttemptTimeout     = 24 * time.Hour

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
	hasNilLimiter    bool
	pacer            *pacer
	attemptTimeout   time.Duration // without a byte from the server
	maxResponseBytes int64
	rereads          int // of a list that changed
	concurrency      int // pages of a list
}

// newConfig returns what the options say, or an error that names the first that cannot be used.
func newConfig(options []Option) (config, error) {
	c := config{
		baseURL:          openapi.BaseURL,
		http:             &http.Client{},
		userAgent:        libraryUserAgent,
		logger:           slog.New(slog.DiscardHandler),
		pacer:            &pacer{},
		attemptTimeout:   defaultAttemptTimeout,
		maxResponseBytes: defaultMaxResponseBytes,
		rereads:          defaultRereads,
		concurrency:      defaultConcurrency,
	}
	for i, option := range options {
		if option == nil {
			return c, fmt.Errorf("option %d is nil", i+1)
		}
		option(&c)
	}
	if err := c.check(); err != nil {
		return c, err
	}
	httpClient := *c.http
	// Followed, a redirect could take the token to another host. The contract has none.
	httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &httpClient
	return c, nil
}

// check returns what is wrong with the options. Found later, it would be a panic, or a failure that is repeated.
func (c *config) check() error {
	switch {
	case c.http == nil:
		return errors.New("WithHTTPClient: the HTTP client is nil")
	case isNil(c.http.Transport):
		return errors.New("WithHTTPClient: the transport is nil inside its interface")
	case strings.ContainsFunc(c.userAgent, unicode.IsControl):
		return errors.New("WithUserAgent: the name contains a control character, such as a newline")
	case c.logger == nil:
		return errors.New("WithLogger: the logger is nil")
	case c.attemptTimeout <= 0:
		return fmt.Errorf("WithAttemptTimeout: %s is not above 0", c.attemptTimeout)
	case c.maxResponseBytes <= 0:
		return fmt.Errorf("WithMaxResponseBytes: %d is not above 0", c.maxResponseBytes)
	case c.rereads < 0:
		return fmt.Errorf("WithListRereads: %d is negative", c.rereads)
	case c.concurrency <= 0:
		return fmt.Errorf("WithConcurrency: %d is not above 0", c.concurrency)
	case c.hasNilLimiter:
		return errors.New("WithLimiter: the limiter is nil")
	}
	return c.retry.check()
}

// isNil reports whether an interface has a nil pointer, function or the like in it, whose methods would most likely
// panic.
func isNil(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.Slice:
		return v.IsNil()
	}
	return false // also for a nil interface
}

// WithBaseURL sends requests to another server, such as a fake or a proxy. /v2/images is added to the address, and a
// path in it is kept. Plain http is accepted only for loopback hosts.
func WithBaseURL(address string) Option { return func(c *config) { c.baseURL = address } }

// WithHTTPClient sends requests through the caller's HTTP client. A nil client is an error of [NewClient].
//
// The client is copied, and the caller's own is not changed. The copy has the same Transport, with its proxy and its
// connections, and the same Jar. A Timeout bounds each attempt, beside that of [WithAttemptTimeout]. CheckRedirect is
// replaced: redirects are not followed, so that the token cannot travel, and end a call with an [*Error].
//
// Its Transport sees every attempt, also one that ends without a response, and may count them: see the example.
//
// Whether a request was sent is known from the hooks of [net/http/httptrace] in its context. A transport that makes
// requests of its own, such as for metrics, must not make them with that context.
func WithHTTPClient(client *http.Client) Option { return func(c *config) { c.http = client } }

// WithUserAgent puts the name of the calling program, such as "inventory/1.4", before that of this library in the
// User-Agent header. A newline or another control character is an error of [NewClient].
func WithUserAgent(name string) Option {
	return func(c *config) { c.userAgent = strings.TrimLeft(strings.Trim(name, " ")+" "+libraryUserAgent, " ") }
}

// WithAttemptTimeout sets how long the server may be silent in an attempt: without the headers of a response, or
// without another byte of its body. The default is a minute, the most a day. An attempt whose response drips ends after
// ten times as long. Its error is [context.DeadlineExceeded], too, and the request is repeated as the package comment
// says. 0 and less are an error of [NewClient].
//
// It is in force whatever the HTTP client is: one without a Timeout would wait for ever.
func WithAttemptTimeout(silence time.Duration) Option {
	return func(c *config) { c.attemptTimeout = min(silence, maxAttemptTimeout) }
}

// WithMaxResponseBytes sets how many bytes of a response are read at most, counted after decompression. The default is
// 32 MiB; a page of 200 images has about 60 KB. A larger response is [ErrInvalidResponse]. To read and decode one
// takes less than six times as much memory, or 6 MiB if that is more. 0 and less are an error of [NewClient].
func WithMaxResponseBytes(bytes int64) Option {
	return func(c *config) { c.maxResponseBytes = min(bytes, 1<<62) } // one more must not overflow
}

// WithLogger logs what is sent, and the pauses between. It never logs a token or a body. By default nothing is logged.
// There are two messages, each with the attributes method and path:
//
//   - "images API request", at debug level, after each attempt: attempt (from 1), status or error, and duration
//   - "images API pause", at debug level or, if the pause is longer than ten seconds, at warn level
//
// A pause is logged as it begins, with one of these durations:
//
//   - repeated_in: until the next attempt of this request; attempt is that before it
//   - held_back_for: what the adaptive limit makes a request wait, since the budget is low
//   - asked_to_wait: what the API asked for after the last attempt. The client does not make this pause, but returns:
//     a poll to its wait, which makes it, and any other call to its caller. attempt is the last one
//
// The pauses of a wait that the API did not ask for, such as 5 seconds between two polls, are not logged.
func WithLogger(logger *slog.Logger) Option { return func(c *config) { c.logger = logger } }

// WithRetry sets the policy for repeating failed requests. Retry{Attempts: 1} sends each request once. A negative value
// is an error of [NewClient]. [ContextWithRetry] sets another policy for some calls, such as more attempts for a batch
// of creates that compete for the request budget.
func WithRetry(retry Retry) Option { return func(c *config) { c.retry = retry } }

// Limiter decides when a request may be sent: Wait returns when it may, or an error if it may not. A *rate.Limiter of
// golang.org/x/time/rate is one. Package redislimit, in a module of its own, has one that many processes share.
type Limiter interface {
	Wait(context.Context) error
}

// WithLimiter asks a limiter before every attempt of every request. If it returns an error, the request ends with
// [ErrNoResponse], which wraps that error. A nil limiter is an error of [NewClient].
//
// If the error is or wraps one of this package, such as [ErrRateLimited] of another client, errors.Is does not find
// that: it would look like a response to this request.
func WithLimiter(limiter Limiter) Option {
	return func(c *config) { c.limiter, c.hasNilLimiter = limiter, limiter == nil || isNil(limiter) }
}

// WithoutAdaptiveLimit sends requests without regard to what responses say of the budget. The package comment says
// what the adaptive limit does.
func WithoutAdaptiveLimit() Option { return func(c *config) { c.pacer.off = true } }

// WithListRereads sets how often a list that changed while it was read is read again, before it ends with
// [ErrListChanged]. The default is 2; with 0 a list is read only once. Less is an error of [NewClient].
func WithListRereads(n int) Option { return func(c *config) { c.rereads = n } }

// WithConcurrency sets how many pages of a list are read at a time: 32 by default, 1,000 at most. With 1 they are
// read one after the other. 0 and less are an error of [NewClient].
func WithConcurrency(n int) Option { return func(c *config) { c.concurrency = min(n, maxConcurrency) } }
