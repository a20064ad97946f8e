package check

import (
	"time"

	"example.com/doimages/contracttest/traffic"
)

// sighting is since when the id of an image or of an action has been known.
type sighting struct {
	isKnown bool
	isMade  bool      // whether a response gave the id to something new
	since   time.Time // when the first response that has the id had been read
}

// observe takes in a response that has the id. It reports whether the response gives it to something new although it
// was in use: it had been seen before the request began, or was given to something new by another response. Of two
// such responses one is wrong, whichever came first.
func (s *sighting) observe(exchange traffic.Exchange, isNew bool) (reused bool) {
	reused = isNew && s.isKnown && (s.isMade || exchange.BeganAfter(s.since))
	if !s.isKnown || exchange.Ended.Before(s.since) {
		s.since = exchange.Ended
	}
	s.isKnown, s.isMade = true, s.isMade || isNew
	return reused
}
