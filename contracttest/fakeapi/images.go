package fakeapi

import (
	"context"
	"strconv"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// ImagesList counts as a poll of the imports on its page, after which they may have ended.
func (s *service) ImagesList(
	ctx context.Context, r server.ImagesListRequestObject,
) (server.ImagesListResponseObject, error) {
	c := callerOf(ctx)
	view := viewOf(c, r.Params)
	polled, _, _ := page(c, s.store.list(view), r.Params.Page, r.Params.PerPage)
	s.store.pollImports(c.now, polled...)
	// Lists do not have an image whose import has failed.
	ids, links, total := page(c, s.store.list(view), r.Params.Page, r.Params.PerPage)
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

// viewOf returns what the filters of a request let a list show. The type has no effect beside private or tag_name;
// an unknown one is ignored.
func viewOf(c caller, filters gen.ImagesListParams) view {
	v := view{
		account: c.account,
		private: valueOr(filters.Private, false),
		tag:     valueOr(filters.TagName, ""),
	}
	if kind := valueOr(filters.Type, ""); kind.Valid() && !v.private && v.tag == "" {
		v.kind = kind
	}
	return v
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
	s.store.pollImports(c.now, id)
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
	c := callerOf(ctx)
	image, err := s.store.edit(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	if err := updateProblem(image, r.Body); err != nil {
		return nil, err
	}
	image.Name = valueOr(r.Body.Name, image.Name)
	image.Description = valueOr(r.Body.Description, image.Description)
	if r.Body.Distribution != "" {
		image.Distribution = knownDistribution(r.Body.Distribution)
	}
	image.UpdatedAt = ptr(c.now.UTC().Truncate(time.Second))
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
