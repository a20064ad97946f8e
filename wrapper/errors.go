package wrapper

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// The classes of an [*Error], for errors.Is. The first two say how a request failed. The others are classes of HTTP
// statuses; ErrNotFound and ErrAlreadyDeleted depend on the body as well.
var (
	// ErrNoResponse is a request without a response: the connection failed, the context ended or a limiter refused.
	ErrNoResponse = statuses("no response", 0, 0)
	// ErrInvalidResponse is a success with a body that is not what the contract promises, or a status of 1xx as the
	// whole response.
	ErrInvalidResponse = statuses("invalid response", 100, 299)
	// ErrUnauthorized is 401: the token is missing, unknown or expired.
	ErrUnauthorized = statuses("unauthorized", 401, 401)
	// ErrForbidden is 403: the token lacks a scope.
	ErrForbidden = statuses("forbidden", 403, 403)
	// ErrNotFound is 404 with an error of the API: there is no such image, action or transfer in the account. Any other
	// 404, such as the page of a gateway or that of a wrong base URL, is in no class.
	ErrNotFound = statuses("not found", 404, 404)
	// ErrAlreadyDeleted is 422 with the message "Image Can not delete an already deleted image.", as seen after a
	// second DELETE (terraform-provider-digitalocean). Such an error is ErrNotFound and ErrUnprocessable, too.
	ErrAlreadyDeleted = statuses("already deleted", 422, 422)
	// ErrUnprocessable is 422: the API understood the request and refused it.
	ErrUnprocessable = statuses("unprocessable entity", 422, 422)
	// ErrRateLimited is 429: the request budget is used up. RetryAfter and RateLimit of the Error say until when.
	ErrRateLimited = statuses("rate limited", 429, 429)
	// ErrServer is 500 and above: the API, or a gateway in front of it, failed. 520 to 530 are Cloudflare's.
	ErrServer = statuses("server error", 500, 999)
)

// class is a range of statuses.
type class struct {
	name        string
	first, last int
}

func statuses(name string, first, last int) error {
	return sentinel(class{name: name, first: first, last: last})
}

func (c class) Error() string { return c.name }
func (class) ofCall()         {}

// Error is a request that failed: without a response, with a status that is not a success, or with a success that
// cannot be used. errors.As finds it. It wraps the cause, so that errors.Is finds it, such as context.Canceled.
//
// Whether the caller's time is up says ctx.Err(), and not errors.Is with context.DeadlineExceeded. That is also true of
// an attempt that took too long ([WithAttemptTimeout]), without any deadline. And it is not true if the client gives up
// because the next attempt would come after the deadline: the error is then that of the last attempt, and its text says
// so.
type Error struct {
	// Operation is the operation id in the contract, such as images_get.
	Operation string
	// Status is the HTTP status; 0 without a response, and 429 if the client itself held the request back.
	Status int
	// ID is the API's name for the failure, such as not_found. It is empty if the body has none.
	ID string
	// Message says what went wrong, for a person. If the body is not an API error, its beginning is quoted. Message is
	// empty if the API gave only an ID.
	Message string
	// RequestID is what to quote to DigitalOcean's support; empty if the API sent none.
	RequestID string
	// RetryAfter is how long the API asks to wait, from retry-after or ratelimit-reset, at most an hour. It is 0 if the
	// API gave neither, or times that are not after the Date of the response.
	RetryAfter time.Duration
	// RateLimit is the request budget according to this response; zero if the response did not say.
	RateLimit RateLimit
	// Attempts is how often the request was sent. It is 0 if it was not sent, and for a wrong link to the next page.
	Attempts int
	// MayHaveActed reports whether the API may have acted on any attempt: one without a response, unless it had no
	// connection, or one with a status that is not 4xx, such as a success that cannot be used. It is also set if ImageID
	// is.
	MayHaveActed bool
	// ImageID is the image that came with the refusal of a create; 0 if none did. The API was seen to refuse an import
	// with 400 "Your source URL is unreachable" and to send the new image after that (nanovms/ops#1166, #1182). Whether
	// such an image stays is unknown: look with [Client.Get], and delete it if it does.
	ImageID int64

	isForeign bool   // the body is not an error of the API
	gaveUp    string // which limit kept the client from another attempt; empty if none did
	err       error
}

// noResponse is the error of a request that got no response, or was not sent.
func noResponse(attempts int, mayHaveActed bool, err error) *Error {
	if held, ok := err.(*heldBack); ok {
		return &Error{
			Status:       http.StatusTooManyRequests,
			Message:      held.Error(),
			RetryAfter:   held.retryAfter,
			RateLimit:    held.budget,
			Attempts:     attempts,
			MayHaveActed: mayHaveActed,
			gaveUp:       "its turn would come after the deadline",
		}
	}
	return &Error{Attempts: attempts, MayHaveActed: mayHaveActed, err: fromOutside(err)}
}

func (e *Error) Error() string {
	var text strings.Builder
	switch {
	case e.Status != 0:
		fmt.Fprintf(&text, "%d %s", e.Status, cmp.Or(e.ID, http.StatusText(e.Status), "unknown status"))
	case e.Attempts == 0:
		fmt.Fprintf(&text, "not sent: %v", e.err)
	default:
		text.WriteString(printable(fmt.Sprintf("no response: %v", e.err))) // net/http may quote a server
	}
	if e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	if e.ImageID != 0 {
		fmt.Fprintf(&text, " (image %d may exist)", e.ImageID)
	}
	if e.RetryAfter > 0 {
		// The time until a reset may be 49.333333334s, of which nobody needs so much.
		const tenth = time.Second / 10
		fmt.Fprintf(&text, " (retry after %s)", max(e.RetryAfter.Round(tenth), tenth))
	}
	if e.RequestID != "" {
		fmt.Fprintf(&text, " (request id %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&text, " (%s)", count(e.Attempts, "attempt"))
	}
	if e.gaveUp != "" {
		fmt.Fprintf(&text, " (gave up: %s)", e.gaveUp)
	}
	return text.String()
}

// LogValue implements [slog.LogValuer]. It is a group of the text of the error, as message, and of the fields that are
// set, without RateLimit. slog asks for it only if it is given the *Error itself, which errors.As finds.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("message", e.Error()), slog.Int("attempts", e.Attempts)}
	for _, field := range []struct {
		isSet bool
		attr  slog.Attr
	}{
		{isSet: e.Operation != "", attr: slog.String("operation", e.Operation)},
		{isSet: e.Status != 0, attr: slog.Int("status", e.Status)},
		{isSet: e.ID != "", attr: slog.String("id", e.ID)},
		{isSet: e.RequestID != "", attr: slog.String("request_id", e.RequestID)},
		{isSet: e.RetryAfter != 0, attr: slog.Duration("retry_after", e.RetryAfter)},
		{isSet: e.MayHaveActed, attr: slog.Bool("may_have_acted", true)},
		{isSet: e.ImageID != 0, attr: slog.Int64("image_id", e.ImageID)},
	} {
		if field.isSet {
			attrs = append(attrs, field.attr)
		}
	}
	return slog.GroupValue(attrs...)
}

func (*Error) ofCall() {}

// Is reports whether the error is in the class that target stands for, such as [ErrNotFound].
func (e *Error) Is(target error) bool {
	c, ok := target.(class)
	switch {
	case !ok || e.isForeignNotFound():
		return false
	case e.isSecondDelete() && target == ErrNotFound:
		return true
	case target == ErrAlreadyDeleted:
		return e.isSecondDelete()
	}
	return c.first <= e.Status && e.Status <= c.last
}

// isForeignNotFound reports whether a 404 is of a gateway or of another server, and so says nothing about an image.
func (e *Error) isForeignNotFound() bool { return e.isForeign && e.Status == http.StatusNotFound }

func (e *Error) isSecondDelete() bool {
	return e.Status == http.StatusUnprocessableEntity && !e.isForeign &&
		strings.Contains(e.Message, "already deleted image")
}

// Unwrap returns why there was no response, or why the body of a success cannot be used; otherwise nil.
func (e *Error) Unwrap() error { return e.err }
