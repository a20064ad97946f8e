package check

import (
	"net/http"
	"strconv"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// maxTold is how many values of a window are remembered: as many as an hour has requests.
const maxTold = 5000

// budgetWindow is what the responses of one window of the rate limit said of the remaining
// requests.
type budgetWindow struct {
	reset   string       // as the header says: when its oldest request was made, or when that expires
	told    map[int]bool // what was told to remain
	least   int
	leastAt time.Time // when that had been told
	most    int
}

// observe takes in an exchange. It reports whether requests were given back within the window, and
// how many had remained.
func (b *budgetWindow) observe(e traffic.Exchange) (before int, grew bool) {
	reset := e.Header.Get("Ratelimit-Reset")
	remaining, err := strconv.Atoi(e.Header.Get("Ratelimit-Remaining"))
	// A 429 for the limit of a minute may say 0 while the hour has more, and a 401 has no account.
	isOfAnother := e.Status == http.StatusTooManyRequests || e.Status == http.StatusUnauthorized
	if err != nil || reset == "" || isOfAnother {
		return 0, false
	}
	if reset != b.reset || len(b.told) >= maxTold {
		*b = budgetWindow{reset: reset, told: map[int]bool{}, least: remaining, leastAt: e.Ended, most: remaining}
	}
	before, grew = b.least, b.contradicts(remaining, e)
	if grew && b.isExpiring(e) { // what was given back may be used up again
		grew, b.least, b.leastAt, b.most = false, remaining, e.Ended, remaining
		clear(b.told)
	}
	if remaining < b.least || remaining == b.least && e.Ended.Before(b.leastAt) {
		b.least, b.leastAt = remaining, e.Ended
	}
	b.told[remaining], b.most = true, max(b.most, remaining)
	return before, grew
}

// contradicts reports whether more remains than may. Without times an exchange may have overlapped
// with others, whose responses come in any order: what fills a gap is fine, and what was told
// before is not.
func (b *budgetWindow) contradicts(remaining int, e traffic.Exchange) bool {
	if e.Began.IsZero() {
		return remaining > b.most || remaining > b.least && b.told[remaining]
	}
	return remaining > b.least && e.BeganAfter(b.leastAt)
}

// isExpiring reports whether an exchange came within a second of when the oldest request of the
// window expires, by the date of the response or else by when it was under way. Others may have been
// made in the same second, and are given back one by one. In responses of 2017 to 2020 the header has
// the time at which that request was made, an hour before it expires; see ratelimit-reset in the
// contract.
func (b *budgetWindow) isExpiring(e traffic.Exchange) bool {
	seconds, err := strconv.ParseInt(b.reset, 10, 64)
	if err != nil {
		return false
	}
	from, to := e.Began, e.Ended
	if date, err := http.ParseTime(e.Header.Get("Date")); err == nil {
		from, to = date, date
	}
	from, to = from.Truncate(time.Second).Add(-time.Second), to.Truncate(time.Second).Add(time.Second)
	for _, at := range []time.Time{time.Unix(seconds, 0), time.Unix(seconds, 0).Add(time.Hour)} {
		if !at.Before(from) && !at.After(to) {
			return true
		}
	}
	return false
}
