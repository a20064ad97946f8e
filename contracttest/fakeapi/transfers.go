package fakeapi

import (
	"context"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// isFor reports whether a transfer is offered to an account, which may then accept or decline it.
func (t *transfer) isFor(a Account) bool {
	if t.email != "" {
		return t.email == a.Email
	}
	return t.uuid == a.UUID || slices.Contains(a.Teams, t.uuid)
}

// recipient has the fields of both ways to name a recipient.
type recipient struct {
	Email string `json:"recipient_email"`
	UUID  string `json:"recipient_uuid"`
}

func (s *service) ImagesPostAccountTransferCreate(
	ctx context.Context, r server.ImagesPostAccountTransferCreateRequestObject,
) (server.ImagesPostAccountTransferCreateResponseObject, error) {
	c := callerOf(ctx)
	var to recipient
	if err := decodeUnion(r.Body, &to); err != nil {
		return nil, err
	}
	image, err := s.store.edit(c.account, r.ImageID)
	if err != nil {
		return nil, err
	}
	if (to.Email == "") == (to.UUID == "") {
		return nil, refuse("Exactly one recipient is required")
	}
	if image.Type != gen.ImageTypeSnapshot {
		return nil, refuse("Only snapshots can be transferred to another account")
	}
	var id int64 // stays 0 where there is nothing to wait for
	if owner, ok := s.ownTeam(c.account, to.UUID); ok {
		image.owner = owner
	} else {
		id = s.offer(image.ID, c.account, to)
	}
	return server.ImagesPostAccountTransferCreate201JSONResponse{
		NewAccountTransferJSONResponse: server.NewAccountTransferJSONResponse{
			Body: gen.AccountTransferResponse{TransferID: id},
		},
	}, nil
}

// ownTeam returns the account of a team for which another account may accept: a transfer to it waits for nobody.
func (s *service) ownTeam(account int, uuid string) (owner int, ok bool) {
	if uuid == "" || !slices.Contains(s.accounts[account].Teams, uuid) {
		return 0, false
	}
	owner = slices.IndexFunc(s.accounts, func(a Account) bool { return a.UUID == uuid })
	return owner, owner >= 0
}

// offer adds a pending transfer, and returns its id.
func (s *service) offer(image int64, sender int, to recipient) int64 {
	id := s.store.nextTransfer
	s.store.nextTransfer++
	s.store.transfers[id] = &transfer{
		image:  image,
		sender: sender,
		email:  to.Email,
		uuid:   to.UUID,
	}
	return id
}

func (s *service) ImagesPostAccountTransferAccept(
	ctx context.Context, r server.ImagesPostAccountTransferAcceptRequestObject,
) (server.ImagesPostAccountTransferAcceptResponseObject, error) {
	c := callerOf(ctx)
	if r.Body.RecipientUUID == "" {
		return nil, refuse("Recipient uuid can't be blank")
	}
	if err := s.endReceived(c.account, r.ImageID, r.Body.TransferID); err != nil {
		return nil, err
	}
	image, _ := s.store.find(r.ImageID) // with a delete its transfers end
	s.store.change(image).owner = c.account
	return server.ImagesPostAccountTransferAccept201Response{}, nil
}

func (s *service) ImagesPostAccountTransferCancel(
	ctx context.Context, r server.ImagesPostAccountTransferCancelRequestObject,
) (server.ImagesPostAccountTransferCancelResponseObject, error) {
	if err := s.endSent(callerOf(ctx).account, r.ImageID, r.Body.TransferID); err != nil {
		return nil, err
	}
	return server.ImagesPostAccountTransferCancel204Response{}, nil
}

func (s *service) ImagesPostAccountTransferDecline(
	ctx context.Context, r server.ImagesPostAccountTransferDeclineRequestObject,
) (server.ImagesPostAccountTransferDeclineResponseObject, error) {
	if err := s.endReceived(callerOf(ctx).account, r.ImageID, r.Body.TransferID); err != nil {
		return nil, err
	}
	return server.ImagesPostAccountTransferDecline204Response{}, nil
}

// endReceived removes a pending transfer of an image to this account. Anything else is a 404.
func (s *service) endReceived(account int, image, id int64) error {
	t := s.store.transfers[id]
	if t == nil || t.image != image || !t.isFor(s.accounts[account]) {
		return errNotFound
	}
	delete(s.store.transfers, id)
	return nil
}

// endSent removes a pending transfer of an image from this account. Anything else is a 404.
func (s *service) endSent(account int, image, id int64) error {
	t := s.store.transfers[id]
	if t == nil || t.image != image || t.sender != account {
		return errNotFound
	}
	delete(s.store.transfers, id)
	return nil
}
