package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// create starts an import. The caller removes the image with cleanUp. An interrupt does not cut the request off, and
// where no answer says whether there is an image, it is looked for and removed: nothing is left behind.
func (s *session) create(ctx context.Context, address string) (*gen.Image, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	name := fmt.Sprintf("%s%d", namePrefix, time.Now().UnixNano())
	uncut, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	image, err := s.client.Create(uncut, gen.ImageCreate{
		Name:         name,
		URL:          address,
		Region:       s.Region,
		Distribution: gen.DistributionUbuntu,
		Description:  "made by the contract suite, which removes it",
		Tags:         []string{"doimages-contract"},
	})
	if err == nil {
		return image, nil
	}
	own := s.client.Images(cleaningUp(uncut), wrapper.ListParams{Private: true})
	for lost, listErr := range wrapper.Filter(own, wrapper.HasName(name)) {
		if listErr != nil {
			return nil, errors.Join(err, fmt.Errorf("look for an image %q, and remove it by hand: %w", name, listErr))
		}
		err = errors.Join(err, s.cleanUp(ctx, lost.ID))
	}
	return nil, err
}

// cleanUp removes an image whatever has happened, an interrupt included. It is no error that the image has gone.
func (s *session) cleanUp(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(cleaningUp(context.WithoutCancel(ctx)), time.Minute)
	defer cancel()
	err := s.client.Delete(wrapper.ContextWithRetry(ctx, wrapper.Retry{Attempts: 3}), id)
	if errors.Is(err, wrapper.ErrNotFound) || errors.Is(err, wrapper.ErrUnprocessable) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("image %d (%s…) could not be removed, remove it by hand: %w", id, namePrefix, err)
	}
	return nil
}

func createRefused(ctx context.Context, s *session) error {
	before, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	for what, body := range map[string]string{
		"without a url":            `{"name":"doimages-contract-refused","region":"nyc3"}`,
		"without a name":           `{"url":"https://example.com/a.img","region":"nyc3"}`,
		"with a body cut in two":   `{"name":"doimages-contract-refused"`,
		"without a body":           "",
		"with an action's content": `{"type":"convert"}`,
	} {
		resp, answer, err := s.raw(deliberately(ctx), http.MethodPost, "/v2/images", s.Token, body)
		if err != nil {
			return err
		}
		if resp.StatusCode < 400 || resp.StatusCode >= 500 {
			err := fmt.Errorf("a create %s is answered with %s", what, resp.Status)
			var made struct{ Image struct{ ID int64 } }
			if json.Unmarshal(answer, &made) == nil && made.Image.ID != 0 {
				err = errors.Join(err, s.cleanUp(ctx, made.Image.ID))
			}
			return err
		}
	}
	after, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	if !slices.Equal(ids(before), ids(after)) {
		return fmt.Errorf("creates that were refused changed the list from %v to %v", ids(before), ids(after))
	}
	return nil
}

func lifecycle(ctx context.Context, s *session) (err error) {
	created, err := s.create(ctx, s.ImageURL)
	if err != nil {
		return err
	}
	id := created.ID
	deleted := false
	defer func() {
		if !deleted {
			err = errors.Join(err, s.cleanUp(ctx, id))
		}
	}()
	for _, step := range []struct {
		name string
		run  func() error
	}{
		{"create", func() error { return checkCreated(created) }},
		{"wait", func() error { return s.waitFor(ctx, created) }},
		{"list", func() error { return s.listed(ctx, id, true) }},
		{"update", func() error { return s.update(ctx, id) }},
		{"transfer", func() error { return s.transfer(ctx, id) }},
		{"convert", func() error { return s.convert(ctx, id) }},
		{"delete", func() error {
			err := s.client.Delete(ctx, id)
			deleted = err == nil
			return err
		}},
		{"use after delete", func() error { return s.useAfterDelete(ctx, id) }},
	} {
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func checkCreated(image *gen.Image) error {
	switch {
	case !strings.EqualFold(string(image.Status), string(gen.ImageStatusNEW)) && image.Status != gen.ImageStatusPending:
		return fmt.Errorf("the status of a new image is %q", image.Status)
	case !strings.HasPrefix(image.Name, namePrefix):
		return fmt.Errorf("the name is %q", image.Name)
	case image.Type != "" && image.Type != gen.ImageTypeCustom:
		return fmt.Errorf("the type is %q", image.Type)
	case image.Public:
		return errors.New("it is public")
	}
	return nil
}

func (s *session) waitFor(ctx context.Context, created *gen.Image) error {
	image, err := s.client.WaitAvailable(ctx, created.ID, s.Wait...)
	switch {
	case err != nil:
		return err
	case image.Name != created.Name || image.Description != created.Description || !image.CreatedAt.Equal(created.CreatedAt):
		return fmt.Errorf("it was created as %s and became %s", text(*created), text(*image))
	case !slices.Contains(image.Regions, s.Region):
		return fmt.Errorf("it is available in %v, not in %s", image.Regions, s.Region)
	case image.ErrorMessage != "":
		return fmt.Errorf("it is available, and has the error message %q", redact.Shorten(image.ErrorMessage))
	}
	return nil
}

func (s *session) listed(ctx context.Context, id int64, want bool) error {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	if slices.Contains(ids(images), id) != want {
		return fmt.Errorf("image %d is listed: %t, should be: %t", id, !want, want)
	}
	return nil
}

func (s *session) update(ctx context.Context, id int64) error {
	for _, description := range []string{"updated", ""} { // the second clears it
		name := namePrefix + "updated"
		updated, err := s.client.Update(ctx, id, gen.ImageUpdate{Name: &name, Description: &description})
		if err != nil {
			return err
		}
		got, err := s.client.Get(ctx, id)
		if err != nil {
			return err
		}
		for _, image := range []*gen.Image{updated, got} {
			if image.ID != id || image.Name != name || image.Description != description {
				return fmt.Errorf("the name %q and the description %q became %q and %q", name, description, image.Name, image.Description)
			}
		}
		if !same(*updated, *got) {
			return fmt.Errorf("the answer was %s, and the image is %s", text(*updated), text(*got))
		}
	}
	return nil
}

func (s *session) transfer(ctx context.Context, id int64) error {
	before, err := s.client.Get(ctx, id)
	if err != nil {
		return err
	}
	region := gen.RegionSlugFra1
	if s.Region == region {
		region = gen.RegionSlugNyc3
	}
	started, err := s.client.Transfer(ctx, id, region)
	if err != nil {
		return err
	}
	if started.Type != "transfer" || started.ResourceID == nil || *started.ResourceID != id {
		return fmt.Errorf("the action is a %s of image %v", started.Type, started.ResourceID)
	}
	ended, err := s.client.WaitAction(ctx, id, started.ID, s.Wait...)
	if err != nil {
		return err
	}
	if ended.CompletedAt == nil || ended.CompletedAt.Before(ended.StartedAt) {
		return fmt.Errorf("the action is completed at %v, and began at %v", ended.CompletedAt, ended.StartedAt)
	}
	after, err := s.client.Get(ctx, id)
	if err != nil {
		return err
	}
	for _, want := range append(before.Regions, region) {
		if !slices.Contains(after.Regions, want) {
			return fmt.Errorf("after a transfer from %v to %s it is in %v", before.Regions, region, after.Regions)
		}
	}
	list, err := wrapper.Collect(s.client.Actions(ctx, id))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(a gen.Action) bool { return a.ID == started.ID && a.Status == ended.Status }) {
		return fmt.Errorf("the actions of the image lack action %d", started.ID)
	}
	others, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	other := slices.IndexFunc(others, func(i gen.Image) bool { return i.ID != id })
	if other < 0 {
		return nil
	}
	_, err = s.client.Action(ctx, others[other].ID, started.ID)
	if err := wantError(err, wrapper.ErrNotFound, "not_found"); err != nil {
		return fmt.Errorf("the action under another image's id: %w", err)
	}
	return nil
}

func (s *session) convert(ctx context.Context, id int64) error {
	started, err := s.client.Convert(ctx, id)
	if errors.Is(err, wrapper.ErrUnprocessable) {
		return nil // documented for backups; what it does with custom images is not
	}
	if err != nil {
		return err
	}
	if _, err := s.client.WaitAction(ctx, id, started.ID, s.Wait...); err != nil {
		return err
	}
	image, err := s.client.Get(ctx, id)
	if err != nil {
		return err
	}
	if image.Type != gen.ImageTypeSnapshot {
		return fmt.Errorf("after the conversion the type is %q", image.Type)
	}
	return nil
}

func (s *session) useAfterDelete(ctx context.Context, id int64) error {
	if err := s.listed(ctx, id, false); err != nil {
		return err
	}
	name := namePrefix + "undead"
	for what, use := range map[string]func() error{
		"get":     func() error { _, err := s.client.Get(ctx, id); return err },
		"update":  func() error { _, err := s.client.Update(ctx, id, gen.ImageUpdate{Name: &name}); return err },
		"convert": func() error { _, err := s.client.Convert(ctx, id); return err },
		"delete":  func() error { return s.client.Delete(ctx, id) },
	} {
		var apiError *wrapper.Error
		if err := use(); !errors.As(err, &apiError) || apiError.Status < 400 || apiError.Status >= 500 {
			return fmt.Errorf("%s of the deleted image: %v", what, err)
		}
	}
	return nil
}

func failedImport(ctx context.Context, s *session) (err error) {
	created, err := s.create(ctx, "https://example.com/doimages-contract/no-image.txt")
	if errors.Is(err, wrapper.ErrUnprocessable) {
		return errSkip("the API refuses the URL at once")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.cleanUp(ctx, created.ID)) }()
	_, err = s.client.WaitAvailable(ctx, created.ID, s.Wait...)
	var failed *wrapper.ImageFailedError
	switch {
	case !errors.As(err, &failed):
		return fmt.Errorf("the import of a text file should fail: %v", err)
	case failed.Image.Status != gen.ImageStatusDeleted || failed.Image.ErrorMessage == "":
		return fmt.Errorf("the image is %s with the error message %q", failed.Image.Status, redact.Shorten(failed.Image.ErrorMessage))
	}
	return nil
}

func accountTransfer(ctx context.Context, s *session) (err error) {
	if s.Recipient == "" {
		return errSkip("no recipient was named")
	}
	created, err := s.create(ctx, s.ImageURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.cleanUp(ctx, created.ID)) }()
	if _, err := s.client.WaitAvailable(ctx, created.ID, s.Wait...); err != nil {
		return err
	}
	if err := s.convert(ctx, created.ID); err != nil { // snapshots alone can be offered
		return err
	}
	transferID, err := s.client.CreateAccountTransfer(ctx, created.ID, wrapper.Recipient{Email: s.Recipient})
	if err != nil {
		return err
	}
	if transferID == 0 {
		return errors.New("an offer by e-mail was accepted at once")
	}
	err = s.client.AcceptAccountTransfer(ctx, created.ID, transferID, "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf")
	if err == nil {
		return errors.New("the sender could accept the offer")
	}
	if err := s.client.CancelAccountTransfer(ctx, created.ID, transferID); err != nil {
		return err
	}
	if _, err := s.client.Get(ctx, created.ID); err != nil {
		return fmt.Errorf("after the offer was taken back: %w", err)
	}
	if err := s.client.CancelAccountTransfer(ctx, created.ID, transferID); err == nil {
		return errors.New("an offer can be taken back twice")
	}
	return nil
}
