package contracttest

import (
	"context"
	"fmt"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func getByID(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errSkip("there are no images")
	}
	// Three places of the list, so that public images and the account's own are likely to be among them.
	for _, listed := range []gen.Image{all[0], all[len(all)/2], all[len(all)-1]} {
		got, err := s.client.Get(ctx, listed.ID)
		if err != nil {
			return err
		}
		if err := expectSameImage(*got, listed); err != nil {
			return fmt.Errorf("image %d: %w", listed.ID, err)
		}
	}
	return nil
}

func getBySlug(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, wrapper.IsOfficial)
	if at < 0 {
		return errSkip("no image has a slug")
	}
	slug := *all[at].Slug
	got, err := s.client.GetBySlug(ctx, slug)
	if err != nil {
		return err
	}
	if err := expectSameImage(*got, all[at]); err != nil {
		return fmt.Errorf("image %q: %w", slug, err)
	}
	return nil
}

// expectSameImage demands that an image be read as it is listed, in every field.
func expectSameImage(read, listed gen.Image) error {
	if got, want := imageJSON(read), imageJSON(listed); got != want {
		return fmt.Errorf("it is read as %s and listed as %s", got, want)
	}
	return nil
}

func unknownID(ctx context.Context, s *session) error {
	_, err := s.client.Get(ctx, missingID)
	return expectNotFound(err)
}

func unknownSlug(ctx context.Context, s *session) error {
	_, err := s.client.GetBySlug(ctx, "doimages-contract-no-such-slug")
	return expectNotFound(err)
}

// actions reads those of an image of the account itself: what the API shows of public images is not documented.
func actions(ctx context.Context, s *session) error {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	if len(images) == 0 {
		return errSkip("the account has no image of its own")
	}
	id := images[0].ID
	if _, err := wrapper.Collect(s.client.Actions(ctx, id)); err != nil {
		return err
	}
	_, err = s.client.Action(ctx, id, missingID)
	return expectNotFound(err)
}
