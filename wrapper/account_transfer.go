package wrapper

import (
	"context"
	"errors"
	"fmt"

	"example.com/doimages/gen"
)

// Recipient names who is offered an image: one of the two fields.
type Recipient struct {
	Email string // an account, which gets an e-mail and has to accept
	UUID  string // a team; where the caller may accept for it, the image moves at once
}

// CreateAccountTransfer offers a snapshot to another account or team and returns the id of the pending transfer, or 0
// where it was accepted at once. A recipient with both fields or none is refused before anything is sent.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) CreateAccountTransfer(ctx context.Context, id int64, to Recipient) (transferID int64, err error) {
	what := fmt.Sprintf("create account transfer of image %d", id)
	var body gen.AccountTransferCreate
	switch {
	case (to.Email == "") == (to.UUID == ""):
		err = errors.New("the recipient must be named by either e-mail address or UUID")
	case to.Email != "":
		err = body.FromRecipientAccount(gen.RecipientAccount{RecipientEmail: to.Email})
	default:
		err = body.FromRecipientTeam(gen.RecipientTeam{RecipientUUID: to.UUID})
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	resp, err := c.api.ImagesPostAccountTransferCreate(ctx, id, body)
	type transfer struct {
		ID *int64 `json:"transfer_id"` // a pointer, because 0 has a meaning of its own
	}
	open := func(t *transfer) (*int64, string) {
		if t.ID == nil {
			return nil, "it holds no transfer_id"
		}
		return t.ID, ""
	}
	created, err := call(c, "images_post_account_transfer_create", what, open, resp, err)
	if err != nil {
		return 0, err
	}
	return *created, nil
}

// AcceptAccountTransfer takes an offered image into the team with the given UUID.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) AcceptAccountTransfer(ctx context.Context, id, transferID int64, teamUUID string) error {
	resp, err := c.api.ImagesPostAccountTransferAccept(ctx, id, gen.AccountTransferAccept{TransferID: transferID, RecipientUUID: teamUUID})
	return c.done("images_post_account_transfer_accept", fmt.Sprintf("accept account transfer %d of image %d", transferID, id), resp, err)
}

// CancelAccountTransfer takes back an offer. Only its sender can.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) CancelAccountTransfer(ctx context.Context, id, transferID int64) error {
	resp, err := c.api.ImagesPostAccountTransferCancel(ctx, id, gen.AccountTransferReference{TransferID: transferID})
	return c.done("images_post_account_transfer_cancel", fmt.Sprintf("cancel account transfer %d of image %d", transferID, id), resp, err)
}

// DeclineAccountTransfer refuses an offer. Only its recipient can.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) DeclineAccountTransfer(ctx context.Context, id, transferID int64) error {
	resp, err := c.api.ImagesPostAccountTransferDecline(ctx, id, gen.AccountTransferReference{TransferID: transferID})
	return c.done("images_post_account_transfer_decline", fmt.Sprintf("decline account transfer %d of image %d", transferID, id), resp, err)
}
