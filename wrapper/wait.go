package wrapper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// maxFailures is how many polls have failed in a row when a wait gives up: an import of half an hour should outlive a
// gateway's restart, and an API that is down should not look like an import that is slow.
const maxFailures = 5

// WaitOption tunes a wait.
type WaitOption func(*waiter)

// WithInterval sets the pause after the first poll and the longest pause; in between each is half as long again as the
// one before. The defaults are 5 and 30 seconds, a millisecond is the least, a day the most. Every pause is shifted by up
// to a fifth, so that many waits that began together drift apart.
func WithInterval(first, longest time.Duration) WaitOption {
	return func(w *waiter) {
		w.interval, w.maxInterval = min(first, 24*time.Hour), min(max(first, longest), 24*time.Hour)
	}
}

// WithProgress calls f after every poll, before the pause that follows, but not after one whose failure ends the wait.
// f runs on the waiting goroutine.
func WithProgress(f func(Progress)) WaitOption { return func(w *waiter) { w.progress = f } }

// Progress is the state of a wait after a poll.
type Progress struct {
	Subject string        // what is waited for, such as "image 42"
	Status  string        // the status last seen; empty before the first successful poll
	Polls   int           // polls made, this one included; of WaitAllAvailable, rounds of them
	Elapsed time.Duration // since the wait began
	Err     error         // why this poll failed, if it did
}

// WaitError is a wait that ended before what it waited for did: the context ended, polls kept failing, or one failed as
// every other would (ErrNotFound, ErrUnauthorized). It wraps the cause, so that errors.Is finds
// context.DeadlineExceeded or ErrNotFound. Unless it is ErrNotFound, nothing is known to be wrong with the image or the
// action itself, and the wait may be taken up again.
type WaitError struct {
	Progress
	cause error
}

func (e *WaitError) Error() string {
	seen, latest := "no status seen", ""
	if e.Status != "" {
		seen = fmt.Sprintf("last seen with status %q", shorten(e.Status))
	}
	if e.Err != nil && !errors.Is(e.cause, e.Err) {
		latest = fmt.Sprintf("; the latest failed: %v", e.Err)
	}
	return fmt.Sprintf("wait for %s: %v (%s; %d polls in %s%s)", e.Subject, e.cause, seen, e.Polls, e.Elapsed.Round(time.Millisecond), latest)
}

func (*WaitError) ofCall() {}

// Unwrap returns why the wait ended.
func (e *WaitError) Unwrap() error { return e.cause }

// ImageFailedError is an image that can no longer become available: its status is deleted or retired.
type ImageFailedError struct {
	Image gen.Image // as last read; its ErrorMessage says why an import failed
}

func (e *ImageFailedError) Error() string {
	return shorten(strings.TrimSuffix(fmt.Sprintf("image %d is %s: %s", e.Image.ID, e.Image.Status, e.Image.ErrorMessage), ": "))
}

func (*ImageFailedError) ofCall() {}

// ActionFailedError is an action that ended with the status errored.
type ActionFailedError struct {
	Action gen.Action // as last read
}

func (e *ActionFailedError) Error() string {
	return shorten(fmt.Sprintf("action %d (%s) is %s", e.Action.ID, e.Action.Type, e.Action.Status))
}

func (*ActionFailedError) ofCall() {}

// WaitAvailable polls an image, at once and then at growing intervals, until its status is available. It returns the
// image as last read, with an error too, or nil if it was never read.
//
// The statuses NEW (in any case), pending and any that the contract does not know keep it waiting; deleted and retired
// are an *ImageFailedError. Rate limits are waited out, for as long as the API asks, unless the deadline comes
// first; other failures of a poll are borne where they may pass (5xx, connection, unusable body), until the fifth in a
// row ends the wait. The context bounds the wait: give it a deadline. What ends the wait early is a *WaitError that says
// what was last seen.
func (c *Client) WaitAvailable(ctx context.Context, id int64, options ...WaitOption) (*gen.Image, error) {
	get := func(ctx context.Context) (*gen.Image, error) { return c.Get(ctx, id) }
	return wait(ctx, fmt.Sprintf("image %d", id), options, get, judgeImage)
}

// judgeImage tells whether an image has ended, and how.
func judgeImage(image *gen.Image) (status string, done bool, err error) {
	if image.Status == gen.ImageStatusDeleted || image.Status == gen.ImageStatusRetired {
		err = fmt.Errorf("wait for image %d: %w", image.ID, &ImageFailedError{Image: *image})
	}
	return string(image.Status), err != nil || image.Status == gen.ImageStatusAvailable, err
}

// WaitAction polls an action as WaitAvailable polls an image, until its status is completed. The status errored is an
// *ActionFailedError.
func (c *Client) WaitAction(ctx context.Context, imageID, actionID int64, options ...WaitOption) (*gen.Action, error) {
	get := func(ctx context.Context) (*gen.Action, error) { return c.Action(ctx, imageID, actionID) }
	subject := fmt.Sprintf("action %d of image %d", actionID, imageID)
	return wait(ctx, subject, options, get, func(action *gen.Action) (status string, done bool, err error) {
		if action.Status == gen.ActionStatusErrored {
			err = fmt.Errorf("wait for %s: %w", subject, &ActionFailedError{Action: *action})
		}
		return string(action.Status), err != nil || action.Status == gen.ActionStatusCompleted, err
	})
}

// CreateAndWait starts the import of a custom image and waits until it is available. Whatever goes wrong after the
// image was created, it is returned with the error, so that it can be waited for again or deleted.
func (c *Client) CreateAndWait(ctx context.Context, params gen.ImageCreate, options ...WaitOption) (*gen.Image, error) {
	created, err := c.Create(ctx, params)
	if err != nil {
		return nil, err
	}
	image, err := c.WaitAvailable(ctx, created.ID, options...)
	return cmp.Or(image, created), err
}

type waiter struct {
	interval, maxInterval time.Duration
	progress              func(Progress)
}

func newWaiter(options []WaitOption) *waiter {
	w := &waiter{interval: 5 * time.Second, maxInterval: 30 * time.Second, progress: func(Progress) {}}
	for _, option := range options {
		option(w)
	}
	return w
}

// poll reads what is waited for once, and judge tells from it whether the wait is over, and how.
type (
	poll[T any]  func(context.Context) (*T, error)
	judge[T any] func(*T) (status string, done bool, err error)
)

// wait polls until judge says that the end has come, the context ends, or a failure ends it. It returns what was last
// read, with an error too.
func wait[T any](ctx context.Context, subject string, options []WaitOption, poll poll[T], judge judge[T]) (*T, error) {
	w := newWaiter(options)
	start, state := time.Now(), Progress{Subject: subject}
	failures := 0 // in a row
	var last *T
	stop := func(cause error) (*T, error) {
		state.Elapsed = time.Since(start)
		return last, &WaitError{Progress: state, cause: cause}
	}
	for {
		got, err := poll(ContextWithRetry(ctx, Retry{Attempts: 1})) // the next poll is the repetition
		if err != nil && ctx.Err() != nil {
			return stop(ended(ctx)) // the caller cut it off, so it does not count as a poll
		}
		state.Polls++
		state.Elapsed, state.Err = time.Since(start), err

		if err != nil {
			if !errors.Is(err, ErrRateLimited) {
				failures++
			}
			if endsWait(ctx, err, failures) {
				return stop(err)
			}
		} else {
			failures, last = 0, got
			status, done, err := judge(got)
			state.Status = status
			if done {
				w.progress(state)
				return last, err
			}
		}

		w.progress(state)
		if err := sleep(ctx, max(w.nextPause(), retryAfter(err))); err != nil {
			return stop(err)
		}
	}
}

// endsWait reports whether a failed poll ends its wait: the next would come after the deadline or fail in the same way,
// or too many have failed in a row. A rate limit is waited out, however often.
func endsWait(ctx context.Context, err error, failures int) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < retryAfter(err) {
		return true
	}
	if errors.Is(err, ErrRateLimited) {
		return false
	}
	return !isTransient(err) || failures >= maxFailures
}

// retryAfter returns how long the API asked to wait, or 0.
func retryAfter(err error) time.Duration {
	var apiError *Error
	if errors.As(err, &apiError) {
		return apiError.RetryAfter
	}
	return 0
}

// nextPause returns the pause to make now, shifted by up to a fifth, and lengthens the one after it.
func (w *waiter) nextPause() time.Duration {
	pause := max(w.interval, time.Millisecond)
	w.interval = min(pause+pause/2, w.maxInterval)
	return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))
}

// isTransient tells a failure that another poll may not meet from one that every poll will.
func isTransient(err error) bool {
	return errors.Is(err, ErrServer) || errors.Is(err, ErrInvalidResponse) || errors.Is(err, ErrNoResponse)
}
