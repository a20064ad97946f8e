package wrapper

import (
	"context"
	"fmt"
	"iter"
	"net/http"

	"example.com/doimages/gen"
)

// Actions lists what has been done to an image, reading pages as they are needed. Errors are as for Images.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Actions(ctx context.Context, imageID int64) iter.Seq2[gen.Action, error] {
	return flatten(c.ActionPages(ctx, imageID), func(page *gen.ActionList) []gen.Action { return page.Actions })
}

// ActionPages lists the actions of an image a page at a time, as ImagePages lists images.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) ActionPages(ctx context.Context, imageID int64) iter.Seq2[*gen.ActionList, error] {
	return pagedList[gen.ActionList, gen.Action]{
		client:    c,
		what:      fmt.Sprintf("list actions of image %d", imageID),
		operation: "imageActions_list",
		request: func(ctx context.Context, perPage, page int) (*http.Response, error) {
			return c.api.ImageActionsList(ctx, imageID, &gen.ImageActionsListParams{PerPage: &perPage, Page: &page})
		},
		parts: func(p *gen.ActionList) pageParts[gen.Action] {
			return pageParts[gen.Action]{items: &p.Actions, total: p.Meta.Total, next: p.Links.Pages.Next}
		},
		key: func(action gen.Action) (int64, string) { return action.ID, string(action.Status) },
	}.pages(ctx)
}

// Action returns one action of an image. An action of another image is ErrNotFound.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Action(ctx context.Context, imageID, actionID int64) (*gen.Action, error) {
	resp, err := c.api.ImageActionsGet(ctx, imageID, actionID)
	return call(c, "imageActions_get", fmt.Sprintf("get action %d of image %d", actionID, imageID), openAction(actionID), resp, err)
}

// Transfer starts to copy an image to one more region; it stays where it is as well. WaitAction waits for the end,
// which may take 20 minutes and more.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Transfer(ctx context.Context, imageID int64, region gen.RegionSlug) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionTransfer(gen.ActionTransfer{Type: gen.ActionTransferTypeTransfer, Region: region})
	return c.startAction(ctx, imageID, fmt.Sprintf("transfer image %d", imageID), body, err)
}

// Convert starts to make a snapshot of an image, such as a backup. WaitAction waits for the end.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Convert(ctx context.Context, imageID int64) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionConvert(gen.ActionConvert{Type: gen.ActionConvertTypeConvert})
	return c.startAction(ctx, imageID, fmt.Sprintf("convert image %d", imageID), body, err)
}

func (c *Client) startAction(ctx context.Context, imageID int64, what string, body gen.ActionCreate, err error) (*gen.Action, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	resp, err := c.api.ImageActionsPost(ctx, imageID, body)
	return call(c, "imageActions_post", what, openAction(0), resp, err)
}

// openAction takes an action out of its envelope: the one with an id, or any for 0.
func openAction(id int64) func(*gen.ActionResponse) (*gen.Action, string) {
	return func(r *gen.ActionResponse) (*gen.Action, string) {
		return &r.Action, problem(r.Action.ID, string(r.Action.Status), id)
	}
}
