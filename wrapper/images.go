package wrapper

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/doimages/gen"
)

// Get returns the image with an id, public or private. An unknown id is ErrNotFound.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Get(ctx context.Context, id int64) (*gen.Image, error) {
	resp, err := c.api.ImagesGet(ctx, strconv.FormatInt(id, 10))
	return call(c, "images_get", fmt.Sprintf("get image %d", id), openImage(id), resp, err)
}

// GetBySlug returns the public image that a slug, such as ubuntu-24-04-x64, stands for today: a slug moves on to the
// newest image of its distribution. Private images have none. An unknown slug is ErrNotFound.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) GetBySlug(ctx context.Context, slug string) (*gen.Image, error) {
	// In a path ids, nothing, . and .. name something else, and no escaping helps.
	if _, err := strconv.ParseInt(slug, 10, 64); err == nil || slug == "" || slug == "." || slug == ".." {
		return nil, fmt.Errorf("get image by slug: %q is no slug (an id is for Get)", slug)
	}
	resp, err := c.api.ImagesGet(ctx, slug)
	return call(c, "images_get", fmt.Sprintf("get image %q", slug), openImage(0), resp, err)
}

// Create starts the import of a custom image and returns it with the status NEW, long before it can be used:
// WaitAvailable waits for that, CreateAndWait does both. Name, URL and Region are required.
//
// A failed request is repeated only where it cannot have been acted on. When it ends with ErrServer, with
// ErrInvalidResponse or with MayHaveActed, the image may have been created all the same.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Create(ctx context.Context, params gen.ImageCreate) (*gen.Image, error) {
	for _, field := range []struct{ name, value string }{{"name", params.Name}, {"url", params.URL}, {"region", string(params.Region)}} {
		if field.value == "" {
			return nil, fmt.Errorf("create image: the %s is missing", field.name)
		}
	}
	resp, err := c.api.ImagesCreateCustom(ctx, params)
	return call(c, "images_create_custom", fmt.Sprintf("create image %q", params.Name), openImage(0), resp, err)
}

// Update changes the name of an image, and of a custom image the description and the distribution. Nil fields stay
// as they are; a pointer to the empty string clears a description. An unknown id is ErrNotFound. What the API answers
// for an image of DigitalOcean's own is not documented.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Update(ctx context.Context, id int64, params gen.ImageUpdate) (*gen.Image, error) {
	resp, err := c.api.ImagesUpdate(ctx, id, params)
	return call(c, "images_update", fmt.Sprintf("update image %d", id), openImage(id), resp, err)
}

// Delete removes a snapshot, a backup or a custom image for good. Where an attempt whose answer was lost may have done
// so, the next one's "not found" or "already deleted" is success; otherwise an unknown id is ErrNotFound.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Delete(ctx context.Context, id int64) error {
	resp, err := c.api.ImagesDelete(ctx, id)
	err = c.done("images_delete", fmt.Sprintf("delete image %d", id), resp, err)
	var e *Error
	if errors.As(err, &e) && e.MayHaveActed && (e.Status == 404 || strings.Contains(e.Message, "already deleted")) {
		return nil
	}
	return err
}

// openImage takes an image out of its envelope: the one with an id, or any for 0.
func openImage(id int64) func(*gen.ImageResponse) (*gen.Image, string) {
	return func(r *gen.ImageResponse) (*gen.Image, string) {
		return &r.Image, problem(r.Image.ID, string(r.Image.Status), id)
	}
}
