package wrapper

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// What an *Error is, for errors.Is.
var (
	ErrUnauthorized    = errors.New("unauthorized")         // 401: the token is missing, unknown or expired
	ErrForbidden       = errors.New("forbidden")            // 403: the token lacks a scope
	ErrNotFound        = errors.New("not found")            // 404
	ErrUnprocessable   = errors.New("unprocessable entity") // 422: understood, and refused
	ErrRateLimited     = errors.New("rate limited")         // 429: see RetryAfter and RateLimit
	ErrServer          = errors.New("server error")         // any 5xx
	ErrInvalidResponse = errors.New("invalid response")     // a success whose body is not what the contract promises
)

// Error is an answer of the API that is no success, or a success that cannot be used. Find it with errors.As.
type Error struct {
	Operation  string        // the operation id in the contract, such as images_get
	Status     int           // the HTTP status
	ID         string        // the API's name for the failure, such as not_found; empty where the body was no API error
	Message    string        // what went wrong, for a person
	RequestID  string        // what to quote to support; empty where the API sent none
	RetryAfter time.Duration // how long the API asks to wait; 0 where it does not say
	RateLimit  RateLimit     // the request budget as of this answer; zero where the API did not say

	err error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ", e.Status)
	if e.ID != "" {
		b.WriteString(e.ID)
	} else {
		b.WriteString(http.StatusText(e.Status))
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, " (retry after %s)", e.RetryAfter)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

// Is reports whether the status is of the class that target stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrUnprocessable:
		return e.Status == http.StatusUnprocessableEntity
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests
	case ErrServer:
		return e.Status >= 500
	case ErrInvalidResponse:
		return e.Status/100 == 2
	}
	return false
}

// Unwrap returns what made the body of a success unusable, if anything did.
func (e *Error) Unwrap() error { return e.err }

// maxBody bounds what is read of one answer. A page of 200 images is about 60 KB.
const maxBody = 32 << 20

// call turns the answer to one request into a T. A success must decode and satisfy usable, which returns what is
// wrong with it or the empty string. Errors begin with what was tried.
func call[T any](c *Client, operation, what string, usable func(*T) string, resp *http.Response, err error) (*T, error) {
	var body []byte
	if err == nil {
		body, err = c.read(operation, resp)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	result := new(T)
	problem := ""
	if err = json.Unmarshal(body, result); err != nil {
		err = c.send.quiet(err)
		problem = err.Error()
	} else {
		problem = usable(result)
	}
	if problem != "" {
		return nil, fmt.Errorf("%s: %w", what, c.invalid(operation, resp, problem, err))
	}
	return result, nil
}

// callEmpty is call for the operations whose success has no body.
func callEmpty(c *Client, operation, what string, resp *http.Response, err error) error {
	if err == nil {
		_, err = c.read(operation, resp)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// read returns the body of a success, and an *Error for anything else.
func (c *Client) read(operation string, resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case resp.StatusCode/100 != 2:
		return nil, c.failure(operation, resp, body)
	case err != nil:
		return nil, c.invalid(operation, resp, fmt.Sprintf("the body broke off after %d bytes", len(body)), err)
	case len(body) > maxBody:
		return nil, c.invalid(operation, resp, fmt.Sprintf("the body is larger than %d MiB", maxBody>>20), nil)
	}
	return body, nil
}

func (c *Client) newError(operation string, resp *http.Response) *Error {
	limit, _ := parseRateLimit(resp.Header)
	return &Error{
		Operation:  operation,
		Status:     resp.StatusCode,
		RequestID:  shorten(c.send.redact(resp.Header.Get("x-request-id"))),
		RetryAfter: parseRetryAfter(resp.Header.Get("retry-after")),
		RateLimit:  limit,
	}
}

func (c *Client) invalid(operation string, resp *http.Response, problem string, err error) *Error {
	e := c.newError(operation, resp)
	e.Message = shorten("the response cannot be used: " + problem)
	e.err = err
	return e
}

func (c *Client) failure(operation string, resp *http.Response, body []byte) *Error {
	e := c.newError(operation, resp)
	var answer gen.Error
	switch err := json.Unmarshal(body, &answer); {
	case err == nil && answer.Message != "":
		// What a server sends may repeat the request, the token included.
		e.ID = shorten(c.send.redact(answer.ID))
		e.Message = shorten(c.send.redact(answer.Message))
		if answer.RequestID != "" {
			e.RequestID = shorten(c.send.redact(answer.RequestID))
		}
	case resp.StatusCode/100 == 3:
		e.Message = "redirects are not followed"
		if to, err := url.Parse(resp.Header.Get("Location")); err == nil && to.Host != "" {
			e.Message += shorten(c.send.redact(", this one leads to " + to.Host))
		}
	case len(body) == 0:
		e.Message = "the body is empty"
	default:
		kind := resp.Header.Get("Content-Type")
		if kind == "" {
			kind = "no content type"
		}
		e.Message = shorten(c.send.redact(fmt.Sprintf("the body is no error of the API (%s, %d bytes)", kind, len(body))))
	}
	return e
}

// shorten keeps what a server sent from filling a log.
func shorten(s string) string {
	const limit = 500
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
