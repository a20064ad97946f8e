package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// Session compares the exchanges of one session with each other, for what a single one cannot show:
// that an image keeps its identity, that a list is complete, that a deleted image stays away.
// [NewSession] makes one. It remembers a bounded number of images, actions and lists. It is not for
// several goroutines at once.
//
// Requests that were under way at the same time may have been handled in any order. Where the times
// of exchanges are known, only what began after the other had ended is called a contradiction.
type Session struct {
	images  map[string]*imageHistory // by id
	actions map[string]toldStatus    // by id
	deleted map[string]time.Time     // by id: when the response to the delete had been read
	walks   map[string]*pageWalk     // by list
	changes changes
	budget  budgetWindow
	limit   int  // how many of each are remembered
	full    bool // whether there was more
}

// maxTracked bounds what a session remembers, so that an archive of any size is checked in bounded
// memory. A note says that it was reached.
const maxTracked = 50_000

// NewSession returns a session without exchanges.
func NewSession() *Session {
	return &Session{
		images:  map[string]*imageHistory{},
		actions: map[string]toldStatus{},
		deleted: map[string]time.Time{},
		walks:   map[string]*pageWalk{},
		limit:   maxTracked,
	}
}

// Check takes in the next exchange of the session, and returns how it contradicts those before.
// What the exchange breaks by itself is in the result already, and is not returned once more.
func (s *Session) Check(result Result) []Finding {
	if result.operation == nil {
		return nil
	}
	exchange := result.Exchange
	found := newFindings(exchange, result.Operation)
	s.changes.observe(exchange)
	if exchange.Status/100 == 2 {
		s.checkDeleted(found, result)
		s.checkImages(found, result)
		s.checkActions(found, result)
		s.checkLists(found, result)
	}
	if before, grew := s.budget.observe(exchange); grew {
		message := fmt.Sprintf("was %d before, in the same window", before)
		finding := found.add("sequence-ratelimit", "header ratelimit-remaining", nil, message)
		finding.Got = exchange.Header.Get("Ratelimit-Remaining")
	}
	if largest := max(len(s.images), len(s.actions), len(s.deleted), len(s.walks)); !s.full && largest >= s.limit {
		s.full = true
		found.add("sequence-limit", "body", nil,
			fmt.Sprintf("more than %d images, actions or lists in the session; cross-checks stop here", s.limit))
	}
	return found.redacted()
}

// changes is what may have changed the lists so far.
type changes struct {
	count  int
	latest time.Time // when the latest of them had ended
}

// observe takes in an exchange. A write that failed with 5xx may have been carried out.
func (c *changes) observe(e traffic.Exchange) {
	reads := e.Method == http.MethodGet || e.Method == http.MethodHead
	if reads || e.Status/100 != 2 && e.Status/100 != 5 {
		return
	}
	c.count++
	if e.Ended.After(c.latest) {
		c.latest = e.Ended
	}
}

// checkDeleted remembers a delete, and looks for what is still done with a deleted image.
func (s *Session) checkDeleted(found *findings, result Result) {
	id, exchange := result.view.asks.image, result.Exchange
	switch result.Operation {
	case "images_delete":
		if before, again := s.deleted[id]; !s.full && (!again || exchange.Ended.Before(before)) {
			s.deleted[id] = exchange.Ended
		}
	case "imageActions_post":
		if s.isDeleted(id, exchange) {
			found.add("sequence-deleted", "status", nil, "the image was deleted before, and an action on it is started")
		}
	case "images_post_account_transfer_create":
		if s.isDeleted(id, exchange) {
			found.add("sequence-deleted", "status", nil, "the image was deleted before, and is offered to another account")
		}
	}
}

// isDeleted reports whether an image had been deleted when an exchange began.
func (s *Session) isDeleted(id string, exchange traffic.Exchange) bool {
	at, deleted := s.deleted[id]
	return deleted && exchange.BeganAfter(at)
}

// checkImages compares every image of a response with what was told of it before.
func (s *Session) checkImages(found *findings, result Result) {
	images := result.view.tells.images
	if one := result.view.tells.image; one != nil {
		images = append(slices.Clip(images), *one)
	}
	for _, image := range images {
		s.checkImage(found, image, result.Exchange)
	}
}

func (s *Session) checkImage(found *findings, image imageView, exchange traffic.Exchange) {
	id := image.id().value.String()
	history := s.images[id]
	if id == "" || history == nil && s.full {
		return
	}
	if history == nil {
		history = &imageHistory{}
		s.images[id] = history
	}
	if history.leavesLists(image) {
		s.changes.count++
	}
	for _, p := range history.observe(image, exchange) {
		found.addProblem("body", p)
	}
	if image.status().value != "deleted" && s.isDeleted(id, exchange) { // as deleted it may be served
		message := fmt.Sprintf("image %s was deleted before, and is served again", id)
		found.add("sequence-deleted", "body", image.at(), message)
	}
}

// imageHistory is what was told of one image so far.
type imageHistory struct {
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
	id, kind, created := image.id().value, image.kind(), image.created()
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
			fmt.Sprintf("image %s was %s before", image.id().value, before.status)))
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

// contradiction returns what is wrong with a field that was told otherwise before.
func contradiction[T any](check string, f field[T], message string) problem {
	return problem{check: check, at: f.at(), message: message, given: f.given(), shown: true}
}

// isSameTime reports whether two texts are the same time, in whatever form.
func isSameTime(a, b string) bool {
	t, err1 := time.Parse(time.RFC3339, a)
	u, err2 := time.Parse(time.RFC3339, b)
	return a == b || err1 == nil && err2 == nil && t.Equal(u)
}

// checkActions demands of every action of a response that, once it has ended, it stay as it is.
func (s *Session) checkActions(found *findings, result Result) {
	actions := result.view.tells.actions
	if one := result.view.tells.action; one != nil {
		actions = append(slices.Clip(actions), *one)
	}
	for _, action := range actions {
		s.checkAction(found, action, result.Exchange)
	}
}

func (s *Session) checkAction(found *findings, action actionView, exchange traffic.Exchange) {
	id, now := action.id().value.String(), action.status()
	before, known := s.actions[id]
	if id == "" || now.value == "" || !known && s.full {
		return
	}
	isSame := now.value == before.status
	switch {
	case !isEnd(before.status), isSame && exchange.Ended.Before(before.at):
		s.actions[id] = toldStatus{status: now.value, at: exchange.Ended}
	case !isSame && (isEnd(now.value) || exchange.BeganAfter(before.at)): // of two ends one is wrong, whichever came first
		found.addProblem("body", contradiction("sequence-status", now,
			fmt.Sprintf("action %s was %s before", id, before.status)))
	}
}

// isEnd reports whether an action with a status has ended.
func isEnd(status string) bool { return status == "completed" || status == "errored" }

// checkLists follows lists over their pages.
func (s *Session) checkLists(found *findings, result Result) {
	asked, tells := result.view.asks.page, result.view.tells
	if !asked.isValid() || !tells.total.isTold {
		return
	}
	name := listName(result.Exchange.URL)
	for _, list := range tells.lists {
		if asked.number == 1 && !s.full {
			s.walks[name] = newPageWalk(tells.total.value, s.changes.count)
		}
		walk := s.walks[name]
		if walk == nil || !walk.expects(asked, tells.total.value) {
			continue
		}
		mayHaveChanged := walk.began != s.changes.count || !result.Exchange.BeganAfter(s.changes.latest)
		for _, p := range walk.add(asked, list, tells, mayHaveChanged) {
			found.addProblem("body", p)
		}
		if walk.isComplete() {
			delete(s.walks, name)
		}
	}
}

// listName names a list by its URL without the page.
func listName(u *url.URL) string {
	query := u.Query()
	query.Del("page")
	return u.Path + "?" + query.Encode()
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
}

func newPageWalk(total, changes int) *pageWalk {
	return &pageWalk{total: total, began: changes, pages: map[int]bool{}, seen: map[string]int{}}
}

// expects reports whether a page is one that the walk needs: not one that it had, or one after the
// end of the list.
func (w *pageWalk) expects(p page, total int) bool {
	return !w.pages[p.number] && p.number <= max(p.last(total), p.last(w.total))
}

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
	lost := tells.total.value - len(w.seen)
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
		before, duplicate := w.seen[id.value.String()]
		if duplicate && !w.changed {
			message := fmt.Sprintf("%s was on page %d already", id.value, before)
			all = append(all, contradiction("sequence-twice", id, message))
		}
		w.seen[id.value.String()] = page
	}
	return all
}

// budgetWindow is what the responses of one window of the rate limit said of the remaining
// requests.
type budgetWindow struct {
	reset   string       // when it ends, as the header says
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
	// A 429 for the limit of a minute may say 0 while the hour has more, and a 401 is of no
	// account.
	isOfAnother := e.Status == http.StatusTooManyRequests || e.Status == http.StatusUnauthorized
	if err != nil || reset == "" || isOfAnother {
		return 0, false
	}
	if reset != b.reset || len(b.told) >= maxTracked {
		*b = budgetWindow{reset: reset, told: map[int]bool{}, least: remaining, leastAt: e.Ended, most: remaining}
	}
	before, grew = b.least, b.contradicts(remaining, e)
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
