package fakeapi

import (
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
		h.Set("retry-after", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		return errTooMany
	}
	used = append(used, now)
	if l.perHour == 0 && len(used) > defaultPerHour/2 {
		used = used[1:] // a client that spaces its requests must not take a limit that is off for one that is near
	}
	l.used[token] = used
	l.headers(h, token, now)
	return nil
}

func (l *limits) headers(h http.Header, token string, now time.Time) {
	limit := l.perHour
	if limit == 0 {
		limit = defaultPerHour
	}
	reset := now.Add(time.Hour)
	if used := l.used[token]; len(used) > 0 {
		reset = used[0].Add(time.Hour)
	}
	h.Set("ratelimit-limit", strconv.Itoa(limit))
	h.Set("ratelimit-remaining", strconv.Itoa(max(limit-len(l.used[token]), 0)))
	h.Set("ratelimit-reset", strconv.FormatInt(reset.Unix(), 10))
}
