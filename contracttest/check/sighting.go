package check

import (
	"time"

	"example.com/doimages/contracttest/traffic"
)

// sighting is since when the id of an image or of an action has been known.
type sighting struct {
	isKnown bool
	since   time.Time // when the first response that has the id had been read
}

// observe takes in a response that has the id. It reports whether the response gives it to something new although it
// had been seen before the request began. Of two that overlap it says nothing: a list may show what a create has just
// made, and an archive may have one response as two programs saw it.
func (s *sighting) observe(exchange traffic.Exchange, isNew bool) (reused bool) {
	reused = isNew && s.isKnown && exchange.BeganAfter(s.since)
	if !s.isKnown || exchange.Ended.Before(s.since) {
		s.since = exchange.Ended
	}
	s.isKnown = true
	return reused
}

// toldStatus is a status, and when it had been told for the first time.
type toldStatus struct {
	status string
	at     time.Time
}

// contradiction returns what is wrong with a field that had another value before.
func contradiction[T any](check string, f field[T], message string) problem {
	return problem{
		check:   check,
		at:      f.at(),
		message: message,
		given:   f.given(),
		shown:   true,
	}
}
