package check_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// at returns an exchange of a window of the rate limit that began and ended at the seconds given.
func at(t *testing.T, s step, remaining, began, ended int) traffic.Exchange {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e := exchangeOf(t, s, remaining, 100)
	e.Began = start.Add(time.Duration(began) * time.Second)
	e.Ended = start.Add(time.Duration(ended) * time.Second)
	return e
}

var (
	available = readImage(testkit.Image(1))
	pending   = readImage(testkit.ImageOf(1, "snapshot", "pending", made))
	running   = readAction("in-progress")
	completed = readAction("completed")
	errored   = readAction("errored")
)

// Of requests that were under way at the same time it is unknown which the server handled first. What is known to have
// begun later is judged.
func TestSequencesThatOverlap(t *testing.T) {
	for name, test := range map[string]struct {
		first, second step
		want          string
	}{
		"deleted and listed":        {first: deleted, second: listPage(1, 1, 1), want: "sequence-deleted"},
		"deleted and read":          {first: deleted, second: available, want: "sequence-deleted"},
		"available and pending":     {first: available, second: pending, want: "sequence-status"},
		"completed and in progress": {first: completed, second: running, want: "sequence-status"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			assert.Empty(t, s.add(at(t, test.first, 10, 0, 2), at(t, test.second, 9, 1, 5)), "at the same time")
			assert.Equal(t, []string{test.want}, checksOf(s.add(at(t, test.second, 8, 6, 7))), "later")

			s = newSession(t)
			later := s.add(at(t, test.first, 10, 0, 2), at(t, test.second, 9, 3, 5))
			assert.Equal(t, []string{test.want}, checksOf(later))
		})
	}
}

// What was told twice is known since the first time.
func TestSequencesRememberTheFirstTime(t *testing.T) {
	for name, test := range map[string]struct {
		exchanges []traffic.Exchange
		want      string
	}{
		"a status": {
			exchanges: []traffic.Exchange{
				at(t, available, 12, 0, 2), at(t, available, 11, 1, 100), at(t, pending, 10, 50, 101),
			},
			want: "sequence-status",
		},
		"a delete": {
			exchanges: []traffic.Exchange{
				at(t, deleted, 12, 0, 2), at(t, deleted, 11, 1, 100), at(t, available, 10, 50, 101),
			},
			want: "sequence-deleted",
		},
		"a rate limit": {
			exchanges: []traffic.Exchange{
				at(t, available, 5, 0, 2), at(t, available, 5, 1, 100), at(t, available, 9, 50, 101),
			},
			want: "sequence-ratelimit",
		},
		"the end of an action": {
			exchanges: []traffic.Exchange{
				at(t, completed, 12, 0, 100), at(t, completed, 11, 1, 5), at(t, running, 10, 6, 7),
			},
			want: "sequence-status",
		},
		"two ends of an action, of which one is wrong, whichever came first": {
			exchanges: []traffic.Exchange{
				at(t, completed, 12, 0, 2), at(t, errored, 11, 1, 3),
			},
			want: "sequence-status",
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, []string{test.want}, checksOf(newSession(t).add(test.exchanges...)))
		})
	}
}

// A page that was under way while the list was changed may be one of before or of after.
func TestPagesThatOverlapAChange(t *testing.T) {
	create := respond("POST /v2/images "+createBody, 202, `{"image":`+testkit.ImageOf(9, "custom", "NEW", made)+`}`)
	assert.Empty(t, newSession(t).add(
		at(t, listPage(1, 5, 1, 2), 20, 0, 1),
		at(t, deleted, 19, 2, 3),
		at(t, create, 18, 2, 3),
		at(t, listPage(1, 5, 2, 3), 17, 4, 5),
		at(t, listPage(2, 5, 3, 4), 16, 2, 6),
	))
}

func TestSequenceOfRateLimits(t *testing.T) {
	limited := respond("GET /v2/images/1", 429, `{"id":"too_many_requests","message":"m"}`)
	s := newSession(t)
	assert.Empty(t, s.add(
		exchangeOf(t, available, 10, 100),
		exchangeOf(t, available, 9, 100),
		exchangeOf(t, limited, 0, 100),
		exchangeOf(t, available, 8, 100),
		exchangeOf(t, available, 4000, 200),
	))
	assert.Equal(t, []string{"sequence-ratelimit"}, checksOf(s.add(exchangeOf(t, available, 4001, 200))))
}

// The header may have the time at which the oldest request was made. It stays while the rest falls, and moves on when
// that request expires an hour later; others of the same second are given back then one by one.
func TestSequenceOfRateLimitsWithThePastTime(t *testing.T) {
	const oldest = 1_590_000_000 // when the image was there
	for name, test := range map[string]struct {
		after int64 // seconds from the oldest request to the last exchange
		want  []string
	}{
		"before it expires": {after: 3000, want: []string{"sequence-ratelimit"}},
		"as it expires":     {after: 3600},
		"long after":        {after: 4000, want: []string{"sequence-ratelimit"}},
		"as the time says":  {after: 0},
	} {
		t.Run(name, func(t *testing.T) {
			dated := func(remaining int, reset, sent int64) traffic.Exchange {
				e := exchangeOf(t, available, remaining, int(reset))
				testkit.SetHeader("Date", time.Unix(sent, 0).UTC().Format(http.TimeFormat))(&e)
				return e
			}
			s := newSession(t)
			assert.Empty(t, s.add(
				dated(4990, oldest, oldest+10),
				dated(4989, oldest, oldest+20),
				dated(4988, oldest, oldest+2000),
			))
			assert.Equal(t, test.want, checksOf(s.add(dated(4989, oldest, oldest+test.after))))
			assert.Empty(t, s.add(dated(4995, oldest+900, oldest+3700)), "the next request is the oldest")
		})
	}
}

// The responses to several requests at a time come in any order: one may fill a gap, and none may be given again.
func TestSequenceOfRateLimitsWithoutTimes(t *testing.T) {
	s := newSession(t)
	for _, remaining := range []int{4999, 4996, 4998, 4995, 4997, 4994} {
		assert.Empty(t, s.add(exchangeOf(t, available, remaining, 100)))
	}
	assert.Equal(t, []string{"sequence-ratelimit"}, checksOf(s.add(exchangeOf(t, available, 4998, 100))))
}

func TestSequenceOfRateLimitsThatOverlap(t *testing.T) {
	s := newSession(t)
	assert.Empty(t, s.add(
		at(t, available, 10, 0, 3),
		at(t, available, 12, 1, 4), // was there before the first, whichever came first
		at(t, available, 11, 2, 5),
	))
	assert.Equal(t, []string{"sequence-ratelimit"}, checksOf(s.add(at(t, available, 11, 6, 7))))
}
