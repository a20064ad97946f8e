package contracttest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// sequence remembers what the exchanges of one session said, for what a single one cannot show.
type sequence struct {
	walks    map[string]*pageWalk
	kinds    map[string]identity // of each image
	statuses map[string]string
	deleted  map[string]bool
	changes  int  // images that were created or deleted so far
	full     bool // whether there was more than can be remembered
	budget   struct {
		reset     string
		remaining int
	}
}

// maxTracked bounds what a session remembers, so that an archive of any size is checked in bounded memory: of images
// beyond it, and of lists longer than it, cross-checks are left out, and a note says so.
const maxTracked = 50_000

type identity struct{ kind, created string }

// pageWalk is a list that is being read page by page.
type pageWalk struct {
	next    int
	total   int
	perPage int
	seen    map[string]int // the page that each id was on
	changes int            // of the sequence when the walk began
}

func newSequence() *sequence {
	return &sequence{walks: map[string]*pageWalk{}, kinds: map[string]identity{}, statuses: map[string]string{}, deleted: map[string]bool{}}
}

// check returns what contradicts the exchanges before.
func (s *sequence) check(exchange Exchange, result checked) []Finding {
	f := &findings{exchange: exchange, operation: result.operation.OperationID}
	object, _ := result.body.(map[string]any)
	success := exchange.Status/100 == 2
	id := imageID(exchange.URL.Path)
	switch {
	case success && f.operation == "images_delete":
		if !s.full {
			s.deleted[id] = true
		}
		s.changes++
	case success && f.operation == "images_create_custom":
		s.changes++
	}
	if success {
		list, _ := object["images"].([]any)
		for i, image := range list {
			s.checkImage(f, []string{"images", strconv.Itoa(i)}, image)
		}
		if image, ok := object["image"]; ok {
			s.checkImage(f, []string{"image"}, image)
			if s.deleted[id] && f.operation == "images_get" && id != "" && status(image) != "deleted" {
				f.add("sequence-deleted", "body", []string{"image"}, "the image was deleted before, and is served again")
			}
		}
		for _, key := range []string{"images", "actions"} {
			if list, ok := object[key].([]any); ok {
				s.checkPage(f, key, list, object)
			}
		}
	}
	s.checkBudget(f)
	if !s.full && max(len(s.kinds), len(s.walks), len(s.deleted)) >= maxTracked {
		s.full = true
		f.add("sequence-limit", "body", nil, fmt.Sprintf("there are more than %d images or lists in the session; no others are held against each other", maxTracked))
	}
	return f.list
}

func (s *sequence) checkImage(f *findings, at []string, value any) {
	image, _ := value.(map[string]any)
	number, _ := image["id"].(json.Number)
	id := number.String()
	if id == "" {
		return
	}
	kind, _ := image["type"].(string)
	created, _ := image["created_at"].(string)
	known, ok := s.kinds[id]
	if !ok && s.full {
		return
	}
	if !ok {
		known = identity{kind, created}
	}
	// A conversion makes a snapshot of a backup or a custom image.
	if kind != "" && known.kind != "" && kind != known.kind && kind != "snapshot" {
		f.add("sequence-identity", "body", append(slices.Clip(at), "type"), fmt.Sprintf("image %s was a %s before", id, shorten(known.kind))).Got = got(kind)
	}
	if created != "" && known.created != "" && created != known.created {
		f.add("sequence-identity", "body", append(slices.Clip(at), "created_at"), fmt.Sprintf("image %s was created at %s before", id, shorten(known.created))).Got = got(created)
	}
	s.kinds[id] = identity{cmp.Or(kind, known.kind), cmp.Or(known.created, created)}

	now := status(value)
	if s.statuses[id] == "available" && (strings.EqualFold(now, "new") || now == "pending") {
		f.add("sequence-status", "body", append(slices.Clip(at), "status"), fmt.Sprintf("image %s was available before", id)).Got = got(now)
	}
	s.statuses[id] = now
	if s.deleted[id] && len(at) == 2 && now != "deleted" {
		f.add("sequence-deleted", "body", at, fmt.Sprintf("image %s was deleted before, and is listed again", id))
	}
}

func status(image any) string {
	object, _ := image.(map[string]any)
	s, _ := object["status"].(string)
	return s
}

// imageID returns the id in a path below /v2/images.
func imageID(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/v2/images/"), "/")
	return parts[0]
}

// checkPage follows a list over its pages.
func (s *sequence) checkPage(f *findings, key string, list []any, object map[string]any) {
	query := f.exchange.URL.Query()
	number, perPage := 1, 20
	if query.Has("page") {
		number = intOr(query.Get("page"), 0)
	}
	if query.Has("per_page") {
		perPage = intOr(query.Get("per_page"), 0)
	}
	meta, _ := object["meta"].(map[string]any)
	totalNumber, _ := meta["total"].(json.Number)
	total := intOr(totalNumber.String(), -1)
	if number < 1 || perPage < 1 || perPage > 200 || total < 0 {
		return // nobody knows which page a server takes for one that is out of range
	}
	links, _ := object["links"].(map[string]any)
	pages, _ := links["pages"].(map[string]any)
	s.checkLinks(f, pages, number, perPage, total)

	query.Del("page")
	name := f.exchange.URL.Path + "?" + query.Encode()
	walk := s.walks[name]
	if walk == nil || walk.next != number || walk.perPage != perPage {
		if number != 1 || s.full {
			return // a page out of a walk
		}
		walk = &pageWalk{next: 1, total: total, perPage: perPage, seen: map[string]int{}, changes: s.changes}
		s.walks[name] = walk
	}
	if len(walk.seen) >= maxTracked {
		walk.seen = nil
	}
	explained := walk.changes != s.changes
	if total != walk.total && !explained {
		f.add("sequence-total", "body", []string{"meta", "total"}, fmt.Sprintf("it was %d on the page before, and nothing was created or deleted in between", walk.total)).Got = strconv.Itoa(total)
	}
	for i, item := range list {
		if walk.seen == nil {
			break
		}
		entry, _ := item.(map[string]any)
		id, _ := entry["id"].(json.Number)
		if page, twice := walk.seen[id.String()]; twice && !explained {
			f.add("sequence-twice", "body", []string{key, strconv.Itoa(i), "id"}, fmt.Sprintf("%s was on page %d already", id, page)).Got = id.String()
		}
		walk.seen[id.String()] = number
	}
	if _, more := pages["next"]; !more {
		if walk.seen != nil && len(walk.seen) < total && !explained {
			f.add("sequence-lost", "body", []string{key}, fmt.Sprintf("it is the last page, and %d of %d are on none", total-len(walk.seen), total))
		}
		delete(s.walks, name)
		return
	}
	walk.next, walk.total, walk.changes = number+1, total, s.changes
}

// checkLinks demands each link where it applies, to its page and with the size of this one.
func (s *sequence) checkLinks(f *findings, pages map[string]any, number, perPage, total int) {
	last := max((total+perPage-1)/perPage, 1)
	want := map[string]int{"first": 1, "prev": number - 1, "next": number + 1, "last": last}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		text, present := pages[name].(string)
		applies := number > 1 && (name == "first" || name == "prev") || number < last && (name == "next" || name == "last")
		at := []string{"links", "pages", name}
		if number > last {
			continue // behind the end nobody knows what the links are
		}
		if !present {
			if _, other := pages[name]; applies && !other {
				f.add("sequence-links", "body", at, fmt.Sprintf("it is missing on page %d of %d", number, last))
			}
			continue
		}
		u, err := url.Parse(text)
		if err != nil {
			continue // the format is judged elsewhere
		}
		size := intOr(u.Query().Get("per_page"), perPage)
		switch page := intOr(u.Query().Get("page"), 0); {
		case !applies:
			f.add("sequence-links", "body", at, fmt.Sprintf("it is there on page %d of %d", number, last))
		case page != want[name] || size != perPage:
			f.add("sequence-links", "body", at, fmt.Sprintf("it leads to page %d of %d each, not to page %d of %d each", page, size, want[name], perPage))
		}
	}
}

// checkBudget demands that within a window requests are used up and not given back. A 429 for the limit of a minute may
// say 0 while the hour has more.
func (s *sequence) checkBudget(f *findings) {
	reset := f.exchange.Header.Get("ratelimit-reset")
	remaining, err := strconv.Atoi(f.exchange.Header.Get("ratelimit-remaining"))
	if err != nil || reset == "" || f.exchange.Status == http.StatusTooManyRequests || f.exchange.Status == http.StatusUnauthorized {
		return
	}
	if reset == s.budget.reset && remaining > s.budget.remaining {
		f.add("sequence-ratelimit", "header ratelimit-remaining", nil, fmt.Sprintf("it was %d before, in the same window", s.budget.remaining)).Got = strconv.Itoa(remaining)
	}
	s.budget.reset, s.budget.remaining = reset, remaining
}

func intOr(text string, other int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return other
}
