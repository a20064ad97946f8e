package wrapper

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is the request budget of the account, as the API reported it in a response. The API allows 5,000 requests
// in any hour and 250 in any minute.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
type RateLimit struct {
	Limit     int       // requests allowed in an hour
	Remaining int       // requests left; 0 may mean the budget of the hour or that of the minute
	Reset     time.Time // when the oldest request leaves the budget; the API has been seen to name times in the past
}

// parseRateLimit returns what the headers say of the budget, or the zero value if they are missing or not numbers.
func parseRateLimit(h http.Header) RateLimit {
	limit, err := strconv.Atoi(h.Get("ratelimit-limit"))
	if err != nil || limit <= 0 {
		return RateLimit{}
	}
	remaining, err := strconv.Atoi(h.Get("ratelimit-remaining"))
	if err != nil {
		return RateLimit{}
	}
	budget := RateLimit{Limit: limit, Remaining: max(remaining, 0)}
	if reset, err := strconv.ParseInt(h.Get("ratelimit-reset"), 10, 64); err == nil {
		budget.Reset = time.Unix(reset, 0)
	}
	return budget
}

// maxPause caps the pauses that a server may ask for: no documented limit lasts longer than an hour.
const maxPause = time.Hour

// requestedPause returns how long a response asks the client to wait, at most maxPause; 0 if it does not ask.
//
// The limit per minute comes with retry-after, in seconds or as an HTTP date. The limit per hour comes without, so
// there the pause lasts until ratelimit-reset.
func requestedPause(resp *http.Response, budget RateLimit) time.Duration {
	retryAfter := resp.Header.Get("retry-after")
	isRefusal := resp.StatusCode == http.StatusTooManyRequests
	if retryAfter == "" && !isRefusal {
		return 0 // nearly every response; the parsers below would allocate errors for it
	}
	if seconds, err := strconv.ParseInt(retryAfter, 10, 64); err == nil {
		// Capped before it is multiplied, since a server may send any number of seconds.
		return capPause(time.Duration(min(max(seconds, 0), int64(maxPause/time.Second))) * time.Second)
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return capPause(time.Until(at))
	}
	if isRefusal && budget.Limit > 0 && budget.Remaining == 0 {
		return untilReset(budget)
	}
	return 0
}

// untilReset returns how long it is to the reset of a budget; 0 if that is past. The API gives whole seconds, so one
// is added to be on the safe side.
func untilReset(budget RateLimit) time.Duration {
	return capPause(time.Until(budget.Reset.Add(time.Second)))
}

func capPause(pause time.Duration) time.Duration { return min(max(pause, 0), maxPause) }
