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

// Do implements gen.HttpRequestDoer. The body of its response is a *response. Its error is an *Error, or says what is
// wrong with the retry policy of the context.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	s.setHeaders(req)
	ctx := req.Context()
	policy := s.retry.of(req)
	if err := policy.check(); err != nil {
		return nil, err
	}
	limit := policy.timeLimit(ctx)
	backoff := newBackoff()

	mayHaveActed := false // on an attempt before this one
	for attempt := 1; ; attempt++ {
		if err := s.waitTurn(req); err != nil {
			return nil, noResponse(attempt-1, mayHaveActed, err)
		}
		result := s.attempt(req, attempt, mayHaveActed)
		mayHaveActed = mayHaveActed || result.mayHaveActed()

		pause := result.pause(backoff.NextBackOff())
		isLast := attempt >= policy.Attempts || ctx.Err() != nil || !policy.allows(req.Method, result)
		if !isLast {
			result.gaveUp = limit.refusal(pause)
		}
		if isLast || result.gaveUp != "" {
			if asked := result.pause(0); asked > 0 { // by the API, and the caller may come back too early
				s.logPause(req, asked, "attempt", attempt, "asked_to_wait", asked)
			}
			return s.finish(ctx, result, attempt, mayHaveActed)
		}
		s.logPause(req, pause, "attempt", attempt, "repeated_in", pause)
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
func (s *sender) waitTurn(req *http.Request) error {
	ctx := req.Context()
	err := s.pacer.wait(ctx, func(pause time.Duration) { s.logPause(req, pause, "held_back_for", pause) })
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
	a := newAttempt(req.Context(), s.attemptTimeout)
	defer a.end()
	sent, err := a.request(req, number == 1)
	if err != nil {
		return outcome{err: err, reach: reachNothing}
	}
	resp, err := s.http.Do(sent)
	if err != nil {
		err = s.token.cleanError(a.failure(err))
		s.logAttempt(req, "attempt", number, "error", err, "duration", time.Since(a.start))
		return outcome{err: err, reach: a.reach()}
	}
	received := s.receive(resp, a)
	result := outcome{status: resp.StatusCode, resp: resp, err: received.err}
	received.details.Attempts, received.details.MayHaveActed = number, mayHaveActed || result.mayHaveActed()
	s.logAttempt(req, "attempt", number, "status", resp.StatusCode, "duration", time.Since(a.start))
	s.pacer.observe(resp.StatusCode, received.limits)
	onResponse(req.Context(), func() ResponseInfo {
		return ResponseInfo{
			Status:     resp.StatusCode,
			RequestID:  received.details.RequestID,
			RateLimit:  received.details.RateLimit,
			RetryAfter: received.details.RetryAfter,
			Attempt:    number,
			Duration:   time.Since(a.start),
		}
	})
	return result
}

// finish returns what Do returns after the last attempt.
func (s *sender) finish(ctx context.Context, last outcome, attempts int, mayHaveActed bool) (*http.Response, error) {
	if last.resp != nil {
		responseOf(last.resp).details.gaveUp = last.gaveUp
	}
	if last.err == nil {
		return last.resp, nil
	}
	if ctx.Err() != nil {
		return nil, noResponse(attempts, mayHaveActed, contextError(ctx))
	}
	if last.resp == nil {
		e := noResponse(attempts, mayHaveActed, last.err)
		e.gaveUp = last.gaveUp
		return nil, e
	}
	if last.status/100 == 2 {
		e := responseOf(last.resp).details
		e.err = fromOutside(s.token.cleanError(last.err))
		e.Message = s.token.clean(fmt.Sprintf("the response cannot be used: %v", last.err))
		return nil, &e
	}
	return last.resp, nil // an API error, of which even a truncated body says enough
}

// receive reads a response to its end, and makes that its Body.
//
// The body of 101 is not read. It is the connection, which the server may keep open, and net/http does not close it
// when the context ends.
func (s *sender) receive(resp *http.Response, a *attempt) *response {
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
	if resp.StatusCode/100 != 1 {
		text, err := s.readBody(a.bounded(resp.Body), resp.ContentLength)
		r.body, r.err = s.token.redact(text), err
		r.Reset(r.body)
	}
	resp.Body = r
	return r
}

// readBody reads a body of at most maxResponseBytes. With an error it returns what it read before.
func (s *sender) readBody(from io.Reader, announced int64) ([]byte, error) {
	var body bytes.Buffer
	// The announced length is only a claim, so no more than 1 MiB is reserved for it.
	body.Grow(int(min(max(announced, 0), 1<<20)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(from, s.maxResponseBytes+1))
	if int64(body.Len()) > s.maxResponseBytes {
		err = fmt.Errorf("%w: more than %s", errTooLarge, count(s.maxResponseBytes, "byte"))
	} else if err != nil {
		err = fmt.Errorf("truncated after %s: %w", count(body.Len(), "byte"), err)
	}
	return body.Bytes(), err
}

// longPause is how long a pause has to be for whoever reads the log to be told at any level.
const longPause = 10 * time.Second

// The messages of the log, which the comment of WithLogger names.
const (
	attemptMessage = "images API request"
	pauseMessage   = "images API pause"
)

func (s *sender) logAttempt(req *http.Request, args ...any) {
	s.log(req, slog.LevelDebug, attemptMessage, args)
}

func (s *sender) logPause(req *http.Request, pause time.Duration, args ...any) {
	level := slog.LevelDebug
	if pause > longPause {
		level = slog.LevelWarn
	}
	s.log(req, level, pauseMessage, args)
}

// log writes one line about a request. It goes through even if the request's context has ended, which is worth a line.
func (s *sender) log(req *http.Request, level slog.Level, message string, args []any) {
	if s.logger.Enabled(req.Context(), level) {
		request := []any{"method", req.Method, "path", s.token.clean(req.URL.EscapedPath())}
		s.logger.Log(context.WithoutCancel(req.Context()), level, message, append(request, args...)...)
	}
}
