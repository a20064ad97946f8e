package check

import (
	"net/http"
	"time"
)

// clockSkew is how far a time may be after the Date of its response. Several services write the two,
// and how far their clocks agree is unknown. A day is beyond any zone that was left out, too.
const clockSkew = 24 * time.Hour

// firstYear is that of the oldest response that is known. An earlier Date is one that a tool wrote over
// the real one, such as the beginning of Unix time.
const firstYear = 2014

// date returns when a response was made, by its Date header, and false where it has none to believe.
func (c *checker) date() (time.Time, bool) {
	text := c.exchange.Header.Get("Date")
	if text == "" { // which saves the error that ParseTime makes
		return time.Time{}, false
	}
	date, err := http.ParseTime(text)
	return date, err == nil && date.Year() >= firstYear
}

// checkTimes demands that what is told to have happened not be in the future, by the Date of the
// response.
func (c *checker) checkTimes(tells tells) {
	date, ok := c.date()
	if !ok {
		return
	}
	latest := newLatestTime(date.Add(clockSkew))
	for image := range tells.everyImage {
		c.checkPast(image.object, latest, "created_at", "updated_at")
	}
	for action := range tells.everyAction {
		c.checkPast(action.object, latest, "started_at", "completed_at")
	}
}

// checkPast demands that the times in some fields of an object not be after the latest that may be.
func (c *checker) checkPast(of *object, latest latestTime, names ...string) {
	for _, name := range names {
		if told := fieldOf[string](of, name); latest.isBefore(told.value) {
			const message = "more than a day after the Date of the response"
			c.add("future-time", "body", told.at(), message).Got = c.got(told.value)
		}
	}
}

// latestTime is the latest time that may be told.
type latestTime struct {
	at   time.Time
	text string // in the form that the API writes
}

func newLatestTime(at time.Time) latestTime {
	at = at.UTC()
	return latestTime{at: at, text: at.Format(time.RFC3339)}
}

// isBefore reports whether a text is a later time. Nearly all have the form that the API writes, in which
// times are in order as texts are: no page of images has to be parsed for it.
func (l latestTime) isBefore(text string) bool {
	isUsual := len(text) == len(l.text) && text[len(text)-1] == 'Z'
	if text == "" || isUsual && text <= l.text {
		return false
	}
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && at.After(l.at)
}

// isBefore reports whether a time is before another. Texts that are not times are judged by their schema.
func isBefore(a, b string) bool {
	t, err1 := time.Parse(time.RFC3339, a)
	u, err2 := time.Parse(time.RFC3339, b)
	return err1 == nil && err2 == nil && t.Before(u)
}

// isSameTime reports whether two texts are the same time, whatever their form.
func isSameTime(a, b string) bool {
	t, err1 := time.Parse(time.RFC3339, a)
	u, err2 := time.Parse(time.RFC3339, b)
	return a == b || err1 == nil && err2 == nil && t.Equal(u)
}
