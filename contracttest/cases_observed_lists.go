package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// The cases of this file hold what others published of the real API. Each returns a refutation if the target
// contradicts the observation, errSkip if it has nothing that shows it, and any other error if it cannot be asked.

func newestFirst(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	if len(all) < 2 {
		return errSkip("there are fewer than two images")
	}
	for i, image := range all[1:] {
		if before := all[i]; image.CreatedAt.After(before.CreatedAt) {
			return refuted("image %d of %v comes before image %d of %v",
				before.ID, before.CreatedAt, image.ID, image.CreatedAt)
		}
	}
	return nil
}

// typeOf demands that every image that a type filter lists be of one type itself.
func typeOf(kind gen.ImagesListParamsType, want gen.ImageType) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		images, err := s.list(ctx, wrapper.ListParams{Type: kind})
		if err != nil {
			return err
		}
		if len(images) == 0 {
			return errSkip(fmt.Sprintf("no image is listed with type=%s", kind))
		}
		for _, image := range images {
			if image.Type != want {
				return refuted("image %d is listed with type=%s and has the type %q", image.ID, kind, image.Type)
			}
		}
		s.saw("%s", plural.Of(len(images), "image"))
		return nil
	}
}

func retiredImages(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	retired := slices.DeleteFunc(all, func(image gen.Image) bool { return image.Status != gen.ImageStatusRetired })
	if len(retired) == 0 {
		return errSkip("no image is retired")
	}
	for _, image := range retired {
		if image.Slug != nil || image.Public || len(image.Regions) > 0 {
			return refuted("the retired image is %s", imageJSON(image))
		}
	}
	s.saw("%s", plural.Of(len(retired), "image"))
	return nil
}

// typeGivesWay asks as the report does: for distributions that are private and have a tag.
func typeGivesWay(ctx context.Context, s *session) error {
	tag, err := s.usedTag(ctx)
	if err != nil {
		return err
	}
	params := wrapper.ListParams{Private: true, TagName: tag}
	without, err := s.list(ctx, params)
	if err != nil {
		return err
	}
	params.Type = gen.ImagesListParamsTypeDistributions
	with, err := s.list(ctx, params)
	if err != nil {
		return err
	}
	if got, want := imageIDs(with), imageIDs(without); !slices.Equal(got, want) {
		return refuted("the account has %d images with the tag, and %d with type=distribution beside it",
			len(want), len(got))
	}
	return nil
}

// unknownType has a space and a slash in the type, so that links show how they are escaped.
func unknownType(ctx context.Context, s *session) error {
	all, err := s.readPage(ctx, url.Values{"per_page": {"1"}})
	if err != nil {
		return err
	}
	query := url.Values{"type": {"doimages/no such type"}, "per_page": {"1"}}
	page, err := s.readPage(invalidOnPurpose(ctx), query)
	if err != nil {
		return err
	}
	if got, want := page.Meta.Total, all.Meta.Total; got != want {
		return refuted("the list has %s, and %d with an unknown type", plural.Of(want, "image"), got)
	}
	return expectQuery(page.Links.Pages.Next, query)
}

func linksKeepTheQuery(ctx context.Context, s *session) error {
	query := url.Values{"type": {"distribution"}, "per_page": {"1"}}
	page, err := s.readPage(ctx, query)
	if err != nil {
		return err
	}
	return expectQuery(page.Links.Pages.Next, query)
}

// expectQuery demands of a link every parameter of the request.
func expectQuery(link string, want url.Values) error {
	if link == "" {
		return errSkip("the list has one page")
	}
	address, err := url.Parse(link)
	if err != nil {
		return refuted("the next link is not a URL")
	}
	got := address.Query()
	for name := range want {
		if got.Get(name) != want.Get(name) {
			return refuted("the request has %s=%s, and the next link has %q", name, want.Get(name), got.Get(name))
		}
	}
	return nil
}

func linksOfOnePage(ctx context.Context, s *session) error {
	query := url.Values{"type": {"distribution"}, "per_page": {fmt.Sprint(openapi.MaxPerPage)}}
	page, err := s.readPage(ctx, query)
	if err != nil {
		return err
	}
	if page.Meta.Total > openapi.MaxPerPage {
		return errSkip("the list has more than one page")
	}
	if page.Links.Pages != (gen.PageLinks{}) {
		return refuted("the only page has the links %+v", page.Links.Pages)
	}
	return nil
}

func perPageZero(ctx context.Context, s *session) error {
	page, err := s.readPage(invalidOnPurpose(ctx), url.Values{"per_page": {"0"}})
	if err != nil {
		return err
	}
	if page.Meta.Total > 0 && len(page.Images) == 0 {
		return refuted("the page has none of %d images", page.Meta.Total)
	}
	s.saw("a page of %s", plural.Of(len(page.Images), "image"))
	return nil
}

// farPage is after the last page of every list.
const farPage = 1_000_000

func pageAfterLast(ctx context.Context, s *session) error {
	page, err := s.readPage(ctx, url.Values{"page": {fmt.Sprint(farPage)}})
	if err != nil {
		return err
	}
	if len(page.Images) > 0 || page.Meta.Total != 0 {
		return refuted("the page has %s, and a total of %d", plural.Of(len(page.Images), "image"), page.Meta.Total)
	}
	links := page.Links.Pages
	first, firstErr := linkedPage(links.First)
	prev, prevErr := linkedPage(links.Prev)
	if err := errors.Join(firstErr, prevErr); err != nil {
		return refuted("the links %+v: %v", links, err)
	}
	if first != 1 || prev != farPage-1 || links.Next != "" || links.Last != "" {
		return refuted("the page has the links %+v", links)
	}
	return nil
}

// readPage reads a page of images with parameters that the wrapper would not send. A refusal refutes what is observed:
// the response to every such request was a page.
func (s *session) readPage(ctx context.Context, query url.Values) (gen.ImageList, error) {
	request := rawRequest{method: http.MethodGet, path: "/v2/images?" + query.Encode(), token: s.Token}
	resp, err := s.send(ctx, request)
	if err != nil {
		return gen.ImageList{}, err
	}
	if resp.isClientError() && !resp.isAboutTheCaller() {
		return gen.ImageList{}, refuted("%s: the response has status %d", request, resp.status)
	}
	if resp.status != http.StatusOK {
		return gen.ImageList{}, fmt.Errorf("%s: the response has status %d", request, resp.status)
	}
	var page gen.ImageList
	if err := json.Unmarshal(resp.body, &page); err != nil {
		return gen.ImageList{}, fmt.Errorf("%s: not a page: %w", request, err)
	}
	return page, nil
}

// isAboutTheCaller reports whether the API refused who asks or how often, and not what was asked.
func (r rawResponse) isAboutTheCaller() bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		return true
	}
	return false
}

func distributionUnknownOS(ctx context.Context, s *session) error {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	found := 0
	for _, image := range images {
		switch image.Distribution {
		case gen.DistributionUnknownOS:
			found++
		case gen.DistributionUnknown:
			return refuted("image %d is listed with the distribution %s", image.ID, image.Distribution)
		}
	}
	if found == 0 {
		return errSkip("no image of the account is of an unknown distribution")
	}
	s.saw("%s", plural.Of(found, "image"))
	return nil
}

// regionOfActions accepts actions with a region and without: both were seen. What is wrong is a slug of another region.
func regionOfActions(ctx context.Context, s *session) error {
	actions, err := s.someActions(ctx)
	if err != nil {
		return err
	}
	if len(actions) == 0 {
		return errSkip("the first images of the account have no actions")
	}
	without := 0
	for _, action := range actions {
		if err := expectSameRegion(action); err != nil {
			return err
		}
		if action.Region == nil {
			without++
		}
	}
	s.saw("%d of %s without a region", without, plural.Of(len(actions), "action"))
	return nil
}

// someActions returns a few actions of the account's own images, each as it is listed and as it is read.
func (s *session) someActions(ctx context.Context) ([]gen.Action, error) {
	const maxImages, maxActions = 5, 10
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return nil, err
	}
	var actions []gen.Action
	for _, image := range images[:min(maxImages, len(images))] {
		for listed, err := range s.client.Actions(ctx, image.ID) {
			if err != nil {
				return nil, err
			}
			if len(actions) >= maxActions {
				return actions, nil
			}
			read, err := s.client.Action(ctx, image.ID, listed.ID)
			if err != nil {
				return nil, err
			}
			actions = append(actions, listed, *read)
		}
	}
	return actions, nil
}

// expectSameRegion demands that an action name its region twice or not at all.
func expectSameRegion(action gen.Action) error {
	region, slug := "none", "none"
	if action.Region != nil {
		region = action.Region.Slug
	}
	if action.RegionSlug != nil {
		slug = *action.RegionSlug
	}
	if region != slug {
		return refuted("the region of action %d is %s, and its slug is %s", action.ID, region, slug)
	}
	return nil
}

// newRegions are those that the published document does not have.
var newRegions = []gen.RegionSlug{
	gen.RegionSlugAtl1, gen.RegionSlugBom1, gen.RegionSlugDel1, gen.RegionSlugLon2, gen.RegionSlugMaa1,
	gen.RegionSlugMel1, gen.RegionSlugNbg1, gen.RegionSlugTlv1, gen.RegionSlugWaw1,
}

func regionsOf2026(ctx context.Context, s *session) error {
	images, err := s.list(ctx, wrapper.ListParams{Type: gen.ImagesListParamsTypeDistributions})
	if err != nil {
		return err
	}
	var seen []string
	for _, region := range newRegions {
		if slices.ContainsFunc(images, wrapper.InRegion(region)) {
			seen = append(seen, string(region))
		}
	}
	if len(seen) == 0 {
		return errSkip("no distribution is in one of them")
	}
	s.saw("%s", strings.Join(seen, ", "))
	return nil
}

// knownSlugs were seen. A distribution that has come to its end loses its slug, so that one of them is enough.
var knownSlugs = []string{"rockylinux-9-x64", "almalinux-9-x64", "centos-stream-9-x64"}

func slugsOfDistributions(ctx context.Context, s *session) error {
	var seen []string
	for _, slug := range knownSlugs {
		image, err := s.client.GetBySlug(ctx, slug)
		switch {
		case errors.Is(err, wrapper.ErrNotFound):
			continue
		case err != nil:
			return err
		case image.Slug == nil || *image.Slug != slug:
			return refuted("the image that is read as %s is %s", slug, imageJSON(*image))
		}
		seen = append(seen, slug)
	}
	if len(seen) == 0 {
		return errSkip("none of them leads to an image")
	}
	s.saw("%s", strings.Join(seen, ", "))
	return nil
}
