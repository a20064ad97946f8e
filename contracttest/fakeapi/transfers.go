package fakeapi

import (
	"context"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// transfer is an offer of an image to another account that waits for an answer.
type transfer struct {
	image  int64
	sender int
	email  string
	uuid   string
}

func (t *transfer) isFor(a Account) bool {
	return t.email != "" && t.email == a.Email || t.uuid != "" && (t.uuid == a.UUID || slices.Contains(a.Teams, t.uuid))
}

func (s *service) ImagesPostAccountTransferCreate(ctx context.Context, r server.ImagesPostAccountTransferCreateRequestObject) (server.ImagesPostAccountTransferCreateResponseObject, error) {
	c := callerOf(ctx)
	var to struct {
		Email string `json:"recipient_email"`
		UUID  string `json:"recipient_uuid"`
	}
	if err := decodeUnion(r.Body, &to); err != nil {
		return nil, err
	}
	image, err := s.store.edit(c.account, r.ImageID)
	switch {
	case err != nil:
		return nil, err
	case (to.Email == "") == (to.UUID == ""):
		return nil, refuse("Exactly one recipient is required")
	case image.Type != gen.ImageTypeSnapshot:
		return nil, refuse("Only snapshots can be transferred to another account")
	}
	var answer gen.AccountTransferResponse
	recipient := slices.IndexFunc(s.accounts, func(a Account) bool { return to.UUID != "" && a.UUID == to.UUID })
	if recipient >= 0 && slices.Contains(s.accounts[c.account].Teams, to.UUID) {
		image.owner = recipient
	} else {
		answer.TransferID = s.store.nextTransfer
		s.store.nextTransfer++
		s.store.transfers[answer.TransferID] = &transfer{image.ID, c.account, to.Email, to.UUID}
	}
	return server.ImagesPostAccountTransferCreate201JSONResponse{NewAccountTransferJSONResponse: server.NewAccountTransferJSONResponse{Body: answer}}, nil
}

func (s *service) ImagesPostAccountTransferAccept(ctx context.Context, r server.ImagesPostAccountTransferAcceptRequestObject) (server.ImagesPostAccountTransferAcceptResponseObject, error) {
	c := callerOf(ctx)
	if r.Body.RecipientUUID == "" {
		return nil, refuse("Recipient uuid can't be blank")
	}
	t, err := s.endTransfer(r.ImageID, r.Body.TransferID, func(t *transfer) bool { return t.isFor(s.accounts[c.account]) })
	if err != nil {
		return nil, err
	}
	image, ok := s.store.find(t.image)
	if !ok {
		return nil, errNotFound
	}
	s.store.change(image).owner = c.account
	return server.ImagesPostAccountTransferAccept201Response{}, nil
}

func (s *service) ImagesPostAccountTransferCancel(ctx context.Context, r server.ImagesPostAccountTransferCancelRequestObject) (server.ImagesPostAccountTransferCancelResponseObject, error) {
	c := callerOf(ctx)
	_, err := s.endTransfer(r.ImageID, r.Body.TransferID, func(t *transfer) bool { return t.sender == c.account })
	if err != nil {
		return nil, err
	}
	return server.ImagesPostAccountTransferCancel204Response{}, nil
}

func (s *service) ImagesPostAccountTransferDecline(ctx context.Context, r server.ImagesPostAccountTransferDeclineRequestObject) (server.ImagesPostAccountTransferDeclineResponseObject, error) {
	c := callerOf(ctx)
	_, err := s.endTransfer(r.ImageID, r.Body.TransferID, func(t *transfer) bool { return t.isFor(s.accounts[c.account]) })
	if err != nil {
		return nil, err
	}
	return server.ImagesPostAccountTransferDecline204Response{}, nil
}

// endTransfer takes a pending transfer away from those that wait, if the caller is the one who may.
func (s *service) endTransfer(image, id int64, may func(*transfer) bool) (*transfer, error) {
	t := s.store.transfers[id]
	if t == nil || t.image != image || !may(t) {
		return nil, errNotFound
	}
	delete(s.store.transfers, id)
	return t, nil
}
