package wrapper

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// sender is what every request goes through, also those of the generated client. It authenticates, keeps within the
// rate limit, sends, reads the whole response, and repeats the request where that is safe and may help.
type sender struct {
	config
	base  *url.URL
	token secret
}

// Do implements gen.HttpRequestDoer. The body of its response is a *response, its error an *Error.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	s.setHeaders(req)
	ctx := req.Context()
	policy := s.retry.of(req)
	deadline := policy.deadline(ctx)
	backoff := newBackoff()

	mayHaveActed := false // on an attempt before this one
	for attempt := 1; ; attempt++ {
		if err := s.waitTurn(ctx); err != nil {
			return nil, noResponse(attempt-1, mayHaveActed, err)
		}
		result := s.attempt(req, attempt, mayHaveActed)
		mayHaveActed = mayHaveActed || result.mayHaveActed()

		pause := result.pause(backoff.NextBackOff())
		isLast := attempt >= policy.Attempts || ctx.Err() != nil || time.Now().Add(pause).After(deadline)
		if isLast || !policy.allows(req.Method, result) {
			return s.finish(ctx, result, attempt, mayHaveActed)
		}
		s.log(req, "attempt", attempt, "repeated_in", pause)
		if err := sleep(ctx, pause); err != nil {
			return nil, noResponse(attempt, mayHaveActed, fmt.Errorf("%w (after %w)", err, result.failure()))
		}
	}
}

// setHeaders adds the token only if the request goes to the host of the client: a caller of the generated client may
// have changed the URL.
func (s *sender) setHeaders(req *http.Request) {
	if req.URL.Scheme == s.base.Scheme && req.URL.Host == s.base.Host {
		s.token.authorize(req.Header)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.userAgent)
}

// waitTurn waits until the limits let a request go. If the context has ended meanwhile, that is the error, whatever a
// limiter says: it may return nil, or an error of another type.
func (s *sender) waitTurn(ctx context.Context) error {
	err := s.pacer.Wait(ctx)
	if err == nil && ctx.Err() == nil && s.limiter != nil {
		err = s.limiter.Wait(ctx)
	}
	if ctx.Err() != nil {
		return contextError(ctx)
	}
	return err
}

// attempt sends a request once and reads the response.
func (s *sender) attempt(req *http.Request, number int, mayHaveActed bool) outcome {
	req, err := rewind(req, number)
	if err != nil {
		return outcome{err: err}
	}
	start := time.Now()
	resp, err := s.http.Do(req)
	if err != nil {
		err = s.token.cleanError(err)
		s.log(req, "attempt", number, "error", err, "duration", time.Since(start))
		return outcome{err: err}
	}
	received := s.receive(resp)
	received.details.Attempts, received.details.MayHaveActed = number, mayHaveActed
	s.log(req, "attempt", number, "status", resp.StatusCode, "duration", time.Since(start))
	s.pacer.observe(resp.StatusCode, received.limits)
	return outcome{status: resp.StatusCode, resp: resp, err: received.err}
}

// rewind returns a request with its body at the start again. It is a copy, since the transport may still hold the
// request of the attempt before.
func rewind(req *http.Request, attempt int) (*http.Request, error) {
	if attempt == 1 || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	rewound := req.WithContext(req.Context())
	rewound.Body = body
	return rewound, nil
}

// finish returns what Do returns after the last attempt.
func (s *sender) finish(ctx context.Context, last outcome, attempts int, mayHaveActed bool) (*http.Response, error) {
	if last.err == nil {
		return last.resp, nil
	}
	if ctx.Err() != nil {
		return nil, noResponse(attempts, mayHaveActed, contextError(ctx))
	}
	if last.resp == nil {
		return nil, noResponse(attempts, mayHaveActed, last.err)
	}
	if last.status/100 == 2 {
		e := responseOf(last.resp).details
		e.err = s.token.cleanError(last.err)
		e.Message = s.token.clean(fmt.Sprintf("the response cannot be used: %v", last.err))
		return nil, &e
	}
	return last.resp, nil // an API error, of which even a truncated body says enough
}

// receive reads a response to its end, and makes that its Body.
func (s *sender) receive(resp *http.Response) *response {
	defer resp.Body.Close()
	said := parseLimits(resp)
	r := &response{
		limits: said,
		details: Error{
			Status:     resp.StatusCode,
			RequestID:  s.token.clean(resp.Header.Get("x-request-id")),
			RetryAfter: said.retryAfter,
			RateLimit:  said.RateLimit,
		},
	}
	var body bytes.Buffer
	// Content-Length is only a claim, so no more than 1 MiB is reserved for it.
	body.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead)
	_, r.err = body.ReadFrom(io.LimitReader(resp.Body, s.maxResponseBytes+1))
	if int64(body.Len()) > s.maxResponseBytes {
		r.err = fmt.Errorf("%w: more than %d bytes", errTooLarge, s.maxResponseBytes)
	} else if r.err != nil {
		r.err = fmt.Errorf("truncated after %d bytes: %w", body.Len(), r.err)
	}
	r.body = s.token.redact(body.Bytes())
	r.Reset(r.body)
	resp.Body = r
	return r
}

// log writes one line about a request. It goes through even if the request's context has ended, which is worth a line.
func (s *sender) log(req *http.Request, args ...any) {
	if s.logger.Enabled(req.Context(), slog.LevelDebug) {
		request := []any{"method", req.Method, "path", s.token.clean(req.URL.EscapedPath())}
		s.logger.DebugContext(context.WithoutCancel(req.Context()), "images API request", append(request, args...)...)
	}
}
