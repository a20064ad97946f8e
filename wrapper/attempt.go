package wrapper

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxSilences is how many times the limit of silence an attempt may take in all, so that a response that drips ends,
// too.
const maxSilences = 10

// attempt is one sending of a request. It ends when the server has been silent for too long, and notes whether a
// connection was there to send anything on.
//
// net/http ends nothing by itself: a Client without a Timeout waits for ever.
type attempt struct {
	ctx    context.Context // of the request as it is sent
	cancel context.CancelCauseFunc
	limit  time.Duration // of silence
	start  time.Time
	timer  *time.Timer // ends ctx when it fires
	body   io.Reader   // of the response

	// Hooks run on goroutines of net/http, and may do so after the attempt.
	sought    atomic.Bool // a connection was asked for, so the transport calls the hooks
	connected atomic.Bool // there was one, so something may have been sent
}

// newAttempt starts an attempt. Its end has to be called.
func newAttempt(ctx context.Context, limit time.Duration) *attempt {
	a := &attempt{limit: limit, start: time.Now()}
	a.ctx, a.cancel = context.WithCancelCause(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { a.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
		// A transport of another kind may say no more than this.
		WroteHeaders: func() { a.connected.Store(true) },
	}))
	a.timer = time.AfterFunc(limit, a.expire)
	return a
}

// expire ends the attempt when its timer fires.
func (a *attempt) expire() {
	if longest := maxSilences * a.limit; time.Since(a.start) >= longest {
		a.cancel(&timeoutError{after: longest, what: "the response took more than"})
		return
	}
	a.cancel(&timeoutError{after: a.limit, what: "no progress for"})
}

// extend lets the attempt go on, after the server has sent something.
func (a *attempt) extend() {
	left := maxSilences*a.limit - time.Since(a.start)
	a.timer.Reset(min(a.limit, left))
}

// end stops the timer and frees what the context holds.
func (a *attempt) end() {
	a.timer.Stop()
	a.cancel(nil)
}

// request returns a copy of a request that ends with the attempt. Its body is at the start again: the transport may
// still hold that of the attempt before.
func (a *attempt) request(req *http.Request, isFirst bool) (*http.Request, error) {
	sent := req.WithContext(a.ctx)
	if isFirst || req.GetBody == nil {
		return sent, nil
	}
	body, err := req.GetBody()
	sent.Body = body
	return sent, err
}

// bounded returns a body to read within the limits of the attempt.
func (a *attempt) bounded(body io.Reader) io.Reader {
	a.extend() // the headers were something
	a.body = body
	return a
}

// Read implements [io.Reader]. It looks at the context itself, since the body of a caller's transport need not.
func (a *attempt) Read(p []byte) (int, error) {
	if a.ctx.Err() != nil {
		return 0, context.Cause(a.ctx)
	}
	n, err := a.body.Read(p)
	if n > 0 {
		a.extend()
	}
	if err != nil && err != io.EOF {
		err = a.failure(err)
	}
	return n, err
}

// failure returns why the attempt failed, where net/http says err. A transport need not say that the limit ended it:
// it may say that the context was cancelled, which callers would take for their own.
func (a *attempt) failure(err error) error {
	timeout, isTimeout := context.Cause(a.ctx).(*timeoutError)
	if !isTimeout {
		return err
	}
	if request, ok := err.(*url.Error); ok {
		return &url.Error{Op: request.Op, URL: request.URL, Err: timeout}
	}
	return timeout
}

// reach is how far an attempt came. Only a transport that calls the hooks of [httptrace] shows it, as that of net/http
// does: for another, such as a fake, it is unknown.
func (a *attempt) reach() reach {
	switch {
	case a.connected.Load():
		return reachServer
	case a.sought.Load():
		return reachNothing
	default:
		return reachUnknown
	}
}

// timeoutError is the limit of an attempt that ended it.
type timeoutError struct {
	after time.Duration
	what  string
}

func (e *timeoutError) Error() string { return fmt.Sprintf("%s %s", e.what, e.after) }

// Timeout reports that it is a timeout, to those who ask as net.Error does.
func (e *timeoutError) Timeout() bool { return true }

// Is reports whether target is [context.DeadlineExceeded], as the timeout of an [http.Client] does.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
