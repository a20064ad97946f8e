package wrapper

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is what the API said of the account's request budget: 5,000 requests in any hour and 250 in any minute.
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
type RateLimit struct {
	Limit     int       // requests allowed in an hour
	Remaining int       // requests left; 0 may mean the hour's budget or the minute's
	Reset     time.Time // when the oldest request expires; has been seen in the past
}

// Limiter decides when a request may be sent: Wait returns when it may, or an error when it may not. A *rate.Limiter of
// golang.org/x/time is one; one that is backed by a store lets many processes share a budget.
type Limiter interface {
	Wait(context.Context) error
}

// WithLimiter asks a limiter before every attempt of every request. Its error ends the request, as ErrNoAnswer that wraps it.
func WithLimiter(limiter Limiter) Option { return func(c *config) { c.limiter = limiter } }

// WithoutAdaptiveLimit sends requests without regard to what the API said of the budget. By default, once less than a
// tenth of it is left, requests are spread over the time until it is renewed, and while it is known to be used up they
// wait, or fail at once with ErrRateLimited if their deadline comes first.
func WithoutAdaptiveLimit() Option { return func(c *config) { c.pacer.off = true } }

// pacer is the adaptive limiter.
type pacer struct {
	off bool // it takes in what it hears, and holds nothing back

	mu      sync.Mutex
	limit   RateLimit     // as last heard
	spacing time.Duration // from one request to the next
	last    time.Time     // when the latest one went
	blocked time.Time     // until when none may go
	falling bool          // the budget was last seen low, and not at once 0
}

// note takes in what an answer said of the budget, and how long it asks to wait.
func (p *pacer) note(status int, limit RateLimit, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	low, ahead := limit.Limit/10, untilReset(limit)
	p.falling = limit.Remaining <= low && (p.falling || limit.Remaining > 0)
	switch {
	case status == http.StatusTooManyRequests:
	case limit.Limit == 0 || limit.Remaining > 0:
		pause = 0
	case !p.falling: // without a way down to it, 0 may be that of the minute's budget
		pause = min(ahead, time.Minute)
	default:
		pause = ahead
	}
	if until := time.Now().Add(pause); until.After(p.blocked) {
		p.blocked = until
	}
	if limit.Limit == 0 {
		return
	}
	if ahead <= 0 || limit.Remaining == 0 { // there is nothing to spread, or no time: this is the pace that always lasts
		ahead = time.Hour * time.Duration(limit.Remaining+1) / time.Duration(limit.Limit)
	}
	// The spacing grows from nothing, at a tenth of the budget, to what spreads the last requests over all of the time.
	p.limit, p.spacing = limit, 0
	if limit.Remaining < low {
		p.spacing = time.Duration(float64(ahead) * float64(low-limit.Remaining) / float64(low) / float64(limit.Remaining+1))
	}
}

// Wait holds a request back until it may go. It looks up at least once a minute, since another answer may have brought
// better news.
func (p *pacer) Wait(ctx context.Context) error {
	for !p.off && ctx.Err() == nil { // a request that will not be sent takes nobody's turn
		pause, err := p.claim(ctx)
		if err == nil && pause > 0 {
			err = sleep(ctx, min(pause, time.Minute))
		}
		if err != nil || pause <= 0 {
			return err
		}
	}
	return nil
}

// claim lets a request go, or returns how long it has to wait. One whose deadline comes before its turn goes at once
// while there is budget left, and fails at once when there is none.
func (p *pacer) claim(ctx context.Context) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	deadline, bounded := ctx.Deadline()
	turn := p.last.Add(p.spacing)
	if p.blocked.After(turn) {
		turn = p.blocked
	}
	switch {
	case bounded && now.Before(deadline) && deadline.Before(p.blocked):
		return 0, &Error{Status: http.StatusTooManyRequests, Message: "not sent, because the request budget is used up", RetryAfter: p.blocked.Sub(now), RateLimit: p.limit}
	case turn.After(now) && (!bounded || turn.Before(deadline)):
		return turn.Sub(now), nil
	}
	p.last = now
	return 0, nil
}

// parseRateLimit returns the zero value where the headers are missing or nonsense.
func parseRateLimit(h http.Header) (r RateLimit) {
	limit, err1 := strconv.Atoi(h.Get("ratelimit-limit"))
	remaining, err2 := strconv.Atoi(h.Get("ratelimit-remaining"))
	if err1 != nil || err2 != nil || limit <= 0 {
		return RateLimit{}
	}
	if reset, err := strconv.ParseInt(h.Get("ratelimit-reset"), 10, 64); err == nil {
		r.Reset = time.Unix(reset, 0)
	}
	r.Limit, r.Remaining = limit, max(remaining, 0)
	return r
}

// maxPause is as long as the longest limit of the API lasts; who asks for more is not believed.
const maxPause = time.Hour

// askedPause returns how long an answer asks to wait: by retry-after, in seconds or as an HTTP date, or else, where the
// hour's budget is used up, for which the API sends none, until its reset. What lies in the past says nothing.
func askedPause(resp *http.Response, limit RateLimit) (pause time.Duration) {
	value := resp.Header.Get("retry-after")
	if value == "" && resp.StatusCode != http.StatusTooManyRequests {
		return 0 // as nearly always, and without the errors of the parsers
	}
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		pause = time.Duration(min(max(seconds, 0), 3600)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		pause = time.Until(at)
	} else if resp.StatusCode == http.StatusTooManyRequests && limit.Limit > 0 && limit.Remaining == 0 {
		pause = untilReset(limit)
	}
	return min(max(pause, 0), maxPause)
}

// untilReset returns how long it is to a reset, which is given in whole seconds; 0 if it is past.
func untilReset(limit RateLimit) time.Duration {
	return min(max(time.Until(limit.Reset.Add(time.Second)), 0), maxPause)
}
