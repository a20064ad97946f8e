package fakeapi

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

const defaultPerHour = 5000

// limits counts the requests of each token in sliding windows, as the API's introduction describes it.
type limits struct {
	perHour   int
	perMinute int
	used      map[string][]time.Time // requests of the last hour, oldest first
}

// take counts a request, or refuses it, and writes the headers that say so.
func (l *limits) take(h http.Header, token string, now time.Time) error {
	used := l.used[token]
	for len(used) > 0 && now.Sub(used[0]) >= time.Hour {
		used = used[1:]
	}
	l.used[token] = used

	inMinute := len(used)
	for inMinute > 0 && now.Sub(used[len(used)-inMinute]) >= time.Minute {
		inMinute--
	}
	switch {
	case l.perHour > 0 && len(used) >= l.perHour:
		l.headers(h, token, now)
		return errTooMany
	case l.perMinute > 0 && inMinute >= l.perMinute:
		l.headers(h, token, now)
		wait := time.Minute - now.Sub(used[len(used)-inMinute])
		h.Set("ratelimit-remaining", "0")
		h.Set("retry-after", wholeSeconds(wait))
		return errTooMany
	}
	used = append(used, now)
	if l.perHour == 0 && len(used) > max(defaultPerHour/2, l.perMinute) {
		used = used[1:]
	}
	l.used[token] = used
	l.headers(h, token, now)
	return nil
}

func (l *limits) headers(h http.Header, token string, now time.Time) {
	limit, used := l.perHour, len(l.used[token])
	if limit == 0 {
		// A client that spaces its requests must not take a limit that is off for one that is near.
		limit, used = defaultPerHour, min(used, defaultPerHour/2)
	}
	reset := now.Add(time.Hour)
	if used := l.used[token]; len(used) > 0 {
		reset = used[0].Add(time.Hour)
	}
	h.Set("ratelimit-limit", strconv.Itoa(limit))
	h.Set("ratelimit-remaining", strconv.Itoa(max(limit-used, 0)))
	h.Set("ratelimit-reset", strconv.FormatInt(reset.Unix(), 10))
}

// wholeSeconds is a time as retry-after gives it: rounded up, because whoever comes back too early is refused again.
func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
