package wrapper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	defaultInterval        = 5 * time.Second
	defaultLongestInterval = 30 * time.Second
	minInterval            = time.Millisecond
	maxInterval            = 24 * time.Hour

	// maxFailures is the number of failures in a row that ends a wait: enough polls to ride out a gateway restart, few
	// enough that an outage is not mistaken for a slow import.
	maxFailures = 5

	// readAfterWrite is for how long a wait allows the API not to know what it has just created. Seconds were seen.
	readAfterWrite = time.Minute
)

// WaitOption is a setting of a wait. Every wait accepts every option. One that is nil ends the wait with an error,
// before anything is sent.
type WaitOption func(*waitConfig)

type waitConfig struct {
	interval        time.Duration // the next pause
	longestInterval time.Duration
	progress        func(Progress)
	justCreated     bool
	err             error // what is wrong with an option
}

func newWaitConfig(options []WaitOption) waitConfig {
	c := waitConfig{
		interval:        defaultInterval,
		longestInterval: defaultLongestInterval,
		progress:        func(Progress) {},
	}
	for i, option := range options {
		if option == nil {
			c.err = fmt.Errorf("option %d is nil", i+1)
			continue
		}
		option(&c)
	}
	return c
}

// WithInterval sets the first and the longest pause between two polls; each is half as long again as the one before.
// The defaults are 5 and 30 seconds. The least is a millisecond, the most a day. A negative pause ends the wait with an
// error, before anything is sent.
//
// Every pause is varied at random by up to a fifth, so that waits that began together do not poll together.
func WithInterval(first, longest time.Duration) WaitOption {
	return func(c *waitConfig) {
		if first < 0 || longest < 0 {
			c.err = fmt.Errorf("WithInterval: %s and %s: neither can be negative", first, longest)
		}
		c.interval = min(first, maxInterval)
		c.longestInterval = min(max(first, longest), maxInterval)
	}
}

// WithProgress calls f after every poll, before the pause that follows. It does not call f after a poll whose failure
// ends the wait: the error of the wait says the same.
//
// f runs on the goroutine that called the wait, which goes on when f returns. Only [Client.Distribute] waits on
// goroutines of its own, one for each region; there f runs on these, one call at a time.
func WithProgress(f func(Progress)) WaitOption {
	return func(c *waitConfig) {
		if f != nil {
			c.progress = f
		}
	}
}

// WithJustCreated is for ids that were created just now. For the first minute of the wait [ErrNotFound] does not end
// it, and does not count as a failure. After that, and without this option, it ends the wait.
//
// The API was seen not to know droplets, keys, reserved IPs and actions for seconds after it had created them
// (terraform-provider-digitalocean#923, #1600, pydo#468, api-v2#202). Of images nobody has reported it.
// [Client.CreateAndWait], [Client.WaitAction] and [Client.Distribute] always wait in this way.
func WithJustCreated() WaitOption { return func(c *waitConfig) { c.justCreated = true } }

// isTooNew reports whether a poll failed because the API may not know yet what was just created, this long after the
// wait began.
func (c *waitConfig) isTooNew(elapsed time.Duration, err error) bool {
	return c.justCreated && elapsed < readAfterWrite && errors.Is(err, ErrNotFound)
}

// Progress is the state of a wait after a poll.
type Progress struct {
	// Subject is what the wait is for, such as "image 42".
	Subject string
	// Status is the status that was last seen, such as NEW. It is empty before the first successful poll. In
	// WaitAllAvailable it says how many images have ended, such as "3 of 5 ended".
	Status string
	// Polls counts the polls, including this one. In WaitAllAvailable it counts rounds of them.
	Polls int
	// Elapsed is the time since the wait began.
	Elapsed time.Duration
	// Err is why this poll failed; nil if it did not.
	Err error
}

// WaitError is a wait that ended too early to know how things end. Its context ended, polls kept failing, or a poll
// failed in a way that every later one would, as with [ErrNotFound] or [ErrUnauthorized]. It wraps the cause, so that
// errors.Is finds that or context.DeadlineExceeded. As with [Error], ask ctx.Err() whether the time is up: a wait also
// ends, with what the API said, if that asks for a pause beyond the deadline.
//
// Unless the cause is ErrNotFound, the image or action may be all right, and another wait for it may succeed.
type WaitError struct {
	Progress // when the wait ended
	cause    error
}

func (e *WaitError) Error() string {
	seen, latest := "no status seen", ""
	if e.Status != "" {
		seen = fmt.Sprintf("last seen with status %q", shorten(e.Status))
	}
	if e.Err != nil && !errors.Is(e.cause, e.Err) {
		latest = fmt.Sprintf("; the latest failed: %v", e.Err)
	}
	return fmt.Sprintf("wait for %s: %v (%s; %s in %s%s)",
		e.Subject, e.cause, seen, count(e.Polls, "poll"), e.Elapsed.Round(time.Millisecond), latest)
}

func (*WaitError) ofCall() {}

// Unwrap returns why the wait ended.
func (e *WaitError) Unwrap() error { return e.cause }

// poll reads once what a wait is for.
type poll[T any] func(context.Context) (*T, error)

// judge returns the status of what was read, and whether the wait is over. If it is, err is why it failed.
type judge[T any] func(*T) (status string, isOver bool, err error)

// poller polls until its judge says that the wait is over.
type poller[T any] struct {
	waitConfig
	poll  poll[T]
	judge judge[T]

	start    time.Time
	state    Progress
	last     *T    // as last read; nil before the first successful poll
	failures int   // polls that failed in a row, leaving out rate limits and what is too new
	isOver   bool  // according to the judge
	failure  error // if it is over
}

func newPoller[T any](subject string, poll poll[T], judge judge[T], options []WaitOption) *poller[T] {
	return &poller[T]{
		waitConfig: newWaitConfig(options),
		poll:       poll,
		judge:      judge,
		state:      Progress{Subject: subject},
	}
}

// wait polls, at once and then after each pause. It ends with what the judge says, with the context, or with a
// failure. It returns what was last read, also with an error.
func (p *poller[T]) wait(ctx context.Context) (*T, error) {
	p.start = time.Now()
	if p.err != nil {
		return p.stop(p.err)
	}
	for {
		got, err := p.poll(ContextWithRetry(ctx, Retry{Attempts: 1})) // the next poll is the repetition
		if err != nil && ctx.Err() != nil {
			return p.stop(contextError(ctx)) // the caller interrupted the poll, so it does not count
		}
		p.record(got, err)
		if err != nil && p.isEndedBy(err) {
			return p.stop(err)
		}
		if isTooLate(ctx, err) {
			return p.stop(gaveUp(err))
		}
		p.progress(p.state)
		if p.isOver {
			return p.last, p.failure
		}
		if err := sleep(ctx, max(p.nextPause(), retryAfter(err))); err != nil {
			return p.stop(err)
		}
	}
}

// record takes note of what a poll came to.
func (p *poller[T]) record(got *T, err error) {
	p.state.Polls++
	p.state.Elapsed, p.state.Err = time.Since(p.start), err
	switch {
	case err == nil:
		p.failures, p.last = 0, got
		p.state.Status, p.isOver, p.failure = p.judge(got)
	case !p.isExempt(err):
		p.failures++
	}
}

// isExempt reports whether a failure of the latest poll is not counted, and ends no wait however often it comes.
func (p *poller[T]) isExempt(err error) bool {
	return errors.Is(err, ErrRateLimited) || p.isTooNew(p.state.Elapsed, err)
}

// isTooLate reports whether the pause that the API asked for would outlast the deadline.
func isTooLate(ctx context.Context, err error) bool {
	deadline, ok := ctx.Deadline()
	if pause := retryAfter(err); ok && pause > 0 {
		return time.Until(deadline) < pause
	}
	return false
}

// gaveUp returns the failure after which the next poll would come too late, with a text that says so.
func gaveUp(err error) error {
	var e *Error
	if errors.As(err, &e) && e.gaveUp != "" {
		return err // not even this poll was sent in time, which it says
	}
	return fmt.Errorf("%w (gave up: the next poll would come after the deadline)", err)
}

// isEndedBy reports whether a failed poll ends the wait: the next would fail in the same way, or too many have failed
// in a row.
func (p *poller[T]) isEndedBy(err error) bool {
	if p.isExempt(err) {
		return false
	}
	return !isTransient(err) || p.failures >= maxFailures
}

// stop returns what a wait returns that ends too early.
func (p *poller[T]) stop(cause error) (*T, error) {
	p.state.Elapsed = time.Since(p.start)
	return p.last, &WaitError{Progress: p.state, cause: cause}
}

// nextPause returns the pause to make now, varied by up to a fifth, and lengthens the one after it.
func (c *waitConfig) nextPause() time.Duration {
	pause := max(c.interval, minInterval)
	c.interval = min(pause+pause/2, c.longestInterval)
	return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))
}

// retryAfter returns how long the API asked to wait; 0 if it did not.
func retryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// isTransient reports whether another poll may succeed after this failure. A 404 that the API did not send says nothing
// about what is awaited.
func isTransient(err error) bool {
	var e *Error
	if errors.As(err, &e) && e.isForeignNotFound() {
		return true
	}
	return errors.Is(err, ErrServer) || errors.Is(err, ErrInvalidResponse) || errors.Is(err, ErrNoResponse)
}
