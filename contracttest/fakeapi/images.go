package fakeapi

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// service implements the operations of the contract.
type service struct{ *API }

var _ server.StrictServerInterface = (*service)(nil)

func (s *service) ImagesList(ctx context.Context, r server.ImagesListRequestObject) (server.ImagesListResponseObject, error) {
	c := callerOf(ctx)
	v := view{account: c.account}
	if r.Params.Type != nil {
		if v.kind = string(*r.Params.Type); !r.Params.Type.Valid() {
			return nil, refuse("type must be application or distribution")
		}
	}
	if r.Params.Private != nil {
		v.private = *r.Params.Private
	}
	if r.Params.TagName != nil {
		v.tag = *r.Params.TagName
	}
	ids, links, total, err := page(c, s.store.list(v), r.Params.Page, r.Params.PerPage)
	if err != nil {
		return nil, err
	}
	list := gen.ImageList{Images: make([]gen.Image, len(ids)), Links: links, Meta: gen.Meta{Total: total}}
	for i, id := range ids {
		image, _ := s.store.find(id)
		list.Images[i] = image.Image
	}
	return server.ImagesList200JSONResponse{AllImagesJSONResponse: server.AllImagesJSONResponse{Body: list}}, nil
}

func (s *service) ImagesCreateCustom(ctx context.Context, r server.ImagesCreateCustomRequestObject) (server.ImagesCreateCustomResponseObject, error) {
	c := callerOf(ctx)
	switch {
	case r.Body.Name == "":
		return nil, refuse("Name can't be blank")
	case r.Body.URL == "":
		return nil, refuse("Url can't be blank")
	case !r.Body.Region.Valid():
		return nil, refuse("Region is not available")
	}
	image := gen.Image{
		Name: r.Body.Name, Description: r.Body.Description, Distribution: knownOr(r.Body.Distribution, gen.DistributionUnknown),
		Type: gen.ImageTypeCustom, Status: gen.ImageStatusNEW, Tags: slices.Clone(r.Body.Tags), Regions: []gen.RegionSlug{},
	}
	if image.Tags == nil {
		image.Tags = []string{}
	}
	created := s.store.addImage(image, c.now)
	created.owner = c.account
	s.store.running = append(s.store.running, &imageImport{id: created.ID, began: c.now, region: r.Body.Region, url: r.Body.URL})

	answer := created.Image
	if r.Body.Distribution != "" {
		answer.Distribution = knownOr(r.Body.Distribution, "Unknown OS")
	}
	return server.ImagesCreateCustom202JSONResponse{NewImageJSONResponse: server.NewImageJSONResponse{Body: gen.ImageResponse{Image: answer}}}, nil
}

func knownOr(distribution, other gen.Distribution) gen.Distribution {
	if distribution.Valid() {
		return distribution
	}
	return other
}

// imageImport is an import under way.
type imageImport struct {
	id     int64
	began  time.Time
	region gen.RegionSlug
	url    string
	polls  int
}

func (i *imageImport) step(s *store, now time.Time) bool {
	r := s.changed[i.id]
	if r == nil {
		return true // deleted meanwhile
	}
	done := s.imports.done(now.Sub(i.began), i.polls)
	status := r.Status
	switch {
	case done >= 1 && importable(i.url):
		status = gen.ImageStatusAvailable
		r.Regions, r.MinDiskSize, r.SizeGigabytes = []gen.RegionSlug{i.region}, ptr(20), ptr(2.34)
	case done >= 1:
		status = gen.ImageStatusDeleted
		r.ErrorMessage = "The file is in no format that can be imported: raw, qcow2, vhdx, vdi or vmdk, plain or packed with gzip or bzip2."
	case done >= 1.0/3:
		status = gen.ImageStatusPending
	}
	if status != r.Status {
		r.Status = status
		clear(s.views)
	}
	return done >= 1
}

// importable goes by the name of the file, since nothing is fetched.
func importable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "ftp" || u.Host == "" {
		return false
	}
	name := strings.ToLower(u.Path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".bz2")
	return slices.ContainsFunc([]string{".img", ".raw", ".qcow2", ".vhdx", ".vdi", ".vmdk"}, func(format string) bool { return strings.HasSuffix(name, format) })
}

func (s *service) ImagesGet(ctx context.Context, r server.ImagesGetRequestObject) (server.ImagesGetResponseObject, error) {
	c := callerOf(ctx)
	id, err := strconv.ParseInt(r.ImageID, 10, 64)
	if err != nil {
		if id, err = s.store.bySlug(r.ImageID); err != nil {
			return nil, err
		}
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
	return server.ImagesGet200JSONResponse{OneImageJSONResponse: server.OneImageJSONResponse{Body: gen.ImageResponse{Image: image.Image}}}, nil
}

func (s *store) bySlug(slug string) (int64, error) {
	for _, id := range s.list(view{account: everybody}) {
		if r, _ := s.find(id); r.Slug != nil && *r.Slug == slug {
			return id, nil
		}
	}
	return 0, errNotFound
}

func (s *service) ImagesUpdate(ctx context.Context, r server.ImagesUpdateRequestObject) (server.ImagesUpdateResponseObject, error) {
	image, err := s.store.edit(callerOf(ctx).account, r.ImageID)
	switch {
	case err != nil:
		return nil, err
	case r.Body.Name != nil && *r.Body.Name == "":
		return nil, refuse("Name can't be blank")
	case image.Type != gen.ImageTypeCustom && (r.Body.Description != nil || r.Body.Distribution != nil):
		return nil, refuse("Only custom images have a description and a distribution that can be changed")
	}
	if r.Body.Name != nil {
		image.Name = *r.Body.Name
	}
	if r.Body.Description != nil {
		image.Description = *r.Body.Description
	}
	if r.Body.Distribution != nil {
		image.Distribution = knownOr(*r.Body.Distribution, gen.DistributionUnknown)
	}
	return server.ImagesUpdate200JSONResponse{OneImageJSONResponse: server.OneImageJSONResponse{Body: gen.ImageResponse{Image: image.Image}}}, nil
}

func (s *service) ImagesDelete(ctx context.Context, r server.ImagesDeleteRequestObject) (server.ImagesDeleteResponseObject, error) {
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
