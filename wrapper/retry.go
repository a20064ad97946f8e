package wrapper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Retry is the policy for repeating failed requests, for [WithRetry] and [ContextWithRetry]. The zero value is what a
// [Client] does by default. The package comment says which requests are repeated, and after which pauses.
//
// MaxElapsed does not bound what a limiter takes. The adaptive one may hold a request back for up to an hour, until the
// budget is there again: only a deadline of the context ends that earlier.
type Retry struct {
	Attempts    int           // how often a request is sent at most; 1 switches retries off, 0 stands for 5
	MaxElapsed  time.Duration // from the call to the end of the last pause; 0 stands for 65 minutes
	RepeatPosts bool          // repeat every POST as if it were a PUT: an image may then be created twice
}

const (
	defaultAttempts = 5
	// defaultMaxElapsed lets a request outlast the hourly limit: no pause is longer than maxPause, which is an hour.
	defaultMaxElapsed = 65 * time.Minute
)

type retryKey struct{}

// ContextWithRetry returns a context whose requests follow this policy instead of that of [WithRetry]. The polls of a
// wait are sent once in any case, since the next poll is their repetition.
func ContextWithRetry(ctx context.Context, retry Retry) context.Context {
	return context.WithValue(ctx, retryKey{}, retry)
}

// of returns the policy for a request: that of its context, or else r, with the defaults filled in.
func (r Retry) of(req *http.Request) Retry {
	if own, ok := req.Context().Value(retryKey{}).(Retry); ok {
		r = own
	}
	r.Attempts = cmp.Or(r.Attempts, defaultAttempts)
	r.MaxElapsed = cmp.Or(r.MaxElapsed, defaultMaxElapsed)
	if req.Body != nil && req.GetBody == nil {
		r.Attempts = 1 // a caller of the generated client streams the body, which can be read only once
	}
	return r
}

// check returns what is wrong with the policy.
func (r Retry) check() error {
	if r.Attempts < 0 || r.MaxElapsed < 0 {
		return fmt.Errorf("retry policy: Attempts %d and MaxElapsed %s: neither can be negative",
			r.Attempts, r.MaxElapsed)
	}
	return nil
}

// timeLimit is until when the pauses of a call may last.
type timeLimit struct {
	end        time.Time
	maxElapsed time.Duration // 0 if it is the context's deadline that comes first
}

func (r Retry) timeLimit(ctx context.Context) timeLimit {
	limit := timeLimit{end: time.Now().Add(r.MaxElapsed), maxElapsed: r.MaxElapsed}
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(limit.end) {
		return timeLimit{end: deadline}
	}
	return limit
}

// refusal returns why a pause would be too long, or "".
func (l timeLimit) refusal(pause time.Duration) string {
	switch {
	case !time.Now().Add(pause).After(l.end):
		return ""
	case l.maxElapsed > 0:
		return fmt.Sprintf("the next attempt would come after MaxElapsed, %s", l.maxElapsed)
	default:
		return "the next attempt would come after the deadline"
	}
}

// allows reports whether a request whose attempt came to this outcome is worth another attempt, and safe to repeat.
func (r Retry) allows(method string, o outcome) bool {
	if isPermanent(o.err) {
		return false
	}
	if method == http.MethodPost && !r.RepeatPosts {
		return !o.mayHaveReachedAPI()
	}
	return o.err != nil || isTransientStatus(o.status)
}

// isPermanent reports whether every attempt would fail in this way.
func isPermanent(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, errTooLarge) || isUntrusted(err) || errors.As(err, &dns) && dns.IsNotFound
}

func isTransientStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return 520 <= status && status <= 530 // of Cloudflare, which stands in front of the API (Gamocosm#96)
}

// newBackoff returns the pauses between attempts if the API asks for none. They are random, from 0 to 1, 2, 4, … 30 s.
// With a factor of 1 a pause lies between 0 and twice its interval, so the intervals are half of these.
func newBackoff() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     time.Second / 2,
		MaxInterval:         15 * time.Second,
		Multiplier:          2,
		RandomizationFactor: 1,
	}
}
