package wrapper

import (
	"cmp"
	"fmt"
	"net/http"
	"time"
)

// What errors.Is finds in an *Error: the class of its status.
var (
	ErrNoResponse      error = class{"no answer", 0, 0}                // the connection failed, the context ended, or a limiter refused
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

func (*Error) ofCall() {}

// Is reports whether the status is of the class that target stands for.
func (e *Error) Is(target error) bool {
	c, ok := target.(class)
	return ok && c.first <= e.Status && e.Status <= c.last
}

// Unwrap returns why there was no answer, or what made the body of a success unusable, if anything did.
func (e *Error) Unwrap() error { return e.err }
