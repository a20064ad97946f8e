package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// createRefused compares the list before and after: only an error does not show that nothing was made.
func createRefused(ctx context.Context, s *session) error {
	before, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	for _, invalid := range []struct{ name, body string }{
		{name: "without a url", body: `{"name":"doimages-contract-refused","region":"nyc3"}`},
		{name: "without a name", body: `{"url":"https://example.com/a.img","region":"nyc3"}`},
		{name: "with a truncated body", body: `{"name":"doimages-contract-refused"`},
		{name: "without a body", body: ""},
		{name: "with the body of an action", body: `{"type":"convert"}`},
	} {
		if err := s.expectRefusal(ctx, invalid.body); err != nil {
			return fmt.Errorf("a create %s: %w", invalid.name, err)
		}
	}
	after, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	if !slices.Equal(imageIDs(before), imageIDs(after)) {
		return fmt.Errorf("refused creates changed the list from %v to %v", imageIDs(before), imageIDs(after))
	}
	return nil
}

// expectRefusal sends a create that must be refused, and removes the image if it is not.
func (s *session) expectRefusal(ctx context.Context, body string) error {
	request := rawRequest{method: http.MethodPost, path: "/v2/images", token: s.Token, body: body}
	resp, err := s.send(invalidOnPurpose(ctx), request)
	if err != nil {
		return err
	}
	if resp.isClientError() {
		return nil
	}
	err = fmt.Errorf("the response has status %d, expected 4xx", resp.status)
	var made struct{ Image struct{ ID int64 } } // and nothing that may be wrong: the image has to be found
	if json.Unmarshal(resp.body, &made) == nil && made.Image.ID != 0 {
		return errors.Join(err, s.cleanUp(ctx, made.Image.ID))
	}
	return err
}

// lifecycle is one case and not eight: each step needs the image of the one before, and every import costs minutes on
// the real API.
func lifecycle(ctx context.Context, s *session) (err error) {
	created, err := s.create(ctx, s.ImageURL)
	if err != nil {
		return err
	}
	l := &life{session: s, created: created}
	defer func() {
		if !l.deleted {
			err = errors.Join(err, s.cleanUp(ctx, l.id()))
		}
	}()
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{name: "create", run: l.checkCreated},
		{name: "wait", run: l.wait},
		{name: "list", run: l.checkListed},
		{name: "update", run: l.update},
		{name: "transfer", run: l.transfer},
		{name: "convert", run: l.convert},
		{name: "delete", run: l.delete},
		{name: "use after delete", run: l.useAfterDelete},
	} {
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// failedImport imports a text file. The create succeeds all the same, and only the status reports the failure.
func failedImport(ctx context.Context, s *session) (err error) {
	created, err := s.create(ctx, "https://example.com/doimages-contract/no-image.txt")
	// The first error is that of the create. Errors of a clean-up may be joined to it, and do not count as a refusal.
	var createError *wrapper.Error
	if errors.As(err, &createError) && errors.Is(createError, wrapper.ErrUnprocessable) {
		return errSkip("the API refuses the URL at once")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.cleanUp(ctx, created.ID)) }()
	_, err = s.client.WaitAvailable(ctx, created.ID, s.Wait...)
	if err == nil {
		return errors.New("the import of a text file succeeded")
	}
	var failed *wrapper.ImageFailedError
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Image.Status != gen.ImageStatusDeleted || failed.Image.ErrorMessage == "" {
		return fmt.Errorf("the image is %s with the error message %q",
			failed.Image.Status, redact.Shorten(failed.Image.ErrorMessage))
	}
	return nil
}

// unreachableSource imports from a host that cannot exist. The refusal may come with an image all the same, which
// create removes.
func unreachableSource(ctx context.Context, s *session) error {
	created, err := s.create(ctx, "https://doimages-contract.invalid/image.raw") // .invalid is reserved by RFC 2606
	if err == nil {
		err := refuted("the create was accepted, as image %d", created.ID)
		return errors.Join(err, s.cleanUp(ctx, created.ID))
	}
	var createError *wrapper.Error
	if !errors.As(err, &createError) {
		return err
	}
	switch createError.Status {
	case http.StatusBadRequest:
	case http.StatusNotFound, http.StatusUnprocessableEntity:
		return refuted("the response has status %d", createError.Status)
	default: // it may be about the token, or no response at all
		return err
	}
	s.saw("%q, with the image %d (0 is none)", redact.Shorten(createError.Message), createError.ImageID)
	return nil
}

// accountTransfer never lets the image go: the offer is canceled, and only its recipient could accept it before.
func accountTransfer(ctx context.Context, s *session) (err error) {
	if s.Recipient == "" {
		return errSkip("no recipient was named")
	}
	created, err := s.create(ctx, s.ImageURL)
	if err != nil {
		return err
	}
	defer func() {
		// Joined only if the clean-up fails: to runCase, a joined errSkip is a failure.
		if cleanUpErr := s.cleanUp(ctx, created.ID); cleanUpErr != nil {
			err = errors.Join(err, cleanUpErr)
		}
	}()
	if _, err := s.client.WaitAvailable(ctx, created.ID, s.Wait...); err != nil {
		return err
	}
	converted, err := s.convert(ctx, created.ID)
	if err != nil {
		return err
	}
	if !converted {
		return errSkip("only snapshots can be offered, and the API refuses to convert a custom image")
	}
	transferID, err := s.offer(ctx, created.ID)
	if err != nil {
		return err
	}
	return s.cancelOffer(ctx, created.ID, transferID)
}

// offer offers an image to the recipient, and demands that its sender cannot accept it.
func (s *session) offer(ctx context.Context, id int64) (transferID int64, err error) {
	transferID, err = s.client.CreateAccountTransfer(ctx, id, wrapper.Recipient{Email: s.Recipient})
	if err != nil {
		return 0, err
	}
	// 0 says that it was accepted already, as the caller may do for a team of its own. The recipient is another
	// account.
	if transferID == 0 {
		return 0, errors.New("an offer by e-mail was accepted at once")
	}
	anyUUID := "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"
	if err := expectRefused(s.client.AcceptAccountTransfer(ctx, id, transferID, anyUUID)); err != nil {
		return 0, fmt.Errorf("accept of the offer by its sender: %w", err)
	}
	return transferID, nil
}

// cancelOffer cancels an offer, after which the image is still there and the offer is not.
func (s *session) cancelOffer(ctx context.Context, id, transferID int64) error {
	if err := s.client.CancelAccountTransfer(ctx, id, transferID); err != nil {
		return err
	}
	if _, err := s.client.Get(ctx, id); err != nil {
		return fmt.Errorf("after the offer was canceled: %w", err)
	}
	if err := expectRefused(s.client.CancelAccountTransfer(ctx, id, transferID)); err != nil {
		return fmt.Errorf("cancel of the canceled offer: %w", err)
	}
	return nil
}
