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

// Unwrap returns why the wait ended.
func (e *WaitError) Unwrap() error { return e.cause }

// ImageFailedError is an image that can no longer become available: its status is deleted or retired.
type ImageFailedError struct {
	Image gen.Image // as last read; its ErrorMessage says why an import failed
}

func (e *ImageFailedError) Error() string {
	return shorten(strings.TrimSuffix(fmt.Sprintf("image %d is %s: %s", e.Image.ID, e.Image.Status, e.Image.ErrorMessage), ": "))
}

// ActionFailedError is an action that ended with the status errored.
type ActionFailedError struct {
	Action gen.Action // as last read
}

func (e *ActionFailedError) Error() string {
	return shorten(fmt.Sprintf("action %d (%s) is %s", e.Action.ID, e.Action.Type, e.Action.Status))
}

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

// wait polls with get until judge says that the end has come, the context ends, or too many polls have failed.
func wait[T any](ctx context.Context, subject string, options []WaitOption, get func(context.Context) (*T, error), judge func(*T) (status string, done bool, err error)) (*T, error) {
	w := waiter{interval: 5 * time.Second, maxInterval: 30 * time.Second, progress: func(Progress) {}}
	for _, option := range options {
		option(&w)
	}
	start, state := time.Now(), Progress{Subject: subject}
	failures, last := 0, (*T)(nil)
	stop := func(cause error) (*T, error) {
		state.Elapsed = time.Since(start)
		return last, &WaitError{Progress: state, cause: cause}
	}
	for {
		got, err := get(ContextWithRetry(ctx, Retry{Attempts: 1})) // the next poll is the repetition
		if ctx.Err() != nil && err != nil {
			return stop(ended(ctx)) // cut off by the caller, so not counted as a poll
		}
		state.Polls, state.Elapsed, state.Err = state.Polls+1, time.Since(start), err
		var apiError *Error
		pause := w.next()
		deadline, bounded := ctx.Deadline()
		if errors.As(err, &apiError) {
			pause = max(pause, apiError.RetryAfter)
		}
		switch {
		case err == nil:
			failures, last = 0, got
			status, done, err := judge(got)
			state.Status = status
			if done {
				w.progress(state)
				return last, err
			}
		case errors.Is(err, ErrRateLimited) && (!bounded || time.Until(deadline) >= apiError.RetryAfter): // borne however often
		case !mayPass(err), failures+1 >= maxFailures, bounded && apiError != nil && time.Until(deadline) < apiError.RetryAfter:
			return stop(err)
		default:
			failures++
		}
		w.progress(state)
		if err := sleep(ctx, pause); err != nil {
			return stop(err)
		}
	}
}

// next returns the pause to make now, shifted by up to a fifth, and lets the one after it grow.
func (w *waiter) next() time.Duration {
	pause := max(w.interval, time.Millisecond)
	w.interval = min(pause+pause/2, w.maxInterval)
	return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))
}

// mayPass tells a failure that another poll may not meet from one that every poll will.
func mayPass(err error) bool {
	return errors.Is(err, ErrServer) || errors.Is(err, ErrInvalidResponse) || errors.Is(err, ErrNoAnswer)
}

// ended returns why a context ended: always its Err, so that errors.Is works, and the cause where there is one.
func ended(ctx context.Context) error {
	err := ctx.Err()
	switch cause := context.Cause(ctx); {
	case err == nil || cause == err:
		return err
	case errors.As(cause, new(*Error)), errors.As(cause, new(*WaitError)), errors.As(cause, new(*ImageFailedError)),
		errors.As(cause, new(*ActionFailedError)), errors.Is(cause, ErrListChanged):
		// Of another call, as where an errgroup ends this one, and not to be taken for this one's.
		return fmt.Errorf("%w: %v", err, cause)
	default:
		return fmt.Errorf("%w: %w", err, cause)
	}
}
