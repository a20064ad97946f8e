package fakeapi

import (
	"slices"
	"time"

	"example.com/doimages/gen"
)

// store is what the fake holds: the catalogue, and every image that differs from it.
type store struct {
	catalogue catalogue
	order     []int64           // the images that are not deleted, as a list shows them
	changed   map[int64]*record // those that were created, changed or worked on
	deleted   map[int64]int     // the account that each deleted image was of
	running   []progress        // imports and actions that have not ended
	views     map[view][]int64  // what lists with these parameters show, until something changes

	transfers    map[int64]*transfer
	nextImage    int64
	nextAction   int64
	nextTransfer int64

	imports span
	work    span
}

// record is an image and what belongs to it.
type record struct {
	gen.Image
	owner   int // the account, or everybody for a public image
	actions []*action
}

const everybody = -1

// view is what a list depends on.
type view struct {
	account int
	kind    string
	private bool
	tag     string
}

// span is how long something takes: a time, or a number of polls.
type span struct {
	time  time.Duration
	polls int
}

// progress is something under way. step returns whether it has ended.
type progress interface {
	step(s *store, now time.Time) (ended bool)
}

func newStore() store {
	return store{imports: span{time: 5 * time.Second}, work: span{time: 5 * time.Second}, nextAction: 1<<31 + 1, nextTransfer: 3_164_444}
}

func (s *store) fill(n int, seed uint64) {
	s.catalogue = catalogue{max(n, 0), seed}
	s.order = make([]int64, s.catalogue.n)
	for place := range s.order {
		s.order[place] = s.catalogue.id(place)
	}
	s.changed, s.deleted, s.views, s.transfers = map[int64]*record{}, map[int64]int{}, map[view][]int64{}, map[int64]*transfer{}
	s.running = nil
	s.nextImage = s.catalogue.id(s.catalogue.n)
}

// find returns a copy of an image.
func (s *store) find(id int64) (record, bool) {
	if r := s.changed[id]; r != nil {
		return *r, true
	}
	place, ok := s.catalogue.place(id)
	if _, deleted := s.deleted[id]; !ok || deleted {
		return record{}, false
	}
	image := s.catalogue.image(place)
	owner := 0
	if image.Public {
		owner = everybody
	}
	return record{Image: image, owner: owner}, true
}

// visible returns an image that an account can read.
func (s *store) visible(account int, id int64) (record, error) {
	r, ok := s.find(id)
	if !ok || r.owner != everybody && r.owner != account {
		return record{}, errNotFound
	}
	return r, nil
}

// edit returns an image that an account may change, for changing.
func (s *store) edit(account int, id int64) (*record, error) {
	r, err := s.visible(account, id)
	if err != nil {
		return nil, err
	}
	if r.owner == everybody {
		return nil, errForbidden
	}
	return s.change(r), nil
}

// change puts an image among those that differ from the catalogue. Every list is made anew.
func (s *store) change(r record) *record {
	clear(s.views)
	if s.changed[r.ID] == nil {
		r.Image = clone(r.Image)
		s.changed[r.ID] = &r
	}
	return s.changed[r.ID]
}

// clone returns an image that has nothing in common with another.
func clone(image gen.Image) gen.Image {
	image.Regions, image.Tags = slices.Clone(image.Regions), slices.Clone(image.Tags)
	image.Slug, image.MinDiskSize, image.SizeGigabytes = clonePtr(image.Slug), clonePtr(image.MinDiskSize), clonePtr(image.SizeGigabytes)
	return image
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return ptr(*p)
}

// addImage takes an image in, and gives it what it lacks.
func (s *store) addImage(image gen.Image, now time.Time) *record {
	if image.ID == 0 {
		image.ID = s.nextImage
	}
	s.nextImage = max(s.nextImage, image.ID) + idStep
	if image.Status == "" {
		image.Status = gen.ImageStatusAvailable
	}
	if image.CreatedAt.IsZero() {
		image.CreatedAt = now.UTC().Truncate(time.Second)
	}
	if image.Regions == nil {
		image.Regions = []gen.RegionSlug{}
	}
	r := record{Image: image}
	if image.Public {
		r.owner = everybody
	}
	s.order = append(s.order, image.ID)
	return s.change(r)
}

func (s *store) remove(id int64, account int) {
	if at := slices.Index(s.order, id); at >= 0 {
		s.order = slices.Delete(s.order, at, at+1)
	}
	delete(s.changed, id)
	s.deleted[id] = account
	clear(s.views)
}

// list returns the ids that a list shows.
func (s *store) list(v view) []int64 {
	if ids, ok := s.views[v]; ok {
		return ids
	}
	ids := []int64{}
	for _, id := range s.order {
		if r, _ := s.find(id); v.shows(r) {
			ids = append(ids, id)
		}
	}
	s.views[v] = ids
	return ids
}

func (v view) shows(r record) bool {
	isPublic := r.owner == everybody
	if !isPublic && r.owner != v.account {
		return false
	}
	if v.private && isPublic {
		return false
	}
	if v.tag != "" && !slices.Contains(r.Tags, v.tag) {
		return false
	}
	switch v.kind {
	case "application":
		return isPublic && isApplication(r.Image)
	case "distribution":
		return isPublic && !isApplication(r.Image)
	}
	return true
}

// settle lets everything under way come to where it is by now.
func (s *store) settle(now time.Time) {
	s.running = slices.DeleteFunc(s.running, func(p progress) bool { return p.step(s, now) })
}

// done returns how far something has come, from 0 to 1.
func (p span) done(since time.Duration, polls int) float64 {
	switch {
	case p.polls > 0:
		return float64(polls) / float64(p.polls)
	case p.time <= 0:
		return 1
	}
	return float64(since) / float64(p.time)
}
