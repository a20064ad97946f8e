package wrapper

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is what the API said of the account's request budget: 5,000 requests in any hour and 250 in any minute.
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
type RateLimit struct {
	Limit     int       // requests allowed in an hour
	Remaining int       // requests left; 0 may mean the hour's budget or the minute's
	Reset     time.Time // when the oldest request expires; has been seen in the past
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
