package contracttest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// life is an image on its way from create to delete.
type life struct {
	*session
	created *gen.Image
	deleted bool
}

func (l *life) id() int64 { return l.created.ID }

// checkCreated demands of the response to the create what does not depend on the import.
func (l *life) checkCreated(context.Context) error {
	image := l.created
	// new was seen as well as NEW (digitalocean/openapi#517, digitalocean/terraform-provider-digitalocean#931).
	isNew := strings.EqualFold(string(image.Status), string(gen.ImageStatusNEW))
	switch {
	case !isNew && image.Status != gen.ImageStatusPending:
		return fmt.Errorf("the status of a new image is %q", image.Status)
	case !strings.HasPrefix(image.Name, namePrefix):
		return fmt.Errorf("the name is %q", image.Name)
	case image.Type != "" && image.Type != gen.ImageTypeCustom:
		return fmt.Errorf("the type is %q", image.Type)
	case image.Public:
		return errors.New("it is public")
	}
	return nil
}

// wait waits for the import, which must not change what was asked for.
func (l *life) wait(ctx context.Context) error {
	image, err := l.client.WaitAvailable(ctx, l.id(), append(slices.Clip(l.Wait), wrapper.WithJustCreated())...)
	if err != nil {
		return err
	}
	changed := image.Name != l.created.Name || image.Description != l.created.Description ||
		!image.CreatedAt.Equal(l.created.CreatedAt)
	switch {
	case changed:
		return fmt.Errorf("it was created as %s and became %s", imageJSON(*l.created), imageJSON(*image))
	case !slices.Contains(image.Regions, l.Region):
		return fmt.Errorf("it is available in %v, not in %s", image.Regions, l.Region)
	case image.ErrorMessage != "":
		return fmt.Errorf("it is available, but has the error message %q", redact.Shorten(image.ErrorMessage))
	}
	return nil
}

func (l *life) checkListed(ctx context.Context) error {
	listed, err := l.isListed(ctx)
	if err == nil && !listed {
		return fmt.Errorf("image %d is not listed", l.id())
	}
	return err
}

// isListed reports whether the image is among those of the account.
func (l *life) isListed(ctx context.Context) (bool, error) {
	images, err := l.list(ctx, wrapper.ListParams{Private: true})
	return slices.Contains(imageIDs(images), l.id()), err
}

// update changes the description and then clears it: a server that reads "" as missing keeps the old one.
func (l *life) update(ctx context.Context) error {
	for _, description := range []string{"updated", ""} {
		if err := l.updateTo(ctx, namePrefix+"updated", description); err != nil {
			return err
		}
	}
	return nil
}

func (l *life) updateTo(ctx context.Context, name, description string) error {
	updated, err := l.client.Update(ctx, l.id(), gen.ImageUpdate{Name: &name, Description: &description})
	if err != nil {
		return err
	}
	got, err := l.client.Get(ctx, l.id())
	if err != nil {
		return err
	}
	for _, image := range []*gen.Image{updated, got} {
		if image.ID != l.id() || image.Name != name || image.Description != description {
			return fmt.Errorf("the name %q and the description %q of image %d became %q and %q of image %d",
				name, description, l.id(), image.Name, image.Description, image.ID)
		}
	}
	if response, read := imageJSON(*updated), imageJSON(*got); response != read {
		return fmt.Errorf("the response was %s, but it is read as %s", response, read)
	}
	return nil
}

func (l *life) delete(ctx context.Context) error {
	err := l.client.Delete(ctx, l.id())
	l.deleted = err == nil
	return err
}

// useAfterDelete demands that every use be refused. How is known of two: a read is 404, and a second delete says that
// the image is deleted already (Terraform's provider, and public notes of 2026).
func (l *life) useAfterDelete(ctx context.Context) error {
	listed, err := l.isListed(ctx)
	if err != nil {
		return err
	}
	if listed {
		return fmt.Errorf("image %d is still listed", l.id())
	}
	name := namePrefix + "undead"
	_, getErr := l.client.Get(ctx, l.id())
	_, updateErr := l.client.Update(ctx, l.id(), gen.ImageUpdate{Name: &name})
	_, convertErr := l.client.Convert(ctx, l.id())
	deleteErr := l.client.Delete(ctx, l.id())
	for _, use := range []struct {
		name string
		err  error
	}{
		{name: "get", err: expectNotFound(getErr)},
		{name: "update", err: expectRefused(updateErr)},
		{name: "convert", err: expectRefused(convertErr)},
		{name: "delete", err: expectAlreadyDeleted(deleteErr)},
	} {
		if use.err != nil {
			return fmt.Errorf("%s of the deleted image: %w", use.name, use.err)
		}
	}
	return nil
}
