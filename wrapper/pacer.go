package wrapper

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// heldBack is the pacer's refusal to send a request whose deadline comes before its turn.
type heldBack struct {
	retryAfter time.Duration
	budget     RateLimit
}

func (*heldBack) Error() string { return "not sent, because the request budget is used up" }

// pacer is the adaptive limiter: it spaces requests by what responses say of the budget. Its zero value is ready.
type pacer struct {
	off bool // observes responses, but delays nothing

	mu      sync.Mutex
	budget  RateLimit     // as of the latest response that had one
	spacing time.Duration // from one request to the next
	last    time.Time     // when the latest request was sent
	blocked time.Time     // until when none may be sent
	falling bool          // Remaining has been seen low and above 0, so a 0 that follows is the hour's
}

// rateLimit returns the budget as of the latest response that had one.
func (p *pacer) rateLimit() RateLimit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.budget
}

// observe takes note of what a response said of the budget, and of how long it asks to wait.
func (p *pacer) observe(status int, said limits) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.falling = said.Remaining <= low(said.RateLimit) && (p.falling || said.Remaining > 0)
	// A later time only: a response that was under way during a refusal does not undo it.
	if until := time.Now().Add(p.holdBack(status, said)); until.After(p.blocked) {
		p.blocked = until
	}
	if said.Limit > 0 {
		p.budget, p.spacing = said.RateLimit, spacing(said)
	}
}

// holdBack returns for how long no request may be sent.
func (p *pacer) holdBack(status int, said limits) time.Duration {
	switch {
	case status == http.StatusTooManyRequests:
		return said.retryAfter
	case said.Limit == 0 || said.Remaining > 0:
		return 0
	case !p.falling:
		// The API reports 0 for the minute's budget, too (openapi#816). One that falls to 0 at once is most likely
		// that.
		return min(said.untilReset, time.Minute)
	default:
		return said.untilReset
	}
}

// low is a tenth of the budget. Requests are spaced once fewer remain.
func low(budget RateLimit) int { return budget.Limit / 10 }

// spacing returns the time from one request to the next. It is 0 while a tenth of the budget is left. Then it grows,
// up to the spacing at which the last requests are spread over all of the time until the reset.
func spacing(said limits) time.Duration {
	tenth := low(said.RateLimit)
	if said.Remaining >= tenth {
		return 0
	}
	left := said.untilReset
	if left == 0 || said.Remaining == 0 {
		// The reset says nothing, or nothing is left to spread. An even pace over the hour never uses up a budget.
		left = time.Hour * time.Duration(said.Remaining+1) / time.Duration(said.Limit)
	}
	share := float64(tenth-said.Remaining) / float64(tenth)
	return time.Duration(float64(left) * share / float64(said.Remaining+1))
}

// wait waits until a request may be sent. It rechecks at least once a minute: another response may have raised the
// budget. Before the first pause it says how long that will be.
func (p *pacer) wait(ctx context.Context, announce func(time.Duration)) error {
	for isFirst := true; !p.off && ctx.Err() == nil; isFirst = false { // one whose context has ended takes no turn
		pause, err := p.reserve(ctx)
		if err != nil || pause == 0 {
			return err
		}
		if isFirst {
			announce(pause)
		}
		if err := sleep(ctx, min(pause, time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

// reserve returns 0 if a request may be sent now, and otherwise how long to wait. A request whose deadline precedes
// its turn is not delayed: it is sent if budget remains, and fails if none does.
func (p *pacer) reserve(ctx context.Context) (time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	deadline, hasDeadline := ctx.Deadline()
	if hasDeadline && now.Before(deadline) && deadline.Before(p.blocked) {
		return 0, &heldBack{retryAfter: p.blocked.Sub(now), budget: p.budget}
	}
	turn := p.last.Add(p.spacing)
	if p.blocked.After(turn) {
		turn = p.blocked
	}
	if turn.After(now) && (!hasDeadline || turn.Before(deadline)) {
		return turn.Sub(now), nil
	}
	p.last = now
	return 0, nil
}
