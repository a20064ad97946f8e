package fakeapi

import (
	"context"
	"strconv"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

func (s *service) ImagesList(
	ctx context.Context, r server.ImagesListRequestObject,
) (server.ImagesListResponseObject, error) {
	c := callerOf(ctx)
	if r.Params.Type != nil && !r.Params.Type.Valid() {
		return nil, refuse("type must be application or distribution")
	}
	v := view{
		account: c.account,
		kind:    string(valueOr(r.Params.Type, "")),
		private: valueOr(r.Params.Private, false),
		tag:     valueOr(r.Params.TagName, ""),
	}
	ids, links, total, err := page(c, s.store.list(v), r.Params.Page, r.Params.PerPage)
	if err != nil {
		return nil, err
	}
	list := gen.ImageList{
		Images: make([]gen.Image, len(ids)),
		Links:  links,
		Meta:   gen.Meta{Total: total},
	}
	for i, id := range ids {
		image, _ := s.store.find(id)
		list.Images[i] = image.Image
	}
	return server.ImagesList200JSONResponse{
		AllImagesJSONResponse: server.AllImagesJSONResponse{Body: list},
	}, nil
}

func (s *service) ImagesCreateCustom(
	ctx context.Context, r server.ImagesCreateCustomRequestObject,
) (server.ImagesCreateCustomResponseObject, error) {
	c := callerOf(ctx)
	if err := createProblem(r.Body); err != nil {
		return nil, err
	}
	image := gen.Image{
		Name:         r.Body.Name,
		Description:  r.Body.Description,
		Distribution: knownOr(r.Body.Distribution, gen.DistributionUnknown),
		Type:         gen.ImageTypeCustom,
		Status:       gen.ImageStatusNEW,
		Tags:         append([]string{}, r.Body.Tags...),
		Regions:      []gen.RegionSlug{},
	}
	created := s.store.addImage(image, c.now)
	created.owner = c.account
	s.store.running = append(s.store.running, &imageImport{
		id:     created.ID,
		began:  c.now,
		region: r.Body.Region,
		url:    r.Body.URL,
	})

	response := created.Image
	if r.Body.Distribution != "" { // the API names an unknown one otherwise here than in later reads
		response.Distribution = knownOr(r.Body.Distribution, "Unknown OS")
	}
	return server.ImagesCreateCustom202JSONResponse{
		NewImageJSONResponse: server.NewImageJSONResponse{Body: gen.ImageResponse{Image: response}},
	}, nil
}

// createProblem returns why an image cannot be created, or nil.
func createProblem(asked *gen.ImageCreate) error {
	if asked.Name == "" {
		return refuse("Name can't be blank")
	}
	if asked.URL == "" {
		return refuse("Url can't be blank")
	}
	if !asked.Region.Valid() {
		return refuse("Region is not available")
	}
	return nil
}

// knownOr returns a distribution if the API knows it, and else another.
func knownOr(distribution, other gen.Distribution) gen.Distribution {
	if distribution.Valid() {
		return distribution
	}
	return other
}

// ImagesGet counts as a poll of an import, after which it may have ended. Only accounts that can see the image poll it.
func (s *service) ImagesGet(
	ctx context.Context, r server.ImagesGetRequestObject,
) (server.ImagesGetResponseObject, error) {
	c := callerOf(ctx)
	id, err := s.idOf(r.ImageID)
	if err != nil {
		return nil, err
	}
	if _, err := s.store.visible(c.account, id); err != nil {
		return nil, err
	}
	for _, p := range s.store.running {
		if i, ok := p.(*imageImport); ok && i.id == id {
			i.polls++
		}
	}
	s.store.settle(c.now)
	image, _ := s.store.find(id)
	return server.ImagesGet200JSONResponse{OneImageJSONResponse: oneImage(image.Image)}, nil
}

// idOf returns the id of an image that a path names by its id or its slug. Only public images have slugs.
func (s *service) idOf(idOrSlug string) (int64, error) {
	if id, err := strconv.ParseInt(idOrSlug, 10, 64); err == nil {
		return id, nil
	}
	for _, id := range s.store.list(view{account: everybody}) {
		if r, _ := s.store.find(id); r.Slug != nil && *r.Slug == idOrSlug {
			return id, nil
		}
	}
	return 0, errNotFound
}

func (s *service) ImagesUpdate(
	ctx context.Context, r server.ImagesUpdateRequestObject,
) (server.ImagesUpdateResponseObject, error) {
	image, err := s.store.edit(callerOf(ctx).account, r.ImageID)
	if err != nil {
		return nil, err
	}
	if err := updateProblem(image, r.Body); err != nil {
		return nil, err
	}
	image.Name = valueOr(r.Body.Name, image.Name)
	image.Description = valueOr(r.Body.Description, image.Description)
	if r.Body.Distribution != "" {
		image.Distribution = knownOr(r.Body.Distribution, gen.DistributionUnknown)
	}
	return server.ImagesUpdate200JSONResponse{OneImageJSONResponse: oneImage(image.Image)}, nil
}

// updateProblem returns why an image cannot be updated so, or nil.
func updateProblem(image *record, asked *gen.ImageUpdate) error {
	if asked.Name != nil && *asked.Name == "" {
		return refuse("Name can't be blank")
	}
	if image.Type == gen.ImageTypeCustom {
		return nil
	}
	if asked.Description != nil || asked.Distribution != "" {
		return refuse("Only custom images have a description and a distribution that can be changed")
	}
	return nil
}

func oneImage(image gen.Image) server.OneImageJSONResponse {
	return server.OneImageJSONResponse{Body: gen.ImageResponse{Image: image}}
}

func (s *service) ImagesDelete(
	ctx context.Context, r server.ImagesDeleteRequestObject,
) (server.ImagesDeleteResponseObject, error) {
	c := callerOf(ctx)
	if owner, deleted := s.store.deleted[r.ImageID]; deleted && owner == c.account {
		return nil, refuse("Image Can not delete an already deleted image.")
	}
	image, err := s.store.edit(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	s.store.remove(image.ID, c.account)
	return server.ImagesDelete204Response{}, nil
}
