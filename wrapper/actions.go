package wrapper

import (
	"context"
	"fmt"
	"iter"

	"example.com/doimages/gen"
)

// Actions lists what has been done to an image, reading pages as they are needed. Errors are as for Images.
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Actions(ctx context.Context, imageID int64) iter.Seq2[gen.Action, error] {
	return items(c.ActionPages(ctx, imageID), func(page *gen.ActionList) []gen.Action { return page.Actions })
}

// ActionPages lists the actions of an image a page at a time, as Pages lists images.
func (c *Client) ActionPages(ctx context.Context, imageID int64) iter.Seq2[*gen.ActionList, error] {
	return walk(c, pageList[gen.ActionList, gen.Action]{
		what: fmt.Sprintf("list actions of image %d", imageID), operation: "imageActions_list",
		fetch: func(what string, perPage, page int) (*gen.ActionList, error) {
			resp, err := c.api.ImageActionsList(ctx, imageID, &gen.ImageActionsListParams{PerPage: &perPage, Page: &page})
			usable := func(list *gen.ActionList) string { return usableItems("action", list.Actions, actionProblem) }
			return call(c, "imageActions_list", what, usable, resp, err)
		},
		parts: func(p *gen.ActionList) (*[]gen.Action, int, string) {
			return &p.Actions, p.Meta.Total, p.Links.Pages.Next
		},
		id: func(action gen.Action) int64 { return action.ID },
	})
}

// Action returns one action of an image. An action of another image is ErrNotFound.
func (c *Client) Action(ctx context.Context, imageID, actionID int64) (*gen.Action, error) {
	resp, err := c.api.ImageActionsGet(ctx, imageID, actionID)
	usable := func(r *gen.ActionResponse) string {
		if r.Action.ID != 0 && r.Action.ID != actionID {
			return fmt.Sprintf("it holds action %d", r.Action.ID)
		}
		return actionProblem(r.Action)
	}
	what := fmt.Sprintf("get action %d of image %d", actionID, imageID)
	return action(call(c, "imageActions_get", what, usable, resp, err))
}

// Transfer starts to copy an image to one more region; it stays where it is as well. WaitAction waits for the end,
// which may take 20 minutes and more.
func (c *Client) Transfer(ctx context.Context, imageID int64, region gen.RegionSlug) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionTransfer(gen.ActionTransfer{Type: gen.ActionTransferTypeTransfer, Region: region})
	return c.startAction(ctx, imageID, fmt.Sprintf("transfer image %d", imageID), body, err)
}

// Convert starts to make a snapshot of an image, such as a backup. WaitAction waits for the end.
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
	usable := func(r *gen.ActionResponse) string { return actionProblem(r.Action) }
	return action(call(c, "imageActions_post", what, usable, resp, err))
}

// action takes an action out of its envelope.
func action(r *gen.ActionResponse, err error) (*gen.Action, error) {
	if err != nil {
		return nil, err
	}
	return &r.Action, nil
}

func actionProblem(action gen.Action) string {
	return problem("action", action.ID, string(action.Status))
}
