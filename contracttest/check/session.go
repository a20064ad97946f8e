package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
)

// Session remembers what the exchanges of one session said, for what a single one cannot show.
type Session struct {
	walks    map[string]*pageWalk
	kinds    map[string]identity // of each image
	statuses map[string]state    // of each image
	actions  map[string]state    // of each
	deleted  map[string]time.Time
	changes  int       // what may have changed a list so far
	changed  time.Time // when the latest of it had ended
	full     bool      // whether there was more than can be remembered
	budget   struct {
		reset     string
		remaining map[int]bool // what was told to remain, within one window
		least     int
		leastAt   time.Time
		most      int
	}
}

// maxTracked bounds what a session remembers, so that an archive of any size is checked in bounded memory: of images
// beyond it, and of lists longer than it, cross-checks are left out, and a note says so.
const maxTracked = 50_000

type identity struct{ kind, created string }

// state is a status, and when it was told.
type state struct {
	status string
	at     time.Time
}

// pageWalk is a list that is being read page by page. Behind the first page they may come in any order, as they do when
// several are asked for at a time.
type pageWalk struct {
	total   int
	changes int            // of the sequence when the walk began
	changed bool           // whether the list may have changed while it was read
	pages   map[int]bool   // those that came
	last    int            // the one without a next link; 0 until it came
	seen    map[string]int // the page that each id was on; nil where there were too many
}

// NewSession returns a session without exchanges.
func NewSession() *Session {
	return &Session{walks: map[string]*pageWalk{}, kinds: map[string]identity{}, statuses: map[string]state{}, actions: map[string]state{}, deleted: map[string]time.Time{}}
}

// Check takes in the next exchange of the session, and returns what of it contradicts those before.
func (s *Session) Check(result Result) []Finding {
	if result.operation == nil {
		return nil
	}
	exchange := result.Exchange
	f := newFindings(exchange)
	f.operation = result.Operation
	if exchange.Method != http.MethodGet && exchange.Method != http.MethodHead && (exchange.Status/100 == 2 || exchange.Status/100 == 5) {
		s.changes++ // a write that failed can have been carried out
		if exchange.Ended.After(s.changed) {
			s.changed = exchange.Ended
		}
	}
	if exchange.Status/100 == 2 {
		s.checkSuccess(f, asObject(result.body))
	}
	s.checkBudget(f)
	if !s.full && max(len(s.kinds), len(s.walks), len(s.deleted), len(s.actions)) >= maxTracked {
		s.full = true
		f.add("sequence-limit", "body", nil, fmt.Sprintf("there are more than %d images, actions or lists in the session; no others are held against each other", maxTracked))
	}
	return f.scrubbed()
}

func (s *Session) checkSuccess(f *findings, object map[string]any) {
	id := pathIDs(f.exchange.URL).image
	switch {
	case f.operation == "images_delete":
		if at, twice := s.deleted[id]; !s.full && (!twice || f.exchange.Ended.Before(at)) {
			s.deleted[id] = f.exchange.Ended
		}
	case f.operation == "imageActions_post" && s.isDeleted(f, id):
		f.add("sequence-deleted", "status", nil, "the image was deleted before, and an action on it is started")
	case f.operation == "images_post_account_transfer_create" && s.isDeleted(f, id):
		f.add("sequence-deleted", "status", nil, "the image was deleted before, and is offered to another account")
	}
	images, _ := object["images"].([]any)
	for i, image := range images {
		s.checkImage(f, []string{"images", strconv.Itoa(i)}, image)
	}
	if image, ok := object["image"]; ok {
		s.checkImage(f, []string{"image"}, image)
	}
	actions, _ := object["actions"].([]any)
	for i, action := range actions {
		s.checkAction(f, []string{"actions", strconv.Itoa(i), "status"}, asObject(action))
	}
	s.checkAction(f, []string{"action", "status"}, asObject(object["action"]))
	for _, key := range []string{"images", "actions"} {
		if list, ok := object[key].([]any); ok {
			s.checkPage(f, key, list, object)
		}
	}
}

// isDeleted tells whether an image had been deleted when an exchange began.
func (s *Session) isDeleted(f *findings, id string) bool {
	at, deleted := s.deleted[id]
	return deleted && f.exchange.BeganAfter(at)
}

// ranks is the order in which an image goes through its statuses.
var ranks = map[string]int{"new": 1, "pending": 2, "available": 3, "retired": 3, "deleted": 4}

func (s *Session) checkImage(f *findings, at []string, value any) {
	image := asObject(value)
	number, _ := image["id"].(json.Number)
	id := number.String()
	known, ok := s.kinds[id]
	if id == "" || !ok && s.full {
		return
	}
	kind, _ := image["type"].(string)
	created, _ := image["created_at"].(string)
	if !ok {
		known = identity{kind, created}
	}
	// A conversion makes a snapshot of a backup or a custom image.
	if kind != "" && known.kind != "" && kind != known.kind && kind != "snapshot" {
		f.add("sequence-identity", "body", append(slices.Clip(at), "type"), fmt.Sprintf("image %s was a %s before", id, redact.Shorten(known.kind))).Got = f.got(kind)
	}
	if created != "" && known.created != "" && !sameTime(created, known.created) {
		f.add("sequence-identity", "body", append(slices.Clip(at), "created_at"), fmt.Sprintf("image %s was created at %s before", id, redact.Shorten(known.created))).Got = f.got(created)
	}
	s.kinds[id] = identity{cmp.Or(kind, known.kind), cmp.Or(known.created, created)}

	now, _ := image["status"].(string)
	before := s.statuses[id]
	rank, rankBefore := ranks[strings.ToLower(now)], ranks[strings.ToLower(before.status)]
	if 0 < rank && rank < rankBefore && f.exchange.BeganAfter(before.at) {
		f.add("sequence-status", "body", append(slices.Clip(at), "status"), fmt.Sprintf("image %s was %s before", id, before.status)).Got = f.got(now)
	}
	if now != before.status && now == "deleted" {
		s.changes++ // it leaves the lists
	}
	switch {
	case rank == 0:
	case rank == rankBefore && !f.exchange.Ended.Before(before.at): // it is known for longer
	case rank >= rankBefore, f.exchange.BeganAfter(before.at):
		s.statuses[id] = state{now, f.exchange.Ended}
	}
	if s.isDeleted(f, id) && now != "deleted" {
		f.add("sequence-deleted", "body", at, fmt.Sprintf("image %s was deleted before, and is served again", id))
	}
}

// checkAction demands that an action that has ended stay as it is.
func (s *Session) checkAction(f *findings, at []string, action map[string]any) {
	number, _ := action["id"].(json.Number)
	now, _ := action["status"].(string)
	id := number.String()
	before, known := s.actions[id]
	if id == "" || now == "" || !known && s.full {
		return
	}
	ended := func(status string) bool { return status == "completed" || status == "errored" }
	switch {
	case !ended(before.status), now == before.status && f.exchange.Ended.Before(before.at):
		s.actions[id] = state{now, f.exchange.Ended}
	case now != before.status && (ended(now) || f.exchange.BeganAfter(before.at)):
		f.add("sequence-status", "body", at, fmt.Sprintf("action %s was %s before", id, before.status)).Got = f.got(now)
	}
}

// sameTime tells whether two texts are the same time, in whatever form.
func sameTime(a, b string) bool {
	t, err1 := time.Parse(time.RFC3339, a)
	u, err2 := time.Parse(time.RFC3339, b)
	return a == b || err1 == nil && err2 == nil && t.Equal(u)
}

// checkPage follows a list over its pages.
func (s *Session) checkPage(f *findings, key string, list []any, object map[string]any) {
	number, perPage, ok := paging(f.exchange.URL)
	total, told := totalOf(object)
	if !ok || !told {
		return
	}
	query := f.exchange.URL.Query()
	query.Del("page")
	name := f.exchange.URL.Path + "?" + query.Encode()
	if number == 1 && !s.full {
		s.walks[name] = &pageWalk{total: total, changes: s.changes, pages: map[int]bool{}, seen: map[string]int{}}
	}
	walk := s.walks[name]
	isBehind := func(total int) bool { return number > max(1, (total+perPage-1)/perPage) }
	if walk == nil || walk.pages[number] || isBehind(total) && isBehind(walk.total) {
		return // a page out of a walk, once more, or behind its end
	}
	walk.pages[number] = true
	if len(walk.seen)+len(list) > maxTracked || len(walk.pages) > maxTracked {
		walk.seen = nil
	}
	explained := walk.changed || walk.changes != s.changes || !f.exchange.BeganAfter(s.changed)
	if total != walk.total && !explained {
		f.add("sequence-total", "body", []string{"meta", "total"}, fmt.Sprintf("it was %d on the page before, and nothing that came before changed the list", walk.total)).Got = strconv.Itoa(total)
		explained = true
	}
	walk.changed = explained
	for i, item := range list {
		id, _ := asObject(item)["id"].(json.Number)
		if walk.seen == nil {
			break
		}
		if page, twice := walk.seen[id.String()]; twice && !explained {
			f.add("sequence-twice", "body", []string{key, strconv.Itoa(i), "id"}, fmt.Sprintf("%s was on page %d already", id, page)).Got = id.String()
		}
		walk.seen[id.String()] = number
	}
	if _, more := asObject(asObject(object["links"])["pages"])["next"]; !more {
		walk.last = number
	}
	if walk.last > 0 && len(walk.pages) >= walk.last {
		if walk.seen != nil && len(walk.seen) < total && !explained {
			f.add("sequence-lost", "body", []string{key}, fmt.Sprintf("every page came, and %d of %d are on none", total-len(walk.seen), total))
		}
		delete(s.walks, name)
	}
}

// checkBudget demands that within a window requests are used up and not given back. Of several requests at a time the
// answers come in any order, so that one may fill a gap. A 429 for the limit of a minute may say 0 while the hour has
// more.
func (s *Session) checkBudget(f *findings) {
	reset := f.exchange.Header.Get("ratelimit-reset")
	remaining, err := strconv.Atoi(f.exchange.Header.Get("ratelimit-remaining"))
	if err != nil || reset == "" || f.exchange.Status == http.StatusTooManyRequests || f.exchange.Status == http.StatusUnauthorized {
		return
	}
	b := &s.budget
	if reset != b.reset || len(b.remaining) >= maxTracked {
		b.reset, b.remaining, b.least, b.leastAt, b.most = reset, map[int]bool{}, remaining, f.exchange.Ended, remaining
	}
	grows := remaining > b.least && f.exchange.BeganAfter(b.leastAt)
	if f.exchange.Began.IsZero() { // then it may have overlapped with others
		grows = remaining > b.most || remaining > b.least && b.remaining[remaining]
	}
	if grows {
		f.add("sequence-ratelimit", "header ratelimit-remaining", nil, fmt.Sprintf("it was %d before, in the same window", b.least)).Got = strconv.Itoa(remaining)
	}
	if remaining < b.least || remaining == b.least && f.exchange.Ended.Before(b.leastAt) {
		b.least, b.leastAt = remaining, f.exchange.Ended
	}
	b.remaining[remaining], b.most = true, max(b.most, remaining)
}
