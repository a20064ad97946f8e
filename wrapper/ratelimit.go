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

func parseRateLimit(h http.Header) (RateLimit, bool) {
	limit, err1 := strconv.Atoi(h.Get("ratelimit-limit"))
	remaining, err2 := strconv.Atoi(h.Get("ratelimit-remaining"))
	if err1 != nil || err2 != nil {
		return RateLimit{}, false
	}
	r := RateLimit{Limit: limit, Remaining: remaining}
	if reset, err := strconv.ParseInt(h.Get("ratelimit-reset"), 10, 64); err == nil {
		r.Reset = time.Unix(reset, 0)
	}
	return r, true
}

// maxRetryAfter is longer than any limit of the API lasts; a server that asks for more is not believed.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter reads both forms of the header, seconds and an HTTP date; 0 stands for none, past or nonsense.
func parseRetryAfter(value string) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = time.Until(at)
	}
	return min(max(d, 0), maxRetryAfter)
}
