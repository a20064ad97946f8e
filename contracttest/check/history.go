package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// maxTracked bounds what a session remembers, so that an archive of any size is checked in bounded
// memory. A note says that it was reached.
const maxTracked = 50_000

// maxListSize is how many pages and items a session remembers for each list that it may, on average.
const maxListSize = 4

// imageHistory is what was told of one image so far.
type imageHistory struct {
	seen    sighting
	kind    string
	created string
	status  toldStatus
}

// toldStatus is a status, and when it had been told for the first time.
type toldStatus struct {
	status string
	at     time.Time
}

// observe takes in what an exchange tells of the image, and returns what of it contradicts what was
// told before.
func (h *imageHistory) observe(image imageView, exchange traffic.Exchange) []problem {
	return append(h.observeIdentity(image), h.observeStatus(image, exchange)...)
}

// observeIdentity compares what never changes: the time of creation, and the type, but that a
// conversion makes a snapshot of a backup or a custom image.
func (h *imageHistory) observeIdentity(image imageView) (all []problem) {
	id, kind, created := remembered(image.id().value.String()), image.kind(), image.created()
	kind.value, created.value = remembered(kind.value), remembered(created.value)
	if kind.value != "" && h.kind != "" && kind.value != h.kind && kind.value != "snapshot" {
		all = append(all, contradiction("sequence-identity", kind,
			fmt.Sprintf("image %s was a %s before", id, redact.Shorten(h.kind))))
	}
	if created.value != "" && h.created != "" && !isSameTime(created.value, h.created) {
		all = append(all, contradiction("sequence-identity", created,
			fmt.Sprintf("image %s was created at %s before", id, redact.Shorten(h.created))))
	}
	h.kind, h.created = cmp.Or(kind.value, h.kind), cmp.Or(h.created, created.value)
	return all
}

// ranks is the order in which an image goes through its statuses, in lower case. A status that is
// not in it is judged by the schema only.
var ranks = map[string]int{
	"new":       1,
	"pending":   2,
	"available": 3,
	"retired":   3,
	"deleted":   4,
}

func rankOf(status string) int { return ranks[strings.ToLower(status)] }

// observeStatus demands that the status not go back.
func (h *imageHistory) observeStatus(image imageView, exchange traffic.Exchange) (all []problem) {
	before, now := h.status, image.status()
	rank, rankBefore := rankOf(now.value), rankOf(before.status)
	isLater := exchange.BeganAfter(before.at)
	if 0 < rank && rank < rankBefore && isLater {
		all = append(all, contradiction("sequence-status", now,
			fmt.Sprintf("image %s was %s before", remembered(image.id().value.String()), before.status)))
	}
	switch {
	case rank == 0, rank < rankBefore && !isLater: // it says nothing, or may be the older one of the two
	case rank == rankBefore && !exchange.Ended.Before(before.at): // it has been known for longer
	default:
		h.status = toldStatus{status: now.value, at: exchange.Ended}
	}
	return all
}

// leavesLists reports whether an image is told to be deleted that was not before: lists do not have
// it any more.
func (h *imageHistory) leavesLists(image imageView) bool {
	return image.status().value == "deleted" && h.status.status != "deleted"
}

// contradiction returns what is wrong with a field that had another value before.
func contradiction[T any](check string, f field[T], message string) problem {
	return problem{check: check, at: f.at(), message: message, given: f.given(), shown: true}
}

// isSameTime reports whether two texts are the same time, in whatever form.
func isSameTime(a, b string) bool {
	t, err1 := time.Parse(time.RFC3339, a)
	u, err2 := time.Parse(time.RFC3339, b)
	return a == b || err1 == nil && err2 == nil && t.Equal(u)
}

// pageWalk is a list that is being read page by page. After the first page they may come in any
// order, as they do when several are asked for at a time.
type pageWalk struct {
	total   int
	began   int            // how many changes there had been when the walk began
	changed bool           // whether the list may have changed since
	pages   map[int]bool   // those that came
	last    int            // the one without a next link; 0 until it came
	seen    map[string]int // the page that each id was on; nil if there are too many to remember
	unnamed int            // items without an id, which count and cannot be told apart
}

// newPageWalk begins a list with the total that its first page tells.
func newPageWalk(total, changes int) *pageWalk {
	return &pageWalk{total: total, began: changes, pages: map[int]bool{}, seen: map[string]int{}}
}

// expects reports whether a page is one that the walk needs: not one that it had, or one after the
// end of the list.
func (w *pageWalk) expects(p page, total int) bool {
	return !w.pages[p.number] && p.number <= max(p.last(total), p.last(w.total))
}

// size is how many pages and items are remembered.
func (w *pageWalk) size() int { return len(w.pages) + len(w.seen) }

// isComplete reports whether every page came.
func (w *pageWalk) isComplete() bool { return w.last > 0 && len(w.pages) >= w.last }

// add takes in the next page, and returns what of it contradicts those before. If the list may have
// changed meanwhile, nothing does.
func (w *pageWalk) add(p page, list listView, tells tells, mayHaveChanged bool) (all []problem) {
	w.pages[p.number] = true
	if len(w.seen)+len(list.items) > maxTracked || len(w.pages) > maxTracked {
		w.seen = nil
	}
	w.changed = w.changed || mayHaveChanged
	if total := tells.total; total.value != w.total && !w.changed {
		w.changed = true // by another client, so that what follows says nothing
		all = append(all, contradiction("sequence-total", total,
			fmt.Sprintf("was %d on the page before, and no request in between changed the list", w.total)))
	}
	all = append(all, w.addItems(p.number, list.items)...)
	if !tells.links.next.isThere {
		w.last = p.number
	}
	lost := tells.total.value - len(w.seen) - w.unnamed
	if w.isComplete() && w.seen != nil && lost > 0 && !w.changed {
		all = append(all, problem{
			check:   "sequence-lost",
			at:      []string{list.key},
			message: fmt.Sprintf("every page was read, and %d of %d are on none", lost, tells.total.value),
		})
	}
	return all
}

// addItems notes the items of a page, and returns those that were on a page before.
func (w *pageWalk) addItems(page int, items []object) (all []problem) {
	if w.seen == nil {
		return nil
	}
	for i := range items {
		id := fieldOf[json.Number](&items[i], "id")
		if !id.isTold {
			w.unnamed++
			continue
		}
		key := remembered(id.value.String())
		before, duplicate := w.seen[key]
		if duplicate && !w.changed && len(all) < maxFindings {
			message := fmt.Sprintf("%s was on page %d already", key, before)
			all = append(all, contradiction("sequence-twice", id, message))
		}
		w.seen[key] = page
	}
	return all
}

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
