package wrapper

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"example.com/doimages/gen"
)

// ImageFailedError is an image that will never be available: its status is deleted or retired. Imports that failed were
// seen to end as deleted (terraform-provider-digitalocean#613, doctl#671).
type ImageFailedError struct {
	Image gen.Image // as last read; its ErrorMessage says why an import failed
}

func (e *ImageFailedError) Error() string {
	text := fmt.Sprintf("image %d is %s: %s", e.Image.ID, e.Image.Status, e.Image.ErrorMessage)
	return shorten(printable(strings.TrimSuffix(text, ": ")))
}

func (*ImageFailedError) ofCall() {}

// ActionFailedError is an action that ended with the status errored.
type ActionFailedError struct {
	Action gen.Action // as last read
}

func (e *ActionFailedError) Error() string {
	return shorten(printable(fmt.Sprintf("action %d (%s) is %s", e.Action.ID, e.Action.Type, e.Action.Status)))
}

func (*ActionFailedError) ofCall() {}

// WaitAvailable waits until the status of an image is available. It returns the image as last read, also with an
// error, or nil if it was never read. The context bounds the wait: give it a deadline.
//
// An image that is deleted or retired ends the wait with an [*ImageFailedError]. Everything else that ends it early
// is a [*WaitError]. The package comment says which statuses and which failures keep it waiting. An id that the API
// does not know ends it at once, unless the wait is [WithJustCreated].
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) WaitAvailable(ctx context.Context, id int64, options ...WaitOption) (*gen.Image, error) {
	if err := checkID("image", id); err != nil {
		return nil, c.wrap(operation{what: "wait for image"}, err)
	}
	get := func(ctx context.Context) (*gen.Image, error) { return c.Get(ctx, id) }
	return newPoller(fmt.Sprintf("image %d", id), get, judgeImage, options).wait(ctx)
}

// judgeImage is the judge of images. Every status that is not known to be final keeps the wait going, also those that
// the API may add.
func judgeImage(image *gen.Image) (status string, isOver bool, err error) {
	switch image.Status {
	case gen.ImageStatusAvailable:
		isOver = true
	case gen.ImageStatusDeleted, gen.ImageStatusRetired:
		isOver, err = true, fmt.Errorf("wait for image %d: %w", image.ID, &ImageFailedError{Image: *image})
	}
	return string(image.Status), isOver, err
}

// WaitAction waits until the status of an action is completed, as [Client.WaitAvailable] waits for an image. An
// action that is errored ends the wait with an [*ActionFailedError].
//
// An action is mostly awaited as soon as it is created, so every wait for one is [WithJustCreated].
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) WaitAction(
	ctx context.Context, imageID, actionID int64, options ...WaitOption,
) (*gen.Action, error) {
	if err := checkActionIDs(imageID, actionID); err != nil {
		return nil, c.wrap(operation{what: "wait for action"}, err)
	}
	subject := fmt.Sprintf("action %d of image %d", actionID, imageID)
	get := func(ctx context.Context) (*gen.Action, error) { return c.Action(ctx, imageID, actionID) }
	judge := func(action *gen.Action) (status string, isOver bool, err error) {
		switch action.Status {
		case gen.ActionStatusCompleted:
			isOver = true
		case gen.ActionStatusErrored:
			isOver, err = true, fmt.Errorf("wait for %s: %w", subject, &ActionFailedError{Action: *action})
		}
		return string(action.Status), isOver, err
	}
	options = append(slices.Clip(options), WithJustCreated())
	return newPoller(subject, get, judge, options).wait(ctx)
}

// CreateAndWait starts the import of a custom image, as [Client.Create] does, and waits until it is available, as
// [Client.WaitAvailable] does. If the wait fails, it returns the image as well as the error: the image exists, so
// that the caller can wait for it again or delete it. If the create fails, it returns no image, but ImageID of the
// [*Error] may name one, as with Create.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) CreateAndWait(
	ctx context.Context, params gen.ImageCreate, options ...WaitOption,
) (*gen.Image, error) {
	if err := newWaitConfig(options).err; err != nil {
		return nil, fmt.Errorf("create image %q and wait: %w", c.send.token.clean(params.Name), err)
	}
	created, err := c.Create(ctx, params)
	if err != nil {
		return nil, err
	}
	image, err := c.WaitAvailable(ctx, created.ID, append(slices.Clip(options), WithJustCreated())...)
	return cmp.Or(image, created), err
}
