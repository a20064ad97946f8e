package wrapper

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Retry says how a request that failed is sent again. The zero value is what a Client does by default.
//
// GET, PUT and DELETE are repeated after a connection error and after 429, 500, 502, 503 and 504. A POST is repeated
// where it cannot have been acted on: when no connection was made, and after 429. What would fail in the same way
// again is not repeated: a host name that does not exist, a certificate that is not trusted, a body that is too large.
//
// The pause before an attempt is what the API asks for: retry-after or, where the hour's requests are used up, the
// time of ratelimit-reset if it lies ahead. Otherwise it is random, from nothing up to 1, 2, 4, … 30 seconds, so that
// clients that failed together do not come back together. When the context's deadline or MaxElapsed would come before
// the end of the pause, the failure is returned at once. Waits for a limiter are bounded by the context alone.
type Retry struct {
	Attempts    int           // how often a request is sent at the most; 1 switches retries off, 0 stands for 5
	MaxElapsed  time.Duration // from the call to the end of the last pause; 0 stands for 65 minutes
	RepeatPosts bool          // repeat every POST as if it were a PUT: an image may then be created twice
}

// WithRetry sets how requests that failed are repeated; Retry{Attempts: 1} sends each once.
func WithRetry(retry Retry) Option { return func(c *config) { c.retry = retry } }

type retryKey struct{}

// ContextWithRetry returns a context whose requests are repeated in this way, whatever WithRetry says. The polls
// of a wait are sent once in any case.
func ContextWithRetry(ctx context.Context, retry Retry) context.Context {
	return context.WithValue(ctx, retryKey{}, retry)
}

// Do implements gen.HttpRequestDoer. The body of the response is an *answer, the error an *Error.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == s.base.Scheme && req.URL.Host == s.base.Host {
		s.authorize(req.Header)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.userAgent)

	ctx := req.Context()
	retry, ok := ctx.Value(retryKey{}).(Retry)
	if !ok {
		retry = s.retry
	}
	// The default lets a request outlast the hourly limit, whose reset is an hour ahead at the most.
	end := time.Now().Add(cmp.Or(retry.MaxElapsed, 65*time.Minute))
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	attempts := cmp.Or(retry.Attempts, 5)
	if req.Body != nil && req.GetBody == nil {
		attempts = 1 // the body of a caller of the generated client, which cannot be read twice
	}
	// A factor of 1 spreads a pause over twice its interval.
	pauses := backoff.ExponentialBackOff{InitialInterval: time.Second / 2, MaxInterval: 15 * time.Second, Multiplier: 2, RandomizationFactor: 1}
	acted := false
	for number := 1; ; number++ {
		err := cmp.Or(s.pacer.Wait(ctx), ended(ctx))
		if err == nil && s.limiter != nil {
			err = cmp.Or(s.limiter.Wait(ctx), ended(ctx))
		}
		if err != nil {
			return nil, unanswered(number-1, acted, cmp.Or(ended(ctx), err))
		}
		resp, err := s.attempt(req, number)
		status, pause := 0, pauses.NextBackOff()
		if err == nil {
			a := resp.Body.(*answer)
			a.failed.Attempts, a.failed.MayHaveActed = number, acted
			status, err, pause = resp.StatusCode, a.err, cmp.Or(a.failed.RetryAfter, pause)
		}
		acted = acted || status/100 != 4 && mayHaveActed(status, err) // a refusal whose body broke off is one
		if number >= attempts || !retry.again(req.Method, status, err) || ctx.Err() != nil || time.Now().Add(pause).After(end) {
			switch {
			case status == 0 || err != nil && ctx.Err() != nil:
				return nil, unanswered(number, acted, cmp.Or(ended(ctx), err))
			case err != nil && status/100 == 2:
				e := resp.Body.(*answer).failed
				e.Message, e.err = s.clean(fmt.Sprintf("the body cannot be used: %v", err)), s.quiet(err)
				return nil, &e
			}
			return resp, nil
		}
		s.log(req, "attempt", number, "repeated_in", pause)
		if cut := sleep(ctx, pause); cut != nil {
			return nil, unanswered(number, acted, fmt.Errorf("%w (after %w)", cut, cmp.Or(err, fmt.Errorf("status %d", status))))
		}
	}
}

// again tells whether a request with this outcome is worth another attempt. The status is 0 if there is none.
func (r Retry) again(method string, status int, err error) bool {
	var dns *net.DNSError
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, &dns) && dns.IsNotFound:
		return false
	case method == http.MethodPost && !r.RepeatPosts:
		return !mayHaveActed(status, err)
	}
	return err != nil || slices.Contains([]int{429, 500, 502, 503, 504}, status)
}

// mayHaveActed tells whether the API may have acted on a request: not if no connection was made or a limit refused it.
func mayHaveActed(status int, err error) bool {
	var op *net.OpError
	unconnected := errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
	return status != http.StatusTooManyRequests && !unconnected
}

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ended(ctx)
	case <-time.After(d):
		return nil
	}
}

// attempt sends a request once and reads what is answered.
func (s *sender) attempt(req *http.Request, number int) (resp *http.Response, err error) {
	if number > 1 && req.GetBody != nil {
		req = req.WithContext(req.Context()) // a copy: the transport may still hold the one before
		if req.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	start := time.Now()
	if resp, err = s.http.Do(req); err != nil {
		err = s.quiet(err)
		s.log(req, "attempt", number, "error", err, "duration", time.Since(start))
		return nil, err
	}
	defer resp.Body.Close()
	limit := parseRateLimit(resp.Header)
	a := &answer{failed: Error{Status: resp.StatusCode, RequestID: s.clean(resp.Header.Get("x-request-id")), RetryAfter: askedPause(resp, limit), RateLimit: limit}}
	var body bytes.Buffer
	body.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead) // no more on the word of a header
	_, a.err = body.ReadFrom(io.LimitReader(resp.Body, s.maxBody+1))
	a.body = s.redact(body.Bytes())
	if int64(body.Len()) > s.maxBody {
		a.err = fmt.Errorf("%w: more than %d bytes", errTooLarge, s.maxBody)
	} else if a.err != nil {
		a.err = fmt.Errorf("it broke off after %d bytes: %w", body.Len(), a.err)
	}
	a.Reset(a.body)
	s.log(req, "attempt", number, "status", resp.StatusCode, "duration", time.Since(start))
	s.pacer.note(resp.StatusCode, limit, a.failed.RetryAfter)
	resp.Body = a
	return resp, nil
}

// errTooLarge is a body that is larger than it may be.
var errTooLarge = errors.New("it is too large")

// answer is the body of a response, read to its end, and what is known of how it was got.
type answer struct {
	bytes.Reader        // for callers of the generated client
	body         []byte // as far as it came
	err          error  // why it is not whole
	failed       Error  // what is said of it if it is no success, or cannot be used
}

// Close implements io.Closer.
func (a *answer) Close() error { return nil }
