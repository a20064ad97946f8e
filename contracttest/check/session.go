package check

import (
	"fmt"
	"net/url"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// Session compares the exchanges of one session with each other, for what a single one cannot show:
// that an image keeps its identity, that a list is complete, that a deleted image stays away.
// [NewSession] makes one. It remembers a bounded number of images, actions and lists. It is not for
// several goroutines at once.
//
// Requests that were under way at the same time may have been handled in any order. Where the times
// of exchanges are known, only what began after the other had ended is called a contradiction.
//
// The requests of a session may be those of several accounts. They are told apart by their tokens, or
// by the numbered placeholders of those: each has lists and a budget of its own, while the ids of
// images and actions are the same for all. Where the token of a request is not known, another account
// may explain what contradicts a list or a budget, which is a note then.
type Session struct {
	images  map[string]*imageHistory  // by id
	actions map[string]*actionHistory // by id
	deleted map[string]time.Time      // by id: when the response to the delete had been read
	copies  regionCopies
	ends    transferEnds
	walks   map[string]*pageWalk // by account and list
	walked  int                  // the pages and items of all of them
	crowded bool                 // whether one of them was forgotten for want of room
	budgets map[account]*budgetWindow
	changes changes
	limit   int  // how many of each are remembered
	full    bool // whether there was more

	token tokenNote
}

// NewSession returns a session without exchanges.
func NewSession() *Session {
	return &Session{
		images:  map[string]*imageHistory{},
		actions: map[string]*actionHistory{},
		deleted: map[string]time.Time{},
		walks:   map[string]*pageWalk{},
		budgets: map[account]*budgetWindow{},
		limit:   maxTracked,
	}
}

// Check takes in the next exchange of the session, and returns how it contradicts those before.
// What the exchange breaks by itself is in the result already, and is not returned once more.
func (s *Session) Check(result Result) []Finding {
	exchange := result.Exchange
	found := newFindings(exchange, result.Operation)
	s.token.check(found, exchange)
	if result.operation == nil {
		return found.redacted()
	}
	account := accountOf(exchange.RequestHeader)
	s.changes.observe(exchange)
	if exchange.Status/100 == 2 {
		s.checkDeleted(found, result)
		s.checkAccountTransfer(found, result)
		s.checkImages(found, result)
		s.checkActions(found, result)
		s.checkLists(found, result, account)
	}
	s.checkBudget(found, exchange, account)
	largest := max(len(s.images), len(s.actions), len(s.deleted), len(s.walks), s.copies.count, s.ends.count)
	if !s.full && (largest >= s.limit || s.crowded) {
		s.full = true
		found.add("sequence-limit", "body", nil,
			fmt.Sprintf("more than %d images, actions or lists in the session; cross-checks stop here", s.limit))
	}
	// Together an exchange has no more findings than one may have. If it has as many by itself, it says so.
	contradictions := found.redacted()
	return contradictions[:min(len(contradictions), max(0, maxFindings-len(result.Findings)))]
}

// checkDeleted remembers a delete, and looks for what is still done with a deleted image.
func (s *Session) checkDeleted(found *findings, result Result) {
	id, exchange := remembered(result.view.asks.image), result.Exchange
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
			const message = "the image was deleted before, and is offered to another account"
			found.add("sequence-deleted", "status", nil, message)
		}
	}
}

// isDeleted reports whether an image had been deleted when an exchange began. The delete of a backup
// was seen to have no effect, and no error either (digitalocean/doctl#504, 2019).
func (s *Session) isDeleted(id string, exchange traffic.Exchange) bool {
	at, deleted := s.deleted[id]
	history := s.images[id]
	isBackup := history != nil && history.kind == "backup"
	return deleted && !isBackup && exchange.BeganAfter(at)
}

// checkAccountTransfer demands that a transfer to another account end once, until the image is offered again.
func (s *Session) checkAccountTransfer(found *findings, result Result) {
	image, how := remembered(result.view.asks.image), endsOfTransfers[result.Operation]
	switch {
	case result.Operation == "images_post_account_transfer_create":
		s.ends.forget(image)
	case how == "":
	case s.isDeleted(image, result.Exchange):
		message := fmt.Sprintf("the image was deleted before, and a transfer of it is %s", how)
		found.add("sequence-deleted", "status", nil, message)
	case !s.full:
		if before := s.ends.observe(image, rootOf(result.request), how, result.Exchange); before != "" {
			message := fmt.Sprintf("the transfer was %s before, and is %s", before, how)
			found.add("sequence-transfer", "status", nil, message)
		}
	}
}

// checkImages compares every image of a response with what was told of it before.
func (s *Session) checkImages(found *findings, result Result) {
	for image := range result.view.tells.everyImage {
		s.checkImage(found, image, result)
	}
}

// checkImage compares one image with what was told of it before.
func (s *Session) checkImage(found *findings, image imageView, result Result) {
	id, exchange := remembered(image.id().value.String()), result.Exchange
	history := historyOf(s.images, id, s.full)
	if history == nil {
		return
	}
	if history.seen.observe(exchange, result.Operation == "images_create_custom") {
		const message = "the image is new, and its id was seen before"
		found.addProblem("body", contradiction("sequence-reused", image.id(), message))
		*history = imageHistory{seen: history.seen} // of another image
		delete(s.deleted, id)
		s.copies.forget(id)
	}
	if history.leavesLists(image) {
		s.changes.count++
	}
	for _, p := range append(history.observe(image, exchange), s.copies.missing(id, image, exchange)...) {
		found.addProblem("body", p)
	}
	if image.status().value != "deleted" && s.isDeleted(id, exchange) { // as deleted it may be served
		message := fmt.Sprintf("image %s was deleted before, and is served again", id)
		found.add("sequence-deleted", "body", image.at(), message)
	}
}

// historyOf returns what was told so far of the image or the action with an id, which it begins for a new one. It
// returns nil if there is no id, or no room for another.
func historyOf[T any](histories map[string]*T, id string, isFull bool) *T {
	if history := histories[id]; history != nil || id == "" || isFull {
		return history
	}
	histories[id] = new(T)
	return histories[id]
}

// checkActions compares every action of a response with what was told of it before.
func (s *Session) checkActions(found *findings, result Result) {
	for action := range result.view.tells.everyAction {
		s.checkAction(found, action, result)
	}
}

// checkAction compares one action with what was told of it before, and remembers where it has copied its image.
func (s *Session) checkAction(found *findings, action actionView, result Result) {
	id, exchange := idOf(action), result.Exchange
	history := historyOf(s.actions, id, s.full)
	if history == nil {
		return
	}
	isNew := result.Operation == "imageActions_post"
	if history.seen.observe(exchange, isNew) {
		const message = "the action is new, and its id was seen before"
		found.addProblem("body", contradiction("sequence-reused", action.id(), message))
		*history = actionHistory{seen: history.seen} // of another action
	}
	image := imageOf(action, result.view.asks.image)
	for _, p := range history.observe(action, image, exchange) {
		found.addProblem("body", p)
	}
	if isNew {
		history.startedBy(rootOf(result.request))
	}
	if region := history.transferredTo(action); region != "" && image != "" && !s.full {
		s.copies.observe(image, region, exchange)
	}
}

// checkLists looks for duplicates on each page, and follows lists over their pages where the page is known.
func (s *Session) checkLists(found *findings, result Result, account account) {
	tells := result.view.tells
	for _, list := range tells.lists {
		for _, p := range duplicates(list) {
			found.addProblem("body", p)
		}
	}
	if !result.view.asks.page.isValid() || !tells.total.isTold {
		return
	}
	for _, list := range tells.lists {
		s.checkList(found, list, result, account)
	}
}

// checkList compares a page of a list with the pages before it. The first page begins the list.
func (s *Session) checkList(found *findings, list listView, result Result, account account) {
	asked, tells := result.view.asks.page, result.view.tells
	name := string(account) + listName(result.Exchange.URL)
	if asked.number == 1 && !s.full {
		s.forget(name)
		s.walks[name] = newPageWalk(tells.total.value, s.changes.count)
	}
	walk := s.walks[name]
	if walk == nil || !walk.expects(asked, tells.total.value) {
		return
	}
	before := walk.size()
	mayHaveChanged := walk.began != s.changes.count || !result.Exchange.BeganAfter(s.changes.latest)
	for _, p := range walk.add(asked, list, tells, mayHaveChanged) {
		p.severity, p.message = account.severity(severities[p.check]), account.explain(p.message)
		found.addProblem("body", p)
	}
	s.walked += walk.size() - before
	hasNoRoom := s.walked > maxListSize*s.limit
	s.crowded = s.crowded || hasNoRoom
	if walk.isComplete() || hasNoRoom {
		s.forget(name)
	}
}

// forget forgets how far a list has been read.
func (s *Session) forget(name string) {
	if walk := s.walks[name]; walk != nil {
		s.walked -= walk.size()
		delete(s.walks, name)
	}
}

// checkBudget demands that the requests that remain to an account not grow within a window.
func (s *Session) checkBudget(found *findings, exchange traffic.Exchange, account account) {
	budget := s.budgets[account]
	if budget == nil {
		if len(s.budgets) >= maxAccounts { // to start again misses something, and is wrong about nothing
			clear(s.budgets)
		}
		budget = &budgetWindow{}
		s.budgets[account] = budget
	}
	if before, grew := budget.observe(exchange); grew {
		message := account.explain(fmt.Sprintf("was %d before, in the same window", before))
		severity := account.severity(severities["sequence-ratelimit"])
		finding := found.addAs("sequence-ratelimit", severity, "header ratelimit-remaining", nil, message)
		finding.Got = exchange.Header.Get("Ratelimit-Remaining")
	}
}

// listName names a list by its URL without the page.
func listName(u *url.URL) string {
	query := u.Query()
	query.Del("page")
	return remembered(u.Path + "?" + query.Encode())
}
