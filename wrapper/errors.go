package wrapper

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// What errors.Is finds in an *Error: the class of its status.
var (
	ErrNoAnswer        error = class{"no answer", 0, 0}                // the connection failed, the context ended, or a limiter refused
	ErrInvalidResponse error = class{"invalid response", 200, 299}     // a success whose body is not what the contract promises
	ErrUnauthorized    error = class{"unauthorized", 401, 401}         // the token is missing, unknown or expired
	ErrForbidden       error = class{"forbidden", 403, 403}            // the token lacks a scope
	ErrNotFound        error = class{"not found", 404, 404}            // no such image, action or transfer
	ErrUnprocessable   error = class{"unprocessable entity", 422, 422} // understood, and refused
	ErrRateLimited     error = class{"rate limited", 429, 429}         // see RetryAfter and RateLimit
	ErrServer          error = class{"server error", 500, 999}         // the API, or a gateway in front of it, failed
)

// class is the statuses that an error stands for.
type class struct {
	name        string
	first, last int
}

func (c class) Error() string { return c.name }

// Error is a request that failed: it was answered with something else than success, with a success that cannot be used,
// or not at all. Find it with errors.As. It wraps the cause, so that errors.Is finds context.DeadlineExceeded.
type Error struct {
	Operation  string        // the operation id in the contract, such as images_get
	Status     int           // the HTTP status; 0 if there was no answer
	ID         string        // the API's name for the failure, such as not_found; empty where the body was no API error
	Message    string        // what went wrong, for a person
	RequestID  string        // what to quote to support; empty where the API sent none
	RetryAfter time.Duration // how long the API asks to wait, by retry-after or ratelimit-reset; 0 where it does not say, an hour at the most
	RateLimit  RateLimit     // the request budget as of this answer; zero where the API did not say
	Attempts   int           // how often the request was sent; 0 if it was not, or if the error is of a page's next link

	// MayHaveActed tells whether the API may have acted on an attempt whose outcome is not known: on any that was not
	// answered or, of a request that was answered, on one before the last.
	MayHaveActed bool

	err error
}

// unanswered is the error of a request that got no answer, or was not sent.
func unanswered(attempts int, acted bool, err error) *Error {
	if held, ok := err.(*Error); ok { // the pacer's
		held.Attempts, held.MayHaveActed = attempts, acted
		return held
	}
	return &Error{Attempts: attempts, MayHaveActed: acted, err: err}
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, cmp.Or(e.ID, http.StatusText(e.Status), "unknown status"))
	if e.Status == 0 && e.Attempts == 0 {
		text = fmt.Sprintf("not sent: %v", e.err)
	} else if e.Status == 0 {
		text = fmt.Sprintf("no answer: %v", e.err)
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (retry after %s)", e.RetryAfter)
	}
	if e.RequestID != "" {
		text += fmt.Sprintf(" (request id %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	return text
}

// Is reports whether the status is of the class that target stands for.
func (e *Error) Is(target error) bool {
	c, ok := target.(class)
	return ok && c.first <= e.Status && e.Status <= c.last
}

// Unwrap returns why there was no answer, or what made the body of a success unusable, if anything did.
func (e *Error) Unwrap() error { return e.err }

// call turns the answer to one request into a T. A success must decode into an envelope E, out of which open takes the
// T, or says what is wrong with it. Errors begin with what was tried.
func call[E, T any](c *Client, operation, what string, open func(*E) (*T, string), resp *http.Response, err error) (*T, error) {
	if err = c.failure(operation, what, resp, err); err != nil {
		return nil, err
	}
	envelope, err := gen.Decode[E](resp.Body.(*answer).body)
	if err == nil {
		result, problem := open(envelope)
		if problem == "" {
			return result, nil
		}
		err = errors.New(problem)
	}
	e := resp.Body.(*answer).failed // a copy, which does not hold on to the body
	if e.Message = c.send.clean(err.Error()); e.Message != err.Error() {
		err = errors.New(e.Message) // it quotes what was sent: the token, or too much
	}
	e.Operation, e.err, e.Message = operation, err, "the response cannot be used: "+e.Message
	return nil, fmt.Errorf("%s: %w", what, &e)
}

// failure returns why a request failed, or nil if it was answered with success.
func (c *Client) failure(operation, what string, resp *http.Response, err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
	case err == nil && resp.StatusCode/100 == 2:
		return nil
	case err == nil:
		e = c.send.explain(resp)
	default: // the request could not be made
		return fmt.Errorf("%s: %w", what, err)
	}
	e.Operation = operation
	return fmt.Errorf("%s: %w", what, e)
}

// done returns why a request failed whose success has nothing to say: one with a body that is no JSON comes from
// somebody else than the API, and nothing was done.
func (c *Client) done(operation, what string, resp *http.Response, err error) error {
	if err = c.failure(operation, what, resp, err); err != nil || strings.TrimSpace(string(resp.Body.(*answer).body)) == "" {
		return err
	}
	_, err = call(c, operation, what, func(*any) (*struct{}, string) { return nil, "" }, resp, nil)
	return err
}

// explain returns the error that an answer is, with what its body says.
func (s *sender) explain(resp *http.Response) *Error {
	body, e := resp.Body.(*answer).body, resp.Body.(*answer).failed
	switch said, err := gen.Decode[gen.Error](body); {
	case err == nil && said.Message != "":
		e.ID, e.Message, e.RequestID = s.clean(said.ID), s.clean(said.Message), cmp.Or(s.clean(said.RequestID), e.RequestID)
	case resp.StatusCode/100 == 3:
		e.Message = "redirects are not followed"
		if to, err := url.Parse(resp.Header.Get("Location")); err == nil && to.Host != "" {
			e.Message += s.clean(", this one leads to " + to.Host)
		}
	case len(body) == 0:
		e.Message = "the body is empty"
	default:
		e.Message = s.clean(fmt.Sprintf("the body is no error of the API (%s, %d bytes)", cmp.Or(resp.Header.Get("Content-Type"), "no content type"), len(body)))
	}
	return &e
}

// clean makes what a server sent fit to be printed: it may repeat the request, the token included, at any length.
func (s *sender) clean(text string) string { return shorten(string(s.redact([]byte(text)))) }

// shorten keeps what a server sent from filling a log.
func shorten(s string) string {
	if len(s) <= 500 {
		return s
	}
	return strings.ToValidUTF8(s[:500], "") + "…"
}
