package check

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// checkBudget demands of the headers about the rate limit what their schemas leave open: that none be
// negative, that what is left be a part of the limit, and that the times be ones that a client can
// wait for.
func (c *checker) checkBudget() {
	limit, hasLimit := c.numberIn("Ratelimit-Limit")
	remaining, hasRemaining := c.numberIn("Ratelimit-Remaining")
	if hasLimit && hasRemaining && limit >= 0 && remaining > limit {
		message := fmt.Sprintf("exceeds the limit of %d", limit)
		c.add("header", headerPart("Ratelimit-Remaining"), nil, message).Got = strconv.FormatInt(remaining, 10)
	}
	c.checkReset()
	c.checkRetryAfter()
}

// numberIn returns the number in a header, and whether there is one. It files a negative one: a limit
// of 0 has not been seen, and may be that of an account without access.
func (c *checker) numberIn(name string) (number int64, ok bool) {
	text := c.exchange.Header.Get(name)
	if text == "" { // which saves the error that ParseInt makes
		return 0, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, false
	}
	if number < 0 {
		c.add("header", headerPart(name), nil, "negative").Got = strconv.FormatInt(number, 10)
	}
	return number, true
}

// leastMilliseconds is what no Unix time in seconds comes to before the year 5138. In milliseconds, every
// time since 1973 is more.
const leastMilliseconds = 100_000_000_000

// checkReset demands that the window of the rate limit end near the Date of the response. What is up to
// an hour in the past is right: it may be the time of the oldest request; see ratelimit-reset in the
// contract. What is more than a day away is not a time, but perhaps a number of seconds.
func (c *checker) checkReset() {
	reset, ok := c.numberIn("Ratelimit-Reset")
	if !ok || reset < 0 {
		return
	}
	in, got := headerPart("Ratelimit-Reset"), strconv.FormatInt(reset, 10)
	if reset >= leastMilliseconds {
		c.add("header", in, nil, "not a Unix time in seconds: too large by a factor of a thousand or more").Got = got
		return
	}
	date, ok := c.date()
	if away := time.Unix(reset, 0).Sub(date).Abs(); ok && away > clockSkew {
		c.addAs("header", Drift, in, nil, "more than a day away from the Date of the response").Got = got
	}
}

// longestLimit is how many seconds the longest documented limit lasts, that of an hour (introduction of
// the API reference).
const longestLimit = 3600

// checkRetryAfter demands a pause that ends when a limit does. On another status than 429 it is not that of
// a limit, and may take as long as the server says.
func (c *checker) checkRetryAfter() {
	seconds, ok := c.numberIn("Retry-After")
	if ok && seconds > longestLimit && c.exchange.Status == http.StatusTooManyRequests {
		const message = "more seconds than the longest limit lasts, an hour"
		c.addAs("header", Drift, headerPart("Retry-After"), nil, message).Got = strconv.FormatInt(seconds, 10)
	}
}
