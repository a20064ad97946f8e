package contracttest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// transfer copies the image to another region, and reads the action in each way that there is.
func (l *life) transfer(ctx context.Context) error {
	before, err := l.client.Get(ctx, l.id())
	if err != nil {
		return err
	}
	region := l.otherRegion()
	action, err := l.runTransfer(ctx, region)
	if err != nil {
		return err
	}
	// Clipped, so that the append leaves the regions of before as they are.
	if err := l.checkRegions(ctx, before.Regions, append(slices.Clip(before.Regions), region)); err != nil {
		return err
	}
	if err := l.checkActionListed(ctx, action); err != nil {
		return err
	}
	return l.checkActionIsOfItsImage(ctx, action)
}

// otherRegion returns a region to which the image was not imported.
func (l *life) otherRegion() gen.RegionSlug {
	if l.Region == gen.RegionSlugFra1 {
		return gen.RegionSlugNyc3
	}
	return gen.RegionSlugFra1
}

// runTransfer starts a transfer and waits for its end.
func (l *life) runTransfer(ctx context.Context, region gen.RegionSlug) (*gen.Action, error) {
	started, err := l.client.Transfer(ctx, l.id(), region)
	if err != nil {
		return nil, err
	}
	if started.Type != "transfer" {
		return nil, fmt.Errorf("the action is of the type %q", started.Type)
	}
	if started.ResourceID == nil || *started.ResourceID != l.id() {
		return nil, fmt.Errorf("the action is not one of image %d", l.id())
	}
	ended, err := l.client.WaitAction(ctx, l.id(), started.ID, l.Wait...)
	if err != nil {
		return nil, err
	}
	if ended.CompletedAt == nil || ended.CompletedAt.Before(ended.StartedAt) {
		return nil, fmt.Errorf("the action began at %v and is completed at %v", ended.StartedAt, ended.CompletedAt)
	}
	return ended, nil
}

// checkRegions demands that the image be in all of these regions: a transfer was seen to be a copy, despite its name
// (digitalocean/api-v2#87).
func (l *life) checkRegions(ctx context.Context, before, want []gen.RegionSlug) error {
	after, err := l.client.Get(ctx, l.id())
	if err != nil {
		return err
	}
	for _, region := range want {
		if !slices.Contains(after.Regions, region) {
			return fmt.Errorf("it was in %v, should be in %v, and is in %v", before, want, after.Regions)
		}
	}
	return nil
}

func (l *life) checkActionListed(ctx context.Context, action *gen.Action) error {
	list, err := wrapper.Collect(l.client.Actions(ctx, l.id()))
	if err != nil {
		return err
	}
	for _, listed := range list {
		if listed.ID == action.ID && listed.Status == action.Status {
			return nil
		}
	}
	return fmt.Errorf("the actions of the image do not have action %d as %s", action.ID, action.Status)
}

// checkActionIsOfItsImage reads the action under the id of another image, which was seen to be 404
// (digitalocean/packer-plugin-digitalocean#122). A server that ignores that id would show the actions of other
// accounts.
func (l *life) checkActionIsOfItsImage(ctx context.Context, action *gen.Action) error {
	images, err := l.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	other := slices.IndexFunc(images, func(image gen.Image) bool { return image.ID != l.id() })
	if other < 0 {
		return nil
	}
	_, err = l.client.Action(ctx, images[other].ID, action.ID)
	if err := expectNotFound(err); err != nil {
		return fmt.Errorf("the action under the id of another image: %w", err)
	}
	return nil
}

// convert passes whether the API converts the image or refuses to.
func (l *life) convert(ctx context.Context) error {
	_, err := l.session.convert(ctx, l.id())
	return err
}

// convert makes a snapshot of an image, and reports whether the API did so. A refusal is not an error: the reference
// speaks of backups, and does not say what becomes of custom images.
func (s *session) convert(ctx context.Context, id int64) (converted bool, err error) {
	started, err := s.client.Convert(ctx, id)
	if errors.Is(err, wrapper.ErrUnprocessable) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := s.client.WaitAction(ctx, id, started.ID, s.Wait...); err != nil {
		return false, err
	}
	image, err := s.client.Get(ctx, id)
	if err != nil {
		return false, err
	}
	if image.Type != gen.ImageTypeSnapshot {
		return false, fmt.Errorf("after the conversion the type is %q", image.Type)
	}
	return true, nil
}
