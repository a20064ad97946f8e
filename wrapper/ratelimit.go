package wrapper

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is the request budget of the account, as the API reported it in a response. The API allows 5,000 requests
// in any hour and 250 in any minute.
//
// Reset is what the API sent, on its clock. The API reference calls it the time when the oldest request expires. In
// all exchanges of 2017 to 2020 that are known, it was the time when the oldest request was made, and so in the past;
// in those of 2014, 2016 and 2022 it was ahead (doctl#241, dchonch/digitalocean-postman, AnalogJ/lexicon,
// JupiterOne/graph-digitalocean). A client uses it only if it is after the Date of its response.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
type RateLimit struct {
	Limit     int       // requests allowed in an hour
	Remaining int       // requests left; 0 may mean the budget of the hour or that of the minute (openapi#816)
	Reset     time.Time // when the oldest request expires, or was made
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

// limits is what a response says of the budget and of pauses. Times on the server's clock are turned into distances
// here, since the clock of the client may be wrong by hours.
type limits struct {
	RateLimit
	untilReset time.Duration // at most maxPause; 0 if the reset is not after the response's Date, and so says nothing
	retryAfter time.Duration // how long the client is asked to wait, at most maxPause; 0 if it is not
}

func parseLimits(resp *http.Response) limits {
	sent, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		sent = time.Now()
	}
	l := limits{RateLimit: parseRateLimit(resp.Header)}
	if l.Reset.After(sent) {
		// The API gives whole seconds, so one is added to be on the safe side.
		l.untilReset = capPause(l.Reset.Add(time.Second).Sub(sent))
	}
	l.retryAfter = l.requestedPause(resp, sent)
	return l
}

// requestedPause returns how long a response asks the client to wait, at most maxPause; 0 if it does not ask.
//
// The limit per minute comes with retry-after, in seconds. The limit per hour comes without (openapi#816), so there the
// pause lasts until ratelimit-reset. HTTP also allows a date as retry-after, which proxies may send.
func (l limits) requestedPause(resp *http.Response, sent time.Time) time.Duration {
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
		return capPause(at.Sub(sent))
	}
	if isRefusal && l.Limit > 0 && l.Remaining == 0 {
		return l.untilReset
	}
	return 0
}

func capPause(pause time.Duration) time.Duration { return min(max(pause, 0), maxPause) }
