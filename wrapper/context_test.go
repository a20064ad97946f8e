package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// hangs does not respond. When the request's context ends it fails as net/http does, with the cause.
var hangs = roundTrip(func(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
})

// hangsInTheBody responds with headers, and with nothing after them.
var hangsInTheBody = roundTrip(func(req *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	context.AfterFunc(req.Context(), func() { _ = w.CloseWithError(context.Cause(req.Context())) })
	return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
})

// calls is one of each way in which a call ends.
var calls = map[string]func(context.Context, *wrapper.Client) error{
	"get": func(ctx context.Context, c *wrapper.Client) error { return second(c.Get(ctx, 2)) },
	"list": func(ctx context.Context, c *wrapper.Client) error {
		return second(wrapper.Collect(c.Images(ctx, wrapper.ListParams{})))
	},
	"create": func(ctx context.Context, c *wrapper.Client) error {
		return second(c.Create(ctx, createParams))
	},
	"delete": func(ctx context.Context, c *wrapper.Client) error { return c.Delete(ctx, 2) },
	"wait":   func(ctx context.Context, c *wrapper.Client) error { return second(c.WaitAvailable(ctx, 2)) },
	"wait for all": func(ctx context.Context, c *wrapper.Client) error {
		return second(wrapper.Collect(c.WaitAllAvailable(ctx, []int64{2})))
	},
}

// An errgroup cancels the context of its calls with the error of the one that failed. It is only that call's error: a
// DELETE that took the "not found" of another for its own would succeed.
func TestCallEndedByAnothersError(t *testing.T) {
	for name, call := range calls {
		for _, transport := range []roundTrip{hangs, hangsInTheBody} {
			synctest.Test(t, func(t *testing.T) {
				_, sibling := newClient(t, respond(404, `{"id":"not_found","message":"no image 1"}`, nil)).Get(t.Context(), 1)
				require.ErrorIs(t, sibling, wrapper.ErrNotFound)
				client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				ctx, cancel := context.WithCancelCause(t.Context())
				var running sync.WaitGroup
				for range 3 {
					running.Go(func() {
						err := call(ctx, client)
						assert.ErrorIs(t, err, context.Canceled, name)
						assert.NotErrorIs(t, err, wrapper.ErrNotFound, name)
						assert.ErrorContains(t, err, "no image 1", name)
					})
				}
				synctest.Wait()
				cancel(sibling)
				running.Wait()
				assert.EqualError(t, sibling, "get image 1: 404 not_found: no image 1", "the error itself is unchanged")
			})
		}
	}
}

// Whatever the cause, errors.Is finds what ended the context, and the cause.
func TestContextThatEndsWithACause(t *testing.T) {
	cause := errors.New("shutting down")
	for name, call := range calls {
		for _, transport := range []roundTrip{hangs, hangsInTheBody} {
			synctest.Test(t, func(t *testing.T) {
				client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
				require.NoError(t, err)
				for _, cause := range []error{cause, errors.Join(cause, context.Canceled)} {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					err = call(ctx, client)
					assert.ErrorIs(t, err, context.Canceled, name)
					assert.ErrorIs(t, err, cause, name)
				}
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
				defer cancel()
				err = call(ctx, client)
				assert.ErrorIs(t, err, context.DeadlineExceeded, name)
				assert.ErrorIs(t, err, cause, name)
			})
		}
	}
}

// endsLate is a context that ends between two looks at it.
type endsLate struct {
	context.Context
	looks, end int64
}

func (c *endsLate) Err() error {
	if atomic.AddInt64(&c.looks, 1) > c.end {
		return context.Canceled
	}
	return nil
}

func TestContextThatEndsBetweenTwoLooks(t *testing.T) {
	for end := range int64(8) {
		_, err := newClient(t, respond(200, image42, nil)).Get(&endsLate{Context: t.Context(), end: end}, 42)
		if err != nil {
			assert.ErrorIs(t, err, context.Canceled)
			assert.False(t, strings.Contains(err.Error(), "%!"), err)
		}
	}
}

// errorList is an error that == panics on.
type errorList []error

func (l errorList) Error() string { return fmt.Sprint("list of ", len(l)) }

// endedWith is a context of the caller's that has ended, with an Err of its own.
type endedWith struct {
	context.Context
	err error
}

func (c endedWith) Err() error { return c.err }

// Whatever type the Err of a context or its cause has, the call ends with it.
func TestContextWhoseErrorsCannotBeCompared(t *testing.T) {
	withCause, cancel := context.WithCancelCause(t.Context())
	cancel(errorList{})
	for name, ctx := range map[string]context.Context{
		"Err":   endedWith{Context: t.Context(), err: errorList{}},
		"cause": withCause,
	} {
		_, err := newClient(t, respond(200, "", nil)).Get(ctx, 42)
		require.ErrorIs(t, err, wrapper.ErrNoResponse, name)
		var list errorList
		assert.ErrorAs(t, err, &list, name)
	}
}

// What ended another call, of whatever type, is not found in the error of this one; a limiter may return it, too.
func TestCallEndedByAnotherKindOfError(t *testing.T) {
	imageFailed := &wrapper.ImageFailedError{Image: gen.Image{ID: 1, Status: gen.ImageStatusDeleted}}
	for _, cause := range []error{imageFailed, &wrapper.ActionFailedError{}, &wrapper.WaitError{}, &wrapper.RegionError{Err: imageFailed}, wrapper.ErrListChanged, &wrapper.Error{Status: 404}} {
		for name, limiter := range map[string]wrapper.Limiter{
			"none":    nil,
			"its Err": limiterFunc(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }),
			"a cause": limiterFunc(func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }),
		} {
			synctest.Test(t, func(t *testing.T) {
				options := []wrapper.Option{wrapper.WithHTTPClient(&http.Client{Transport: hangs})}
				if limiter != nil {
					options = append(options, wrapper.WithLimiter(limiter))
				}
				client, err := wrapper.NewClient(canary, options...)
				require.NoError(t, err)
				for _, call := range calls {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					err := call(ctx, client)
					assert.ErrorIs(t, err, context.Canceled, name)
					assert.NotErrorIs(t, err, cause, name)
					assert.NotErrorIs(t, err, wrapper.ErrListChanged, name)
					assert.NotErrorIs(t, err, wrapper.ErrNotFound, name)
					assert.False(t, errors.As(err, new(*wrapper.ImageFailedError)), name)
					var failed *wrapper.RegionError
					assert.False(t, errors.As(err, &failed) && failed == cause, name)
				}
			})
		}
	}
}

// Calls whose time is up take no turn of those that wait.
func TestCallsWhoseTimeIsUpTakeNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reset := strconv.FormatInt(time.Now().Add(50*time.Minute).Unix(), 10)
		s := &script{responses: []responder{status(200, image42,
			"ratelimit-limit", "5000", "ratelimit-remaining", "100", "ratelimit-reset", reset)}}
		client := s.client(t)
		for range 2 {
			require.NoError(t, second(client.Get(t.Context(), 42)))
		}
		expired, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 100 {
				assert.ErrorIs(t, second(client.Get(expired, 42)), context.DeadlineExceeded)
				time.Sleep(time.Second)
			}
		}()
		start := time.Now()
		require.NoError(t, second(client.Get(t.Context(), 42)))
		assert.Less(t, time.Since(start), time.Minute)
		<-done
	})
}

// A limiter need not look at the context; what is over by then is not sent all the same.
func TestContextThatEndsInALimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{fine}}
		client := s.client(t, wrapper.WithLimiter(limiterFunc(func(context.Context) error { time.Sleep(2 * time.Second); return nil })))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Create(ctx, createParams)
		apiError := failed(t, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, apiError.Attempts)
		assert.False(t, apiError.MayHaveActed)
		assert.Empty(t, s.at)
	})
}

// ownError is an error type of the caller's.
type ownError struct{ code int }

func (e *ownError) Error() string { return fmt.Sprint("code ", e.code) }

// matching is an error of the caller's that says by itself what it is.
type matching struct{ target error }

func (m matching) Error() string        { return "matching" }
func (m matching) Is(target error) bool { return target == m.target }

// A cause says why the caller gave up, and nothing of what the API said.
func TestCauseWithOneOfOursInIt(t *testing.T) {
	own := &ownError{code: 7}
	theirs := errors.New("theirs")
	sentinels := []error{
		wrapper.ErrNotFound, wrapper.ErrAlreadyDeleted, wrapper.ErrUnauthorized, wrapper.ErrForbidden, wrapper.ErrUnprocessable,
		wrapper.ErrRateLimited, wrapper.ErrServer, wrapper.ErrInvalidResponse, wrapper.ErrListChanged,
	}
	var causes []error
	for _, sentinel := range sentinels {
		causes = append(causes,
			errors.Join(own, fmt.Errorf("shutting down: %w", sentinel), theirs),
			fmt.Errorf("%w, %w: %w", theirs, own, errors.Join(sentinel)),
			errors.Join(own, matching{target: sentinel}, matching{target: theirs}, sentinel),
		)
	}
	causes = append(causes,
		errors.Join(theirs, own, &wrapper.Error{Status: 404, ID: "not_found"}),
		fmt.Errorf("%w %w: %w", theirs, own, &wrapper.WaitError{}),
		errors.Join(theirs, own, &wrapper.ImageFailedError{}, &wrapper.ActionFailedError{}))
	for _, cause := range causes {
		for name, call := range calls {
			for _, transport := range []roundTrip{hangs, hangsInTheBody} {
				synctest.Test(t, func(t *testing.T) {
					client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
					require.NoError(t, err)
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					err = call(ctx, client)
					require.ErrorIs(t, err, context.Canceled, name)
					for _, sentinel := range sentinels {
						assert.NotErrorIs(t, err, sentinel, "%s: %v", name, cause)
					}
					assert.False(t, errors.As(err, new(*wrapper.ImageFailedError)), name)
					assert.False(t, errors.As(err, new(*wrapper.ActionFailedError)), name)
					assert.ErrorIs(t, err, theirs, name)
					var found *ownError
					assert.ErrorAs(t, err, &found, name)
					assert.Same(t, own, found, name)
				})
			}
		}
	}
}

// What a limiter or a transport returns may be an error of this package, of another call. It is not changed, and says
// nothing of this call: a DELETE that took the "not found" of another for its own would succeed.
func TestErrorOfThisPackageFromOutside(t *testing.T) {
	own := &ownError{code: 7}
	for name, theirs := range map[string]error{
		"an Error":      &wrapper.Error{Status: 404, ID: "not_found", Operation: "theirs"},
		"a limit":       &wrapper.Error{Status: 429, Operation: "theirs"},
		"a class":       wrapper.ErrNotFound,
		"another class": wrapper.ErrRateLimited,
		"a list":        wrapper.ErrListChanged,
	} {
		for _, theirs := range []error{theirs, fmt.Errorf("%w: %w", own, theirs)} {
			limited := []wrapper.Option{wrapper.WithLimiter(limiterFunc(func(context.Context) error { return theirs }))}
			for from, client := range map[string]*wrapper.Client{
				"limiter":   newClient(t, respond(200, "", nil), limited...),
				"transport": transportClient(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, theirs }), wrapper.WithRetry(wrapper.Retry{Attempts: 1})),
				"body": transportClient(t, roundTrip(func(*http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: 200, Body: io.NopCloser(iotest.ErrReader(theirs))}, nil
				}), wrapper.WithRetry(wrapper.Retry{Attempts: 1})),
			} {
				before := fmt.Sprintf("%#v", theirs)
				var running sync.WaitGroup
				for range 4 { // the race detector sees who changes the error
					running.Go(func() {
						err := client.Delete(t.Context(), 42)
						want := wrapper.ErrNoResponse
						if from == "body" {
							want = wrapper.ErrInvalidResponse
						}
						assert.ErrorIs(t, err, want, "%s of the %s", name, from)
						for _, class := range []error{wrapper.ErrNotFound, wrapper.ErrRateLimited, wrapper.ErrListChanged} {
							assert.NotErrorIs(t, err, class, "%s of the %s", name, from)
						}
						assert.ErrorContains(t, err, theirs.Error())
						var apiError *wrapper.Error
						assert.ErrorAs(t, err, &apiError)
						assert.Equal(t, "images_delete", apiError.Operation)
						assert.Equal(t, errors.Is(theirs, own), errors.Is(err, own))
						if _, isError := theirs.(*wrapper.Error); isError && from == "limiter" {
							assert.ErrorIs(t, err, theirs)
						}
					})
				}
				running.Wait()
				assert.Equal(t, before, fmt.Sprintf("%#v", theirs))
			}
		}
	}
}

// convertible is an error of the caller's that errors.As can make an *ownError of.
type convertible struct{ error }

func (convertible) As(target any) bool {
	own, ok := target.(**ownError)
	if ok {
		*own = &ownError{code: 8}
	}
	return ok
}

func TestCauseThatConvertsItself(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.Join(convertible{error: errors.New("theirs")}, wrapper.ErrNotFound))
	_, err := transportClient(t, hangs).Get(ctx, 42)
	var own *ownError
	require.ErrorAs(t, err, &own)
	assert.Equal(t, 8, own.code)
	assert.NotErrorIs(t, err, wrapper.ErrNotFound)
}
