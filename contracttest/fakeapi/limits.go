package fakeapi

import (
	"math"
	"net/http"
	"sort"
	"strconv"
	"time"
)

// The documented limits: https://docs.digitalocean.com/reference/api/reference/#rate-limit
const (
	defaultPerHour   = 5000
	defaultPerMinute = 250
)

// limits counts the requests of each token in sliding windows, as the API's introduction describes it.
type limits struct {
	perHour   int                    // 0 is no limit
	perMinute int                    // 0 is no limit
	pastReset bool                   // whether reset is when the oldest request was made, and not when it expires
	used      map[string][]time.Time // the requests of the last hour, oldest first
}

// take counts a request, or refuses it with a 429, and writes the headers that say so. A refused request is not
// counted.
func (l *limits) take(h http.Header, token string, now time.Time) error {
	inHour := within(time.Hour, l.used[token], now)
	inMinute := within(time.Minute, inHour, now)
	l.used[token] = inHour
	if l.perHour > 0 && len(inHour) >= l.perHour {
		l.headers(h, token, now)
		return errTooMany
	}
	if l.perMinute > 0 && len(inMinute) >= l.perMinute {
		l.headers(h, token, now)
		h.Set("ratelimit-remaining", "0")
		h.Set("retry-after", wholeSeconds(time.Minute-now.Sub(inMinute[0])))
		return errTooMany
	}
	used := append(inHour, now)
	if l.perHour == 0 && len(used) > max(defaultPerHour/2, l.perMinute) {
		used = used[1:] // more are never shown, nor needed for the limit per minute
	}
	l.used[token] = used
	l.headers(h, token, now)
	return nil
}

// headers writes the three rate-limit headers. An empty token has used nothing.
func (l *limits) headers(h http.Header, token string, now time.Time) {
	inHour := within(time.Hour, l.used[token], now)
	limit, used := l.perHour, len(inHour)
	if limit == 0 {
		// A client that paces itself by these headers must not mistake an absent limit for one that is near.
		limit, used = defaultPerHour, min(used, defaultPerHour/2)
	}
	oldest := now
	if len(inHour) > 0 {
		oldest = inHour[0]
	}
	reset := oldest.Add(time.Hour) // when the oldest request expires
	if l.pastReset {
		reset = oldest
	}
	h.Set("ratelimit-limit", strconv.Itoa(limit))
	h.Set("ratelimit-remaining", strconv.Itoa(max(limit-used, 0)))
	h.Set("ratelimit-reset", strconv.FormatInt(reset.Unix(), 10))
}

// within returns the end of a list of times, oldest first, that is less than a window old.
func within(window time.Duration, times []time.Time, now time.Time) []time.Time {
	first := sort.Search(len(times), func(i int) bool { return now.Sub(times[i]) < window })
	return times[first:]
}

// wholeSeconds formats a duration as retry-after does. It rounds up: a client that comes back too early is refused
// again.
func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
