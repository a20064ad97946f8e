package wrapper

import (
	"context"
	"net/http"
	"sync"
	"time"
)

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

// observe takes in what a response said of the budget, and how long it asks to wait.
func (p *pacer) observe(status int, limit RateLimit, retryAfter time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.falling = limit.Remaining <= low(limit) && (p.falling || limit.Remaining > 0)
	if until := time.Now().Add(p.holdBack(status, limit, retryAfter)); until.After(p.blocked) {
		p.blocked = until
	}
	if limit.Limit > 0 {
		p.limit, p.spacing = limit, spacing(limit)
	}
}

// holdBack returns for how long no request may go.
func (p *pacer) holdBack(status int, limit RateLimit, retryAfter time.Duration) time.Duration {
	switch {
	case status == http.StatusTooManyRequests:
		return retryAfter
	case limit.Limit == 0 || limit.Remaining > 0:
		return 0
	case !p.falling: // without a way down to it, 0 may be that of the minute's budget
		return min(untilReset(limit), time.Minute)
	default:
		return untilReset(limit)
	}
}

// low is the budget below which requests are spaced.
func low(limit RateLimit) int { return limit.Limit / 10 }

// spacing returns the time from one request to the next: nothing down to a tenth of the budget, and then ever more, up to
// what spreads the last requests over all of the time until the reset.
func spacing(limit RateLimit) time.Duration {
	low := low(limit)
	if limit.Remaining >= low {
		return 0
	}
	left := untilReset(limit)
	if left <= 0 || limit.Remaining == 0 { // no time, or nothing to spread over it: this is the pace that always lasts
		left = time.Hour * time.Duration(limit.Remaining+1) / time.Duration(limit.Limit)
	}
	share := float64(low-limit.Remaining) / float64(low)
	return time.Duration(float64(left) * share / float64(limit.Remaining+1))
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
