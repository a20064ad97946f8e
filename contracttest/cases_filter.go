package contracttest

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// filterType demands that a type lists no image that the other type lists too, and that distributions are public. An
// application need not be: one that is not was seen (digitalocean/packer-plugin-digitalocean#172, 2025).
func filterType(kind, other gen.ImagesListParamsType) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		images, err := s.list(ctx, wrapper.ListParams{Type: kind})
		if err != nil {
			return err
		}
		others, err := s.list(ctx, wrapper.ListParams{Type: other})
		if err != nil {
			return err
		}
		otherIDs := imageIDs(others)
		for _, image := range images {
			if kind == gen.ImagesListParamsTypeDistributions && !image.Public {
				return fmt.Errorf("image %d is not public", image.ID)
			}
			if slices.Contains(otherIDs, image.ID) {
				return fmt.Errorf("image %d is listed as %s and as %s", image.ID, kind, other)
			}
		}
		return nil
	}
}

// filterPrivate does not demand every image that is not public: DigitalOcean's own may not be either, such as
// applications and retired distributions. The account's own are known by their types.
func filterPrivate(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	private, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	for _, image := range private {
		if image.Public {
			return fmt.Errorf("the list with private=true has the public image %d", image.ID)
		}
	}
	listed := imageIDs(private)
	for _, image := range all {
		if isOwn(image) && !slices.Contains(listed, image.ID) {
			return fmt.Errorf("the list with private=true lacks image %d, a private %s", image.ID, image.Type)
		}
	}
	return nil
}

// isOwn reports whether an image is one that only an account can have made.
func isOwn(image gen.Image) bool {
	switch image.Type {
	case gen.ImageTypeSnapshot, gen.ImageTypeBackup, gen.ImageTypeCustom:
		return !image.Public && image.Status != gen.ImageStatusRetired
	}
	return false
}

func filterTag(ctx context.Context, s *session) error {
	unused := "doimages-contract-no-such-tag"
	if err := s.compareFilter(ctx, wrapper.ListParams{TagName: unused}, wrapper.HasTag(unused)); err != nil {
		return err
	}
	tag, err := s.usedTag(ctx)
	if err != nil {
		return err
	}
	return s.compareFilter(ctx, wrapper.ListParams{TagName: tag}, wrapper.HasTag(tag))
}

// filtersCombined leaves out the type, which may have no effect beside the others: see typeGivesWay.
func filtersCombined(ctx context.Context, s *session) error {
	tag, err := s.usedTag(ctx)
	if err != nil {
		return err
	}
	hasBoth := func(image gen.Image) bool { return !image.Public && wrapper.HasTag(tag)(image) }
	return s.compareFilter(ctx, wrapper.ListParams{Private: true, TagName: tag}, hasBoth)
}

// compareFilter demands that a filtered list have exactly those images of the whole list that a predicate keeps.
func (s *session) compareFilter(ctx context.Context, params wrapper.ListParams, keep func(gen.Image) bool) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	filtered, err := s.list(ctx, params)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(all, func(image gen.Image) bool { return !keep(image) })
	got, want := imageIDs(filtered), imageIDs(kept)
	slices.Sort(got) // no order is documented, so that a filter may change it
	slices.Sort(want)
	if !slices.Equal(got, want) {
		return fmt.Errorf("the list with %s has the images %v, expected %v", query(params), got, want)
	}
	return nil
}

// query returns filters as the API reads them.
func query(params wrapper.ListParams) string {
	values := url.Values{}
	if params.Private {
		values.Set("private", "true")
	}
	if params.Type != "" {
		values.Set("type", string(params.Type))
	}
	if params.TagName != "" {
		values.Set("tag_name", params.TagName)
	}
	return values.Encode()
}

// usedTag returns a tag of some private image.
func (s *session) usedTag(ctx context.Context) (string, error) {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return "", err
	}
	for _, image := range images {
		if len(image.Tags) > 0 {
			return image.Tags[0], nil
		}
	}
	return "", errSkip("no private image has a tag")
}
