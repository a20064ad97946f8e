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
	fetch := func(perPage, page int) (*gen.ActionList, error) {
		resp, err := c.api.ImageActionsList(ctx, imageID, &gen.ImageActionsListParams{PerPage: &perPage, Page: &page})
		return call(c, "imageActions_list", usableActionList, resp, err)
	}
	what := fmt.Sprintf("list actions of image %d", imageID)
	return walk(what, "imageActions_list", 0, 0, fetch, func(p *gen.ActionList) position {
		return position{items: len(p.Actions), total: p.Meta.Total, next: p.Links.Pages.Next}
	})
}

// Action returns one action of an image. An action of another image is ErrNotFound.
func (c *Client) Action(ctx context.Context, imageID, actionID int64) (*gen.Action, error) {
	resp, err := c.api.ImageActionsGet(ctx, imageID, actionID)
	response, err := call(c, "imageActions_get", func(r *gen.ActionResponse) string {
		if r.Action.ID != 0 && r.Action.ID != actionID {
			return fmt.Sprintf("it holds action %d", r.Action.ID)
		}
		return actionProblem(r.Action)
	}, resp, err)
	if err != nil {
		return nil, fmt.Errorf("get action %d of image %d: %w", actionID, imageID, err)
	}
	return &response.Action, nil
}

// Transfer starts to copy an image to one more region; it stays where it is as well. WaitAction waits for the end,
// which may take 20 minutes and more.
func (c *Client) Transfer(ctx context.Context, imageID int64, region gen.RegionSlug) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionTransfer(gen.ActionTransfer{Type: gen.ActionTransferTypeTransfer, Region: region})
	return c.startAction(ctx, imageID, "transfer", body, err)
}

// Convert starts to make a snapshot of an image, such as a backup. WaitAction waits for the end.
func (c *Client) Convert(ctx context.Context, imageID int64) (*gen.Action, error) {
	var body gen.ActionCreate
	err := body.FromActionConvert(gen.ActionConvert{Type: gen.ActionConvertTypeConvert})
	return c.startAction(ctx, imageID, "convert", body, err)
}

func (c *Client) startAction(ctx context.Context, imageID int64, verb string, body gen.ActionCreate, err error) (*gen.Action, error) {
	if err != nil {
		return nil, fmt.Errorf("%s image %d: %w", verb, imageID, err)
	}
	resp, err := c.api.ImageActionsPost(ctx, imageID, body)
	response, err := call(c, "imageActions_post", func(r *gen.ActionResponse) string { return actionProblem(r.Action) }, resp, err)
	if err != nil {
		return nil, fmt.Errorf("%s image %d: %w", verb, imageID, err)
	}
	return &response.Action, nil
}

func usableActionList(list *gen.ActionList) string {
	if list.Actions == nil {
		return "it holds no list of actions"
	}
	for i, action := range list.Actions {
		if problem := actionProblem(action); problem != "" {
			return fmt.Sprintf("at index %d %s", i, problem)
		}
	}
	return ""
}

// actionProblem tells a decoded action from the zero value that a body without the envelope decodes to.
func actionProblem(action gen.Action) string {
	switch {
	case action.ID == 0:
		return "it holds no action with an id"
	case action.Status == "":
		return fmt.Sprintf("action %d has no status", action.ID)
	}
	return ""
}
