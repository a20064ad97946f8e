package wrapper

import (
	"context"
	"errors"
	"fmt"

	"example.com/doimages/gen"
)

// Recipient names the account or team to which an image is offered. Exactly one of its fields must be set.
type Recipient struct {
	Email string // an account, which gets an e-mail and has to accept
	UUID  string // a team; if the caller may accept for it, the image moves at once
}

func (r Recipient) body() (gen.AccountTransferCreate, error) {
	var body gen.AccountTransferCreate
	if (r.Email == "") == (r.UUID == "") {
		return body, errors.New("the recipient must be named by either e-mail address or UUID")
	}
	if r.Email != "" {
		return body, body.FromRecipientAccount(gen.RecipientAccount{RecipientEmail: r.Email})
	}
	return body, body.FromRecipientTeam(gen.RecipientTeam{RecipientUUID: r.UUID})
}

// createdTransfer is the response to an offer. The id is a pointer, since 0 has a meaning of its own.
type createdTransfer struct {
	TransferID *int64 `json:"transfer_id"`
}

func openTransfer(t *createdTransfer) (*int64, error) {
	if t.TransferID == nil {
		return nil, errors.New("it has no transfer_id")
	}
	if *t.TransferID < 0 {
		return nil, fmt.Errorf("its transfer_id is %d, but ids are positive", *t.TransferID)
	}
	return t.TransferID, nil
}

// CreateAccountTransfer offers a snapshot to another account or team. It returns the id of the pending transfer, or 0
// if it was accepted at once. A recipient with both fields or none is an error, and nothing is sent.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) CreateAccountTransfer(ctx context.Context, id int64, to Recipient) (transferID int64, err error) {
	op := operation{
		id:   "images_post_account_transfer_create",
		what: fmt.Sprintf("create account transfer of image %d", id),
	}
	body, err := to.body()
	if err == nil {
		err = checkID("image", id)
	}
	if err != nil {
		return 0, c.wrap(op, err)
	}
	resp, err := c.api.ImagesPostAccountTransferCreate(ctx, id, body)
	created, err := decodeResult(c, op, openTransfer, resp, err)
	if err != nil {
		return 0, err
	}
	return *created, nil
}

// AcceptAccountTransfer accepts an offered image into the team with this UUID. Without a UUID nothing is sent.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) AcceptAccountTransfer(ctx context.Context, id, transferID int64, teamUUID string) error {
	op := transferOperation("accept", transferID, id)
	err := checkTransfer(id, transferID)
	if err == nil && teamUUID == "" {
		err = errors.New("the UUID of the team is missing")
	}
	if err != nil {
		return c.wrap(op, err)
	}
	body := gen.AccountTransferAccept{TransferID: transferID, RecipientUUID: teamUUID}
	resp, err := c.api.ImagesPostAccountTransferAccept(ctx, id, body)
	return c.noContent(op, resp, err)
}

// CancelAccountTransfer cancels an offer. Only its sender may do so.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) CancelAccountTransfer(ctx context.Context, id, transferID int64) error {
	op := transferOperation("cancel", transferID, id)
	if err := checkTransfer(id, transferID); err != nil {
		return c.wrap(op, err)
	}
	resp, err := c.api.ImagesPostAccountTransferCancel(ctx, id, gen.AccountTransferReference{TransferID: transferID})
	return c.noContent(op, resp, err)
}

// DeclineAccountTransfer declines an offer. Only its recipient may do so.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) DeclineAccountTransfer(ctx context.Context, id, transferID int64) error {
	op := transferOperation("decline", transferID, id)
	if err := checkTransfer(id, transferID); err != nil {
		return c.wrap(op, err)
	}
	resp, err := c.api.ImagesPostAccountTransferDecline(ctx, id, gen.AccountTransferReference{TransferID: transferID})
	return c.noContent(op, resp, err)
}

// checkTransfer returns an error if no transfer can have these ids. [Client.CreateAccountTransfer] returns 0 for one
// that was accepted at once: nothing is left to accept, cancel or decline.
func checkTransfer(imageID, transferID int64) error {
	if err := checkID("image", imageID); err != nil {
		return err
	}
	return checkID("transfer", transferID)
}

func transferOperation(verb string, transferID, imageID int64) operation {
	return operation{
		id:   "images_post_account_transfer_" + verb,
		what: fmt.Sprintf("%s account transfer %d of image %d", verb, transferID, imageID),
	}
}
