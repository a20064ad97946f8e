package fakeapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// action is a transfer or conversion.
type action struct {
	gen.Action
	began time.Time
	polls int
}

func (a *action) step(s *store, now time.Time) bool {
	image := s.changed[*a.ResourceID]
	if s.work.done(now.Sub(a.began), a.polls) < 1 {
		return false
	}
	ended := now.UTC().Truncate(time.Second)
	a.CompletedAt, a.Status = &ended, gen.ActionStatusCompleted
	switch {
	case image == nil: // deleted meanwhile
		a.Status = gen.ActionStatusErrored
	case a.Type == "transfer":
		image.Regions = append(image.Regions, gen.RegionSlug(*a.RegionSlug))
	case a.Type == "convert":
		image.Type = gen.ImageTypeSnapshot
	}
	clear(s.views)
	return true
}

func (s *service) ImageActionsList(ctx context.Context, r server.ImageActionsListRequestObject) (server.ImageActionsListResponseObject, error) {
	c := callerOf(ctx)
	image, err := s.store.visible(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	actions, links, total, err := page(c, image.actions, r.Params.Page, r.Params.PerPage)
	if err != nil {
		return nil, err
	}
	list := gen.ActionList{Actions: make([]gen.Action, len(actions)), Links: links, Meta: gen.Meta{Total: total}}
	for i, action := range actions {
		list.Actions[i] = action.Action
	}
	return server.ImageActionsList200JSONResponse{AllActionsJSONResponse: server.AllActionsJSONResponse{Body: list}}, nil
}

func (s *service) ImageActionsGet(ctx context.Context, r server.ImageActionsGetRequestObject) (server.ImageActionsGetResponseObject, error) {
	c := callerOf(ctx)
	image, err := s.store.visible(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(image.actions, func(a *action) bool { return a.ID == r.ActionID })
	if at < 0 {
		return nil, errNotFound
	}
	action := image.actions[at]
	action.polls++
	s.store.settle(c.now)
	return server.ImageActionsGet200JSONResponse{OneActionJSONResponse: server.OneActionJSONResponse{Body: gen.ActionResponse{Action: action.Action}}}, nil
}

func (s *service) ImageActionsPost(ctx context.Context, r server.ImageActionsPostRequestObject) (server.ImageActionsPostResponseObject, error) {
	c := callerOf(ctx)
	var body struct {
		Type   string         `json:"type"`
		Region gen.RegionSlug `json:"region"`
	}
	if err := decodeUnion(r.Body, &body); err != nil {
		return nil, err
	}
	image, err := s.store.edit(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	place := gen.RegionSlug("")
	if len(image.Regions) > 0 {
		place = image.Regions[0]
	}
	switch {
	case body.Type != "transfer" && body.Type != "convert":
		return nil, &refusal{404, "not_found", "The specified action type is not available."}
	case image.Status != gen.ImageStatusAvailable:
		return nil, refuse("The image is not available")
	case body.Type == "convert" && image.Type != gen.ImageTypeBackup && image.Type != gen.ImageTypeCustom:
		return nil, refuse("Only backups and custom images can be converted")
	case body.Type == "transfer" && image.Type == gen.ImageTypeBackup:
		return nil, refuse("Backups can not be transfered to other regions")
	case body.Type == "transfer" && !body.Region.Valid():
		return nil, refuse("Region is not available")
	case body.Type == "transfer" && slices.Contains(image.Regions, body.Region):
		return nil, refuse("The image is already available in this region")
	case body.Type == "transfer":
		place = body.Region
	}
	started := &action{began: c.now, Action: gen.Action{
		ID: s.store.nextAction, Type: body.Type, Status: gen.ActionStatusInProgress, StartedAt: c.now.UTC().Truncate(time.Second),
		ResourceID: ptr(image.ID), ResourceType: "image", Region: region(place), RegionSlug: ptr(string(place)),
	}}
	s.store.nextAction++
	image.actions = append(image.actions, started)
	s.store.running = append(s.store.running, started)
	return server.ImageActionsPost201JSONResponse{OneActionJSONResponse: server.OneActionJSONResponse{Body: gen.ActionResponse{Action: started.Action}}}, nil
}

// cities are what the control panel calls the regions, less the number.
var cities = map[string]string{
	"ams": "Amsterdam", "blr": "Bangalore", "fra": "Frankfurt", "lon": "London", "nyc": "New York",
	"sfo": "San Francisco", "sgp": "Singapore", "syd": "Sydney", "tor": "Toronto",
}

func region(slug gen.RegionSlug) gen.Region {
	letters := strings.TrimRight(string(slug), "0123456789")
	return gen.Region{
		Name:      cities[letters] + " " + strings.TrimPrefix(string(slug), letters),
		Slug:      string(slug),
		Sizes:     []string{"s-1vcpu-1gb", "s-1vcpu-2gb", "s-2vcpu-4gb"},
		Features:  []string{"private_networking", "backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"},
		Available: true,
	}
}
