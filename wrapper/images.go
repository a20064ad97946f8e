package wrapper

import (
	"context"
	"fmt"
	"strconv"

	"example.com/doimages/gen"
)

// Get returns the image with an id, public or private. An unknown id is ErrNotFound.
func (c *Client) Get(ctx context.Context, id int64) (*gen.Image, error) {
	image, err := c.get(ctx, strconv.FormatInt(id, 10))
	if err == nil && image.ID != id {
		err = &Error{
			Operation: "images_get", Status: 200,
			Message: fmt.Sprintf("the response cannot be used: it holds image %d", image.ID),
		}
	}
	if err != nil {
		return nil, fmt.Errorf("get image %d: %w", id, err)
	}
	return image, nil
}

// GetBySlug returns the public image that a slug, such as ubuntu-24-04-x64, stands for today: a slug moves on to the
// newest image of its distribution. Private images have none. An unknown slug is ErrNotFound.
func (c *Client) GetBySlug(ctx context.Context, slug string) (*gen.Image, error) {
	switch _, err := strconv.ParseInt(slug, 10, 64); {
	case slug == "" || slug == "." || slug == "..":
		// In a path these would name another resource, and no escaping helps.
		return nil, fmt.Errorf("get image by slug: %q is no slug", slug)
	case err == nil:
		return nil, fmt.Errorf("get image by slug: %q is an id, which Get reads", slug)
	}
	image, err := c.get(ctx, slug)
	if err != nil {
		return nil, fmt.Errorf("get image %q: %w", slug, err)
	}
	return image, nil
}

func (c *Client) get(ctx context.Context, idOrSlug string) (*gen.Image, error) {
	resp, err := c.api.ImagesGet(ctx, idOrSlug)
	return one(call(c, "images_get", usableImage, resp, err))
}

// Create starts the import of a custom image and returns it with the status NEW, long before it can be used:
// WaitAvailable waits for that, CreateAndWait does both. Name, URL and Region are required.
//
// The request is sent once. When it fails without an *Error, the image may have been created all the same.
func (c *Client) Create(ctx context.Context, params gen.ImageCreate) (*gen.Image, error) {
	for _, field := range []struct{ name, value string }{
		{"name", params.Name}, {"url", params.URL}, {"region", string(params.Region)},
	} {
		if field.value == "" {
			return nil, fmt.Errorf("create image: the %s is missing", field.name)
		}
	}
	resp, err := c.api.ImagesCreateCustom(ctx, params)
	image, err := one(call(c, "images_create_custom", usableImage, resp, err))
	if err != nil {
		return nil, fmt.Errorf("create image %q: %w", params.Name, err)
	}
	return image, nil
}

// Update changes the name of an image, and of a custom image the description and the distribution. Nil fields stay
// as they are; a pointer to the empty string clears a description.
func (c *Client) Update(ctx context.Context, id int64, params gen.ImageUpdate) (*gen.Image, error) {
	resp, err := c.api.ImagesUpdate(ctx, id, params)
	image, err := one(call(c, "images_update", usableImage, resp, err))
	if err != nil {
		return nil, fmt.Errorf("update image %d: %w", id, err)
	}
	return image, nil
}

// Delete removes a snapshot, a backup or a custom image for good.
func (c *Client) Delete(ctx context.Context, id int64) error {
	resp, err := c.api.ImagesDelete(ctx, id)
	if err := callEmpty(c, "images_delete", resp, err); err != nil {
		return fmt.Errorf("delete image %d: %w", id, err)
	}
	return nil
}

func one(response *gen.ImageResponse, err error) (*gen.Image, error) {
	if err != nil {
		return nil, err
	}
	return &response.Image, nil
}

func usableImage(r *gen.ImageResponse) string { return imageProblem(r.Image) }

// imageProblem tells a decoded image from the zero value that a body such as {} decodes to.
func imageProblem(image gen.Image) string {
	switch {
	case image.ID == 0:
		return "it holds no image with an id"
	case image.Status == "":
		return fmt.Sprintf("image %d has no status", image.ID)
	}
	return ""
}
