package wrapper

import (
	"context"
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
	list := pagedList[gen.ActionList, gen.Action]{
		client: c,
		op:     operation{id: "imageActions_list", what: fmt.Sprintf("list actions of image %d", imageID)},
		request: func(ctx context.Context, perPage, page int) (*http.Response, error) {
			return c.api.ImageActionsList(ctx, imageID, &gen.ImageActionsListParams{PerPage: &perPage, Page: &page})
		},
		parts: func(p *gen.ActionList) pageParts[gen.Action] {
			return pageParts[gen.Action]{items: &p.Actions, total: &p.Meta.Total, next: p.Links.Pages.Next}
		},
		key: func(action gen.Action) (int64, string) { return action.ID, string(action.Status) },
	}
	return list.pages(ctx)
}

// Action returns one action of an image. An action of another image is [ErrNotFound] (packer-plugin-digitalocean#122).
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Action(ctx context.Context, imageID, actionID int64) (*gen.Action, error) {
	op := operation{id: "imageActions_get", what: fmt.Sprintf("get action %d of image %d", actionID, imageID)}
	resp, err := c.api.ImageActionsGet(ctx, imageID, actionID)
	return decodeResult(c, op, openAction(actionID), resp, err)
}

// Transfer starts to copy an image to another region. It stays in the regions where it is (api-v2#87).
// [Client.WaitAction] waits for the end, which took 20 minutes and more (packer-plugin-digitalocean#129);
// [Client.Distribute] copies to several regions and waits.
//
// A failed request is repeated only if it cannot have taken effect, as with [Client.Create].
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Transfer(ctx context.Context, imageID int64, region gen.RegionSlug) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionTransfer(gen.ActionTransfer{Type: gen.ActionTransferTypeTransfer, Region: region})
	return c.startAction(ctx, imageID, fmt.Sprintf("transfer image %d", imageID), body, err)
}

// Convert starts to make a snapshot of an image, such as a backup. [Client.WaitAction] waits for the end.
//
// A failed request is repeated only if it cannot have taken effect, as with [Client.Create].
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Convert(ctx context.Context, imageID int64) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionConvert(gen.ActionConvert{Type: gen.ActionConvertTypeConvert})
	return c.startAction(ctx, imageID, fmt.Sprintf("convert image %d", imageID), body, err)
}

// startAction posts an action. bodyErr is why the body could not be made.
func (c *Client) startAction(
	ctx context.Context, imageID int64, what string, body gen.ActionCreate, bodyErr error,
) (*gen.Action, error) {
	op := operation{id: "imageActions_post", what: what}
	if bodyErr != nil {
		return nil, c.wrap(op, bodyErr)
	}
	resp, err := c.api.ImageActionsPost(ctx, imageID, body)
	return decodeResult(c, op, openAction(0), resp, err)
}

// openAction takes an action out of its envelope: the one with this id, or any action if the id is 0.
func openAction(id int64) func(*gen.ActionResponse) (*gen.Action, error) {
	return func(r *gen.ActionResponse) (*gen.Action, error) {
		return &r.Action, checkIdentity(r.Action.ID, string(r.Action.Status), id)
	}
}
