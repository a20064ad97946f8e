package fakeapi

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// The types of actions that the API has for images.
const (
	actionTransfer = "transfer"
	actionConvert  = "convert"
)

// step ends the action when it has taken long enough, and does to its image what it was started for.
func (a *action) step(s *store, now time.Time) (ended bool) {
	if s.work.done(now.Sub(a.began), a.polls) < 1 {
		return false
	}
	image := s.changed[*a.ResourceID]
	a.CompletedAt, a.Status = ptr(now.UTC().Truncate(time.Second)), gen.ActionStatusCompleted
	switch {
	case image == nil, a.fails: // no image: it was deleted meanwhile
		a.Status = gen.ActionStatusErrored
	case a.Type == actionTransfer && !slices.Contains(image.Regions, a.to): // another may have brought it there
		image.Regions = append(image.Regions, a.to)
	case a.Type == actionConvert:
		image.Type = gen.ImageTypeSnapshot
	}
	clear(s.views)
	return true
}

// addAction adds an action that was given, and that never changes.
func (s *store) addAction(given gen.Action) {
	if given.ResourceID == nil || s.changed[*given.ResourceID] == nil {
		panic(fmt.Sprintf("fakeapi: there is no image for the action %d", given.ID))
	}
	image := s.changed[*given.ResourceID]
	image.actions = append(image.actions, &action{Action: given})
	s.nextAction = max(s.nextAction, given.ID+1)
}

func (s *service) ImageActionsList(
	ctx context.Context, r server.ImageActionsListRequestObject,
) (server.ImageActionsListResponseObject, error) {
	c := callerOf(ctx)
	image, err := s.store.visible(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	list := s.actionPage(c, slices.Clone(image.actions), r.Params.Page, r.Params.PerPage)
	return server.ImageActionsList200JSONResponse{
		AllActionsJSONResponse: server.AllActionsJSONResponse{Body: list},
	}, nil
}

// actionPage returns a page of actions, the newest first, and counts as a poll of those on it. It sorts the slice.
func (s *service) actionPage(c caller, all []*action, number, perPage *int) gen.ActionList {
	slices.SortFunc(all, func(a, b *action) int { return cmp.Compare(b.ID, a.ID) })
	actions, links, total := page(c, all, number, perPage)
	s.poll(c, actions...)
	list := gen.ActionList{
		Actions: make([]gen.Action, len(actions)),
		Links:   links,
		Meta:    gen.Meta{Total: total},
	}
	for i, action := range actions {
		list.Actions[i] = action.Action
	}
	return list
}

// ImageActionsGet counts as a poll of the action, after which it may have ended.
func (s *service) ImageActionsGet(
	ctx context.Context, r server.ImageActionsGetRequestObject,
) (server.ImageActionsGetResponseObject, error) {
	c := callerOf(ctx)
	image, err := s.store.visible(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(image.actions, func(a *action) bool { return a.ID == r.ActionID })
	if at < 0 {
		return nil, errNotFound // also for an action of another image
	}
	s.poll(c, image.actions[at])
	return server.ImageActionsGet200JSONResponse{OneActionJSONResponse: oneAction(image.actions[at])}, nil
}

// poll counts a read of actions, after which they may have ended.
func (s *service) poll(c caller, actions ...*action) {
	for _, a := range actions {
		a.polls++
	}
	s.store.settle(c.now)
}

// actionRequest has the fields of all types of actions.
type actionRequest struct {
	Type   string         `json:"type"`
	Region gen.RegionSlug `json:"region"`
}

func (s *service) ImageActionsPost(
	ctx context.Context, r server.ImageActionsPostRequestObject,
) (server.ImageActionsPostResponseObject, error) {
	c := callerOf(ctx)
	var body actionRequest
	if err := decodeUnion(r.Body, &body); err != nil {
		return nil, err
	}
	image, err := s.store.edit(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	if err := actionProblem(image, body); err != nil {
		return nil, err
	}
	started := &action{
		began: c.now,
		to:    body.Region,
		fails: c.failWith != nil,
		Action: gen.Action{
			ID:           s.store.nextAction,
			Type:         body.Type,
			Status:       gen.ActionStatusInProgress,
			StartedAt:    c.now.UTC().Truncate(time.Second),
			ResourceID:   ptr(image.ID),
			ResourceType: "image",
		},
	}
	if place := placeOf(image, body); place != "" && !s.store.nullRegions {
		started.Region, started.RegionSlug = ptr(regionOf(place)), ptr(string(place))
	}
	s.store.nextAction++
	image.actions = append(image.actions, started)
	s.store.running = append(s.store.running, started)
	return server.ImageActionsPost201JSONResponse{OneActionJSONResponse: oneAction(started)}, nil
}

func oneAction(a *action) server.OneActionJSONResponse {
	return server.OneActionJSONResponse{Body: gen.ActionResponse{Action: a.Action}}
}

// actionProblem returns why an action cannot be started on an image, or nil.
func actionProblem(image *record, asked actionRequest) error {
	if asked.Type != actionTransfer && asked.Type != actionConvert {
		return errNoSuchAction
	}
	if image.Status != gen.ImageStatusAvailable {
		return refuse("The image is not available")
	}
	if asked.Type == actionConvert {
		return convertProblem(image)
	}
	return transferProblem(image, asked.Region)
}

// convertProblem returns why an image cannot be converted to a snapshot, or nil.
func convertProblem(image *record) error {
	if image.Type != gen.ImageTypeBackup && image.Type != gen.ImageTypeCustom {
		return refuse("Only backups and custom images can be converted")
	}
	return nil
}

// transferProblem returns why an image cannot be transferred to a region, or nil. The spelling of the first message is
// the API's.
func transferProblem(image *record, to gen.RegionSlug) error {
	if image.Type == gen.ImageTypeBackup {
		return refuse("Backups can not be transfered to other regions")
	}
	if !to.Valid() {
		return refuse("Region is not available")
	}
	if slices.Contains(image.Regions, to) {
		return refuse("The image is already available in this region")
	}
	return nil
}

// placeOf returns the region that an action names: where a transfer goes, or else where the image is; "" if nowhere.
func placeOf(image *record, asked actionRequest) gen.RegionSlug {
	if asked.Type == actionTransfer {
		return asked.Region
	}
	if len(image.Regions) == 0 {
		return ""
	}
	return image.Regions[0]
}

// cities are what the control panel calls the regions, without the number. Of those that nobody has seen live, it is
// our reading of the letters.
var cities = map[string]string{
	"ams": "Amsterdam",
	"atl": "Atlanta",
	"blr": "Bangalore",
	"bom": "Mumbai",
	"del": "Delhi",
	"fra": "Frankfurt",
	"lon": "London",
	"maa": "Chennai",
	"mel": "Melbourne",
	"nbg": "Nuremberg",
	"nyc": "New York",
	"sfo": "San Francisco",
	"sgp": "Singapore",
	"syd": "Sydney",
	"tlv": "Tel Aviv",
	"tor": "Toronto",
	"waw": "Warsaw",
}

// regionOf describes a region. All have the same sizes and features, which is our choice.
func regionOf(slug gen.RegionSlug) gen.Region {
	letters := strings.TrimRight(string(slug), "0123456789")
	return gen.Region{
		Name:  cities[letters] + " " + strings.TrimPrefix(string(slug), letters),
		Slug:  string(slug),
		Sizes: []string{"s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb"},
		Features: []string{
			"private_networking", "backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer",
		},
		Available: true,
	}
}
