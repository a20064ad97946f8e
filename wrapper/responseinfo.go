package wrapper

import (
	"context"
	"time"
)

// ResponseInfo is what a response says beside its body, for [ContextWithResponse].
type ResponseInfo struct {
	// Status is the HTTP status, also of a response that is not a success.
	Status int
	// RequestID is what to quote to DigitalOcean's support; empty if the API sent none.
	RequestID string
	// RateLimit is the request budget according to this response; zero if the response did not say.
	RateLimit RateLimit
	// RetryAfter is how long the API asks to wait, as in [Error].
	RetryAfter time.Duration
	// Attempt counts how often the request was sent, this time included.
	Attempt int
	// Duration is from sending the request to the end of the response.
	Duration time.Duration
}

type responseKey struct{}

// ContextWithResponse returns a context whose requests call f with each response: of a success, of a refusal, and of
// every attempt that is repeated. A call that sends many requests, such as a list or a wait, calls it for each.
//
// An attempt without a response does not call it. To count attempts, use a transport with [WithHTTPClient]: it sees all
// of them. Attempts of an [*Error] is their number in a call that failed.
//
// f is called before the caller has the result, on the goroutine that sent the request. In lists and in
// [Client.Distribute] that may be several at a time. A nil f stands for none, also inside a context that has one.
func ContextWithResponse(ctx context.Context, f func(ResponseInfo)) context.Context {
	return context.WithValue(ctx, responseKey{}, f)
}

// onResponse calls the function of [ContextWithResponse], if the context has one.
func onResponse(ctx context.Context, info func() ResponseInfo) {
	if f, ok := ctx.Value(responseKey{}).(func(ResponseInfo)); ok && f != nil {
		f(info())
	}
}
