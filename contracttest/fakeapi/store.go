package fakeapi

import (
	"maps"
	"slices"
	"time"

	"example.com/doimages/gen"
)

// store is what the fake holds: the catalogue, and every image that differs from it. Images of the catalogue are made
// when they are asked for, so that a million of them cost no more than their ids.
type store struct {
	catalogue catalogue
	order     []int64           // the images that are not deleted, oldest first: lists go backward
	changed   map[int64]*record // those that were created, changed or acted on
	deleted   map[int64]int     // the owner of each deleted image
	running   []progress        // imports and actions that have not ended
	views     map[view][]int64  // the ids that each list shows; emptied by every change

	transfers    map[int64]*transfer
	nextImage    int64
	nextAction   int64
	nextTransfer int64

	imports span // how long an import takes
	work    span // how long an action takes

	unreachable []string // hosts that no import reaches, in lower case
	signedURLs  bool     // whether an import's URL may have a query
	nullRegions bool     // whether actions have no region
	listsFailed bool     // whether lists show images whose import failed
}

// record is an image and what belongs to it.
type record struct {
	gen.Image
	owner   int  // the index of the account, or everybody for one of DigitalOcean's images
	failed  bool // whether it is one whose import failed
	actions []*action
}

// everybody is the owner of DigitalOcean's images.
const everybody = -1

// action is a transfer to a region or a conversion, under way or ended.
type action struct {
	gen.Action
	began time.Time
	polls int            // how often it was read, by itself or in a list
	to    gen.RegionSlug // where a transfer goes
	fails bool           // whether it ends as errored
}

// transfer is an offer of an image to another account that was neither accepted, declined nor canceled.
type transfer struct {
	image  int64
	sender int    // the index of the account
	email  string // of the recipient, or else
	uuid   string // the UUID of the recipient's team
}

// view is everything that a list depends on.
type view struct {
	account int
	kind    gen.ImagesListParamsType // "" for images of any kind
	private bool
	tag     string // "" for images with any tag or none
}

// span is how long something takes: a number of polls if that is set, and else a time.
type span struct {
	time  time.Duration
	polls int
}

// progress is an import or action under way. step brings it to where it is by now, and reports whether it has ended.
type progress interface {
	step(s *store, now time.Time) (ended bool)
}

func newStore() store {
	const briefly = 5 * time.Second
	return store{
		imports:      span{time: briefly},
		work:         span{time: briefly},
		nextAction:   1<<31 + 1, // real ids of actions are beyond 32 bits, and clients must not rely on less
		nextTransfer: 3_164_444,
	}
}

// fill replaces all images by a catalogue of n.
func (s *store) fill(n int, seed uint64) {
	s.catalogue = catalogue{
		n:     max(n, 0),
		seed:  seed,
		epoch: epochOf(time.Now()),
	}
	s.order = make([]int64, s.catalogue.n)
	for place := range s.order {
		s.order[place] = s.catalogue.id(place)
	}
	s.changed = map[int64]*record{}
	s.deleted = map[int64]int{}
	s.views = map[view][]int64{}
	s.transfers = map[int64]*transfer{}
	s.running = nil
	s.nextImage = s.catalogue.id(s.catalogue.n)
}

// find returns a copy of an image, whoever owns it. The copy's slices are shared.
func (s *store) find(id int64) (record, bool) {
	if r := s.changed[id]; r != nil {
		return *r, true
	}
	owner, ok := s.ownerOf(id)
	if !ok {
		return record{}, false
	}
	place, _ := s.catalogue.place(id)
	return record{Image: s.catalogue.image(place), owner: owner}, true
}

// ownerOf returns whose an image is. Unlike find it does not have to make the image.
func (s *store) ownerOf(id int64) (owner int, ok bool) {
	if r := s.changed[id]; r != nil {
		return r.owner, true
	}
	if _, deleted := s.deleted[id]; deleted {
		return 0, false
	}
	place, ok := s.catalogue.place(id)
	if !ok {
		return 0, false
	}
	if s.catalogue.isForEverybody(place) {
		return everybody, true
	}
	return 0, true // the first account
}

// visible returns a copy of an image that an account can read. Another account's image is a 404, as if it were not
// there.
func (s *store) visible(account int, id int64) (record, error) {
	r, ok := s.find(id)
	if !ok {
		return record{}, errNotFound
	}
	if r.owner != everybody && r.owner != account {
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

// change returns an image for changing, which from now on differs from the catalogue's. Every list is made again.
func (s *store) change(r record) *record {
	clear(s.views)
	if s.changed[r.ID] == nil {
		r.Image = clone(r.Image)
		s.changed[r.ID] = &r
	}
	return s.changed[r.ID]
}

// clone returns an image that shares no memory with another.
func clone(image gen.Image) gen.Image {
	image.Regions = slices.Clone(image.Regions)
	image.Tags = slices.Clone(image.Tags)
	image.Slug = clonePtr(image.Slug)
	image.MinDiskSize = clonePtr(image.MinDiskSize)
	image.SizeGigabytes = clonePtr(image.SizeGigabytes)
	image.UpdatedAt = clonePtr(image.UpdatedAt)
	return image
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return ptr(*p)
}

// addImages adds images in the order of their times of creation. Those without one are as new as the fake. Of images of
// the same time the first is added last, so that a list has them in the order in which they were given.
func (s *store) addImages(images []gen.Image, now time.Time) {
	created := func(image gen.Image) time.Time {
		if image.CreatedAt.IsZero() {
			return now
		}
		return image.CreatedAt
	}
	oldestFirst := slices.Clone(images)
	slices.Reverse(oldestFirst)
	slices.SortStableFunc(oldestFirst, func(a, b gen.Image) int { return created(a).Compare(created(b)) })
	for _, image := range images {
		s.nextImage = max(s.nextImage, image.ID+idStep) // before any image is given an id
	}
	for _, image := range oldestFirst {
		s.addImage(image, now)
	}
}

// addImage adds an image as the newest. It fills in an id, a status, a time of creation and regions where they are
// missing. An image that is not for everybody belongs to the first account.
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
	if isForEverybody(image) {
		r.owner = everybody
	}
	s.order = append(s.order, image.ID)
	return s.change(r)
}

// isForEverybody reports whether an image is one of DigitalOcean's. Applications and retired images were seen with
// public: false, so that their type has to tell.
func isForEverybody(image gen.Image) bool {
	switch image.Type {
	case gen.ImageTypeBase, gen.ImageTypeApplication:
		return true
	}
	return image.Public
}

// remove deletes an image. A second delete by its owner is told so; to all others the image was never there.
// An offer of the image ends with it.
func (s *store) remove(id int64, owner int) {
	if at := slices.Index(s.order, id); at >= 0 {
		s.order = slices.Delete(s.order, at, at+1)
	}
	delete(s.changed, id)
	maps.DeleteFunc(s.transfers, func(_ int64, t *transfer) bool { return t.image == id })
	s.deleted[id] = owner
	clear(s.views)
}

// list returns the ids of the images that a list shows, on all its pages.
func (s *store) list(v view) []int64 {
	if ids, ok := s.views[v]; ok {
		return ids
	}
	ids := []int64{}
	for _, id := range slices.Backward(s.order) {
		if s.shows(v, id) {
			ids = append(ids, id)
		}
	}
	s.views[v] = ids
	return ids
}

// shows reports whether a list shows an image. It looks at the owner first, so that a list without other filters makes
// none of its images: to make a million takes seconds.
func (s *store) shows(v view, id int64) bool {
	owner, _ := s.ownerOf(id)
	if !v.showsOwner(owner) || s.hides(id) {
		return false
	}
	if v.kind == "" && v.tag == "" {
		return true
	}
	r, _ := s.find(id)
	return v.showsImage(r)
}

// hides reports whether no list shows an image, since its import failed. Images of the catalogue are not imported, and
// those of [WithImages] are listed whatever their status.
func (s *store) hides(id int64) bool {
	r := s.changed[id]
	return r != nil && r.failed && !s.listsFailed
}

func (v view) showsOwner(owner int) bool {
	if owner == everybody {
		return !v.private
	}
	return owner == v.account
}

func (v view) showsImage(r record) bool {
	if v.tag != "" && !slices.Contains(r.Tags, v.tag) {
		return false
	}
	switch v.kind {
	case gen.ImagesListParamsTypeApplications:
		return r.Type == gen.ImageTypeApplication
	case gen.ImagesListParamsTypeDistributions:
		return r.owner == everybody && r.Type != gen.ImageTypeApplication
	}
	return true
}

// settle brings everything under way to where it is by now. Nothing happens in the background: time passes for the
// store when a request looks at it.
func (s *store) settle(now time.Time) {
	s.running = slices.DeleteFunc(s.running, func(p progress) bool { return p.step(s, now) })
}

// done returns how far something has come: 0 at its beginning, 1 or more when it has ended.
func (p span) done(since time.Duration, polls int) float64 {
	if p.polls > 0 {
		return float64(polls) / float64(p.polls)
	}
	if p.time <= 0 {
		return 1
	}
	return float64(since) / float64(p.time)
}
