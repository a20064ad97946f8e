package wrapper

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/doimages/gen"
)

// Get returns the image with this id, public or private. An unknown id is [ErrNotFound]. An id that is not positive is
// a plain error, as in every call, and nothing is sent.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Get(ctx context.Context, id int64) (*gen.Image, error) {
	op := operation{id: "images_get", what: fmt.Sprintf("get image %d", id)}
	if err := checkID("image", id); err != nil {
		return nil, c.wrap(op, err)
	}
	resp, err := c.api.ImagesGet(ctx, strconv.FormatInt(id, 10))
	return decodeResult(c, op, openImage(id), resp, err)
}

// GetBySlug returns the public image that a slug such as ubuntu-24-04-x64 stands for today: a slug moves on to the
// newest image of its distribution (godo#155). Private images have no slug, according to the API reference:
// [Client.GetByName] finds these. An unknown slug is [ErrNotFound].
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) GetBySlug(ctx context.Context, slug string) (*gen.Image, error) {
	op := operation{id: "images_get", what: fmt.Sprintf("get image %q", slug)}
	if !isSlug(slug) {
		return nil, fmt.Errorf("get image by slug: %q is not a slug (for an id, call Get)", slug)
	}
	resp, err := c.api.ImagesGet(ctx, slug)
	image, err := decodeResult(c, op, openPublic, resp, err)
	if errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("%w (private images have no slug: GetByName finds them by name)", err)
	}
	return image, err
}

// isSlug reports whether a path with this slug names one image. A number would be an id, however large, and nothing, .
// and .. would name another path; escaping does not help against these.
func isSlug(slug string) bool {
	isNumber := strings.Trim(strings.TrimLeft(slug, "+-"), "0123456789") == ""
	return !isNumber && slug != "." && slug != ".."
}

// Create starts the import of a custom image and returns it with the status NEW, long before it can be used.
// [Client.WaitAvailable] waits for that; [Client.CreateAndWait] does both. Name, URL and Region are required.
//
// # What can be imported
//
// A disk image in the format raw, qcow2, vhdx, vdi or vmdk, plain or compressed with gzip or bzip2, and smaller than
// 100 GB when it is decompressed (API reference). It has to be of Linux or a Unix-like system. Windows and ISO images
// are not supported (https://docs.digitalocean.com/products/custom-images/details/limits/). A file .bin.bz2 was
// imported (flatcar/Flatcar#37, 2020). Only certain extensions are said to be accepted (nanovms/ops#1723, 2025); which
// is unknown.
//
// The API fetches the image from the URL, so it must be able to reach it: a private one was refused with 400 "Your
// source URL is unreachable" (nanovms/ops#1166, #1182, 2021). The server must support HEAD (the page of limits above).
// This API has no upload: serve a file under a URL while it is imported. A URL with a query was refused
// (nanovms/ops#468, #471, 2020). Since 2025 the same program has used signed URLs, which have a query, but it shows no
// response (nanovms/ops#1723): whether they work is unknown.
//
// Tags can be set here. To tag an image that exists is another part of the API. Use godo for it, or the HTTP client of
// the generated client, which adds the token: see the example Tag of [Client.API].
//
// # Failures
//
// A failed request is repeated only if it cannot have taken effect. If Create ends with MayHaveActed of the [*Error]
// set, the image may have been created all the same. The API was seen to refuse an import and to send the new image
// after the error (nanovms/ops#1166, #1182): then ImageID has its id, and the caller can look and delete. Otherwise
// look among the private images. What the API says of an image does not have its URL, and others may have its name. But
// every image has its description, so a random text in that, put there before the create, finds this one and no other.
// Look for a minute, as [WithJustCreated] does. The example Service of this package does all that.
//
// A create that gets 429 is sent up to five times, as every request. That is too few for many creates at a time, if
// together they use up the budget of a minute again and again: allow them more by [ContextWithRetry].
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Create(ctx context.Context, params gen.ImageCreate) (*gen.Image, error) {
	op := operation{id: createImage, what: fmt.Sprintf("create image %q", params.Name)}
	for _, field := range []struct{ name, value string }{
		{name: "name", value: params.Name},
		{name: "url", value: params.URL},
		{name: "region", value: string(params.Region)},
	} {
		if field.value == "" {
			return nil, c.wrap(op, fmt.Errorf("the %s is missing", field.name))
		}
	}
	resp, err := c.api.ImagesCreateCustom(ctx, params)
	return decodeResult(c, op, openImage(0), resp, err)
}

// Update changes the name of an image, and the description and the distribution of a custom image. Nil fields and an
// empty distribution stay as they are; a pointer to the empty string clears a description. An empty name is refused, as
// by [Client.Create], and nothing is sent. An unknown id is [ErrNotFound]. How the API responds for an image that
// DigitalOcean provides is not documented.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Update(ctx context.Context, id int64, params gen.ImageUpdate) (*gen.Image, error) {
	op := operation{id: "images_update", what: fmt.Sprintf("update image %d", id)}
	if err := checkID("image", id); err != nil {
		return nil, c.wrap(op, err)
	}
	if params.Name != nil && *params.Name == "" {
		return nil, c.wrap(op, errors.New("the name is empty"))
	}
	resp, err := c.api.ImagesUpdate(ctx, id, params)
	return decodeResult(c, op, openImage(id), resp, err)
}

// Delete deletes a snapshot, a backup or a custom image for good. A backup was seen to stay, without an error, when it
// was deleted under /v2/snapshots (doctl#504). An unknown id is [ErrNotFound].
//
// A second delete is [ErrAlreadyDeleted], which also is ErrNotFound: the API responded with 422 "Image Can not delete
// an already deleted image." (terraform-provider-digitalocean). If a DELETE is repeated after a lost response and the
// API says that the image is gone, Delete succeeds.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Delete(ctx context.Context, id int64) error {
	op := operation{id: "images_delete", what: fmt.Sprintf("delete image %d", id)}
	if err := checkID("image", id); err != nil {
		return c.wrap(op, err)
	}
	resp, err := c.api.ImagesDelete(ctx, id)
	err = c.noContent(op, resp, err)
	var e *Error
	if errors.As(err, &e) && e.MayHaveActed && errors.Is(e, ErrNotFound) {
		return nil
	}
	return err
}

// openImage takes an image out of its envelope: the one with this id, or any image if the id is 0.
func openImage(id int64) func(*gen.ImageResponse) (*gen.Image, error) {
	return func(r *gen.ImageResponse) (*gen.Image, error) {
		return &r.Image, checkIdentity(r.Image.ID, string(r.Image.Status), id)
	}
}

// openPublic takes an image that was asked for by its slug out of its envelope. Whether it is the one for this slug is
// for the contract checks to say.
func openPublic(r *gen.ImageResponse) (*gen.Image, error) {
	if err := checkIdentity(r.Image.ID, string(r.Image.Status), 0); err != nil {
		return nil, err
	}
	if !IsOfficial(r.Image) {
		return nil, fmt.Errorf("image %d has no slug", r.Image.ID)
	}
	return &r.Image, nil
}
