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

// sender is what every request goes through, the generated client's included. It authenticates, keeps within the rate
// limit, sends, reads the response whole, and repeats where that is safe and may help.
type sender struct {
	config
	base      *url.URL
	authorize func(http.Header)
	redact    redactor
}

// Do implements gen.HttpRequestDoer. The body of the response is a *response, the error an *Error.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	s.setHeaders(req)
	ctx := req.Context()
	policy := s.retry.of(req)
	deadline := policy.deadline(ctx)
	backoff := newBackoff()

	mayHaveActed := false // on an attempt before this one
	for attempt := 1; ; attempt++ {
		if err := s.waitTurn(ctx); err != nil {
			return nil, unanswered(attempt-1, mayHaveActed, err)
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
			return nil, unanswered(attempt, mayHaveActed, fmt.Errorf("%w (after %w)", err, result.failure()))
		}
	}
}

func (s *sender) setHeaders(req *http.Request) {
	if req.URL.Scheme == s.base.Scheme && req.URL.Host == s.base.Host {
		s.authorize(req.Header)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.userAgent)
}

// waitTurn holds a request back until the limits let it go. The context's own error comes before a limiter's.
func (s *sender) waitTurn(ctx context.Context) error {
	err := s.pacer.Wait(ctx)
	if err == nil && ctx.Err() == nil && s.limiter != nil {
		err = s.limiter.Wait(ctx)
	}
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return err
}

// attempt sends a request once and reads what is answered.
func (s *sender) attempt(req *http.Request, number int, mayHaveActed bool) outcome {
	req, err := rewind(req, number)
	if err != nil {
		return outcome{err: err}
	}
	start := time.Now()
	resp, err := s.http.Do(req)
	if err != nil {
		err = s.redact.cleanError(err)
		s.log(req, "attempt", number, "error", err, "duration", time.Since(start))
		return outcome{err: err}
	}
	received := s.receive(resp)
	received.details.Attempts, received.details.MayHaveActed = number, mayHaveActed
	s.log(req, "attempt", number, "status", resp.StatusCode, "duration", time.Since(start))
	s.pacer.observe(resp.StatusCode, received.details.RateLimit, received.details.RetryAfter)
	return outcome{status: resp.StatusCode, resp: resp, err: received.err}
}

// rewind returns a request whose body can be sent once more. It is a copy, since the transport may still hold the one
// before.
func rewind(req *http.Request, attempt int) (*http.Request, error) {
	if attempt == 1 || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.WithContext(req.Context())
	again.Body = body
	return again, nil
}

// finish returns what the last attempt came to.
func (s *sender) finish(ctx context.Context, last outcome, attempts int, mayHaveActed bool) (*http.Response, error) {
	if last.err == nil {
		return last.resp, nil
	}
	if ctx.Err() != nil {
		return nil, unanswered(attempts, mayHaveActed, ended(ctx))
	}
	if last.resp == nil {
		return nil, unanswered(attempts, mayHaveActed, last.err)
	}
	if last.status/100 == 2 {
		e := responseOf(last.resp).details
		e.Message, e.err = s.redact.clean(fmt.Sprintf("the body cannot be used: %v", last.err)), s.redact.cleanError(last.err)
		return nil, &e
	}
	return last.resp, nil // an error of the API, of which half says enough
}

// receive reads a response to its end, and makes that its Body.
func (s *sender) receive(resp *http.Response) *response {
	defer resp.Body.Close()
	limit := parseRateLimit(resp.Header)
	r := &response{details: Error{
		Status:     resp.StatusCode,
		RequestID:  s.redact.clean(resp.Header.Get("x-request-id")),
		RetryAfter: askedPause(resp, limit),
		RateLimit:  limit,
	}}
	var body bytes.Buffer
	body.Grow(int(min(max(resp.ContentLength, 0), 1<<20)) + bytes.MinRead) // no more on the word of a header
	_, r.err = body.ReadFrom(io.LimitReader(resp.Body, s.maxBody+1))
	if int64(body.Len()) > s.maxBody {
		r.err = fmt.Errorf("%w: more than %d bytes", errTooLarge, s.maxBody)
	} else if r.err != nil {
		r.err = fmt.Errorf("it broke off after %d bytes: %w", body.Len(), r.err)
	}
	r.body = s.redact(body.Bytes())
	r.Reset(r.body)
	resp.Body = r
	return r
}

func (s *sender) log(req *http.Request, args ...any) {
	if s.logger.Enabled(req.Context(), slog.LevelDebug) {
		request := []any{"method", req.Method, "path", req.URL.EscapedPath()}
		s.logger.DebugContext(context.WithoutCancel(req.Context()), "images API request", append(request, args...)...)
	}
}
