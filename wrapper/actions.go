package wrapper

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"example.com/doimages/gen"
)

// Actions lists the actions of an image one by one, in order, as [Client.Images] lists images. Its errors are the
// same.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Actions(ctx context.Context, imageID int64) iter.Seq2[gen.Action, error] {
	return flatten(c.ActionPages(ctx, imageID), func(page *gen.ActionList) []gen.Action { return page.Actions })
}

// ActionPages lists the actions of an image a page at a time, as [Client.ImagePages] lists images.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) ActionPages(ctx context.Context, imageID int64) iter.Seq2[*gen.ActionList, error] {
	op := operation{id: "imageActions_list", what: fmt.Sprintf("list actions of image %d", imageID)}
	if err := checkID("image", imageID); err != nil {
		return func(yield func(*gen.ActionList, error) bool) { yield(nil, c.wrap(op, err)) }
	}
	list := pagedList[gen.ActionList, gen.Action]{
		client: c,
		op:     op,
		request: func(ctx context.Context, perPage, page int) (*http.Response, error) {
			return c.api.ImageActionsList(ctx, imageID, &gen.ImageActionsListParams{PerPage: &perPage, Page: &page})
		},
		parts: func(p *gen.ActionList) pageParts[gen.Action] {
			return pageParts[gen.Action]{items: &p.Actions, total: &p.Meta.Total, next: p.Links.Pages.Next}
		},
		id:    func(action gen.Action) int64 { return action.ID },
		check: func(action gen.Action) error { return checkAction(action, 0, imageID, "") },
	}
	return list.pages(ctx)
}

// Action returns one action of an image. An action of another image is [ErrNotFound] (packer-plugin-digitalocean#122).
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Action(ctx context.Context, imageID, actionID int64) (*gen.Action, error) {
	op := operation{id: "imageActions_get", what: fmt.Sprintf("get action %d of image %d", actionID, imageID)}
	if err := checkActionIDs(imageID, actionID); err != nil {
		return nil, c.wrap(op, err)
	}
	resp, err := c.api.ImageActionsGet(ctx, imageID, actionID)
	return decodeResult(c, op, openAction(actionID, imageID, ""), resp, err)
}

// Transfer starts to copy an image to another region. It stays in the regions where it is (api-v2#87).
// [Client.WaitAction] waits for the end, which took 20 minutes and more (packer-plugin-digitalocean#129);
// [Client.Distribute] copies to several regions and waits. Without a region nothing is sent.
//
// A failed request is repeated only if it cannot have taken effect, as with [Client.Create]. If MayHaveActed of the
// [*Error] is set, the transfer may be under way all the same. Read [Client.Actions] and wait for those in progress
// before you call it again: what the API does if asked for the same transfer twice is unknown. For some seconds the
// list may lack it ([WithJustCreated] says what was seen), so look more than once.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Transfer(ctx context.Context, imageID int64, region gen.RegionSlug) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionTransfer(gen.ActionTransfer{Type: gen.ActionTransferTypeTransfer, Region: region})
	if region == "" {
		err = errors.New("the region is missing")
	}
	return c.startAction(ctx, imageID, string(gen.ActionTransferTypeTransfer), body, err)
}

// Convert starts to make a snapshot of an image, such as a backup. [Client.WaitAction] waits for the end.
//
// A failed request is repeated only if it cannot have taken effect, as with [Client.Create].
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Convert(ctx context.Context, imageID int64) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionConvert(gen.ActionConvert{Type: gen.ActionConvertTypeConvert})
	return c.startAction(ctx, imageID, string(gen.ActionConvertTypeConvert), body, err)
}

// startAction posts an action of a type. bodyErr is why there is no body.
func (c *Client) startAction(
	ctx context.Context, imageID int64, kind string, body gen.ActionCreate, bodyErr error,
) (*gen.Action, error) {
	op := operation{id: "imageActions_post", what: fmt.Sprintf("%s image %d", kind, imageID)}
	if err := checkID("image", imageID); err != nil {
		return nil, c.wrap(op, err)
	}
	if bodyErr != nil {
		return nil, c.wrap(op, bodyErr)
	}
	resp, err := c.api.ImageActionsPost(ctx, imageID, body)
	return decodeResult(c, op, openAction(0, imageID, kind), resp, err)
}

func checkActionIDs(imageID, actionID int64) error {
	if err := checkID("image", imageID); err != nil {
		return err
	}
	return checkID("action", actionID)
}

// openAction takes an action out of its envelope, as checkAction wants it.
func openAction(id, imageID int64, kind string) func(*gen.ActionResponse) (*gen.Action, error) {
	return func(r *gen.ActionResponse) (*gen.Action, error) {
		return &r.Action, checkAction(r.Action, id, imageID, kind)
	}
}

// checkAction returns an error if an action is not the one that was asked for: of this image, with this id unless it is
// 0, and of this type unless it is empty.
func checkAction(action gen.Action, id, imageID int64, kind string) error {
	if err := checkIdentity(action.ID, string(action.Status), id); err != nil {
		return err
	}
	if resource := action.ResourceID; resource != nil && *resource != imageID {
		return fmt.Errorf("action %d is of image %d, expected %d", action.ID, *resource, imageID)
	}
	if kind != "" && action.Type != kind {
		return fmt.Errorf("action %d is of the type %q, expected %q", action.ID, shorten(action.Type), kind)
	}
	return nil
}
