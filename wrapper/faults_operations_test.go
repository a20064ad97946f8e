package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// The columns: operations of one kind meet a fault in the same way.
const (
	imageList  = "images"  // a list of three pages
	actionList = "actions" // a list of one page
	read       = "get"
	put        = "put"
	remove     = "delete"
	post       = "post"  // its response is JSON
	empty      = "empty" // a POST whose response has no body
)

var kinds = []string{imageList, actionList, read, put, remove, post, empty}

// stage is what an operation is tried with.
type stage struct {
	fake     *fakeapi.API
	client   *wrapper.Client
	image    gen.Image
	region   gen.RegionSlug
	action   int64
	transfer int64
	team     string
}

const recipient = "dop_v1_recipient" // the token of the second account

// operation is one of the contract. Its call checks the result.
type operation struct {
	id        string
	kind      string
	recipient bool // called by the second account
	call      func(context.Context, *stage) error
}

var operations = []operation{
	{id: "images_list", kind: imageList, call: func(ctx context.Context, s *stage) error {
		before := s.fake.Images()
		images, err := wrapper.Collect(s.client.Images(ctx, wrapper.ListParams{PerPage: 20}))
		if err != nil {
			return err
		}
		after := s.fake.Images()
		got := map[int64]int{}
		for _, image := range images {
			got[image.ID]++
		}
		for _, image := range before {
			stayed := slices.ContainsFunc(after, func(i gen.Image) bool { return i.ID == image.ID })
			if got[image.ID] > 1 || stayed && got[image.ID] == 0 {
				return fmt.Errorf("image %d was yielded %d times", image.ID, got[image.ID])
			}
		}
		return nil
	}},
	{id: "imageActions_list", kind: actionList, call: func(ctx context.Context, s *stage) error {
		actions, err := wrapper.Collect(s.client.Actions(ctx, s.image.ID))
		return errors.Join(err, wrong(err == nil && (len(actions) != 1 || actions[0].ID != s.action), actions))
	}},
	{id: "images_get", kind: read, call: func(ctx context.Context, s *stage) error {
		image, err := s.client.Get(ctx, s.image.ID)
		return errors.Join(err, wrong(err == nil && image.Name != s.image.Name, image))
	}},
	{id: "imageActions_get", kind: read, call: func(ctx context.Context, s *stage) error {
		action, err := s.client.Action(ctx, s.image.ID, s.action)
		return errors.Join(err, wrong(err == nil && action.ID != s.action, action))
	}},
	{id: "images_update", kind: put, call: func(ctx context.Context, s *stage) error {
		name := "renamed"
		image, err := s.client.Update(ctx, s.image.ID, gen.ImageUpdate{Name: &name})
		return errors.Join(err, wrong(err == nil && image.Name != name, image))
	}},
	{id: "images_delete", kind: remove, call: func(ctx context.Context, s *stage) error {
		err := s.client.Delete(ctx, s.image.ID)
		there := slices.ContainsFunc(s.fake.Images(), func(i gen.Image) bool { return i.ID == s.image.ID })
		return errors.Join(err, wrong(err == nil && there, s.image))
	}},
	{id: "images_create_custom", kind: post, call: func(ctx context.Context, s *stage) error {
		image, err := s.client.Create(ctx, gen.ImageCreate{Name: "created", URL: "https://example.com/a.img", Region: "nyc3"})
		return errors.Join(err, wrong(err == nil && image.Name != "created", image))
	}},
	{id: "imageActions_post", kind: post, call: func(ctx context.Context, s *stage) error {
		action, err := s.client.Transfer(ctx, s.image.ID, s.region)
		return errors.Join(err, wrong(err == nil && action.Type != "transfer", action))
	}},
	{id: "images_post_account_transfer_create", kind: post, call: func(ctx context.Context, s *stage) error {
		id, err := s.client.CreateAccountTransfer(ctx, s.image.ID, wrapper.Recipient{Email: "bob@example.org"})
		return errors.Join(err, wrong(err == nil && id == 0, id))
	}},
	{id: "images_post_account_transfer_accept", kind: empty, recipient: true, call: func(ctx context.Context, s *stage) error {
		return s.client.AcceptAccountTransfer(ctx, s.image.ID, s.transfer, s.team)
	}},
	{id: "images_post_account_transfer_cancel", kind: empty, call: func(ctx context.Context, s *stage) error {
		return s.client.CancelAccountTransfer(ctx, s.image.ID, s.transfer)
	}},
	{id: "images_post_account_transfer_decline", kind: empty, recipient: true, call: func(ctx context.Context, s *stage) error {
		return s.client.DeclineAccountTransfer(ctx, s.image.ID, s.transfer)
	}},
}

func wrong(is bool, result any) error {
	if is {
		return fmt.Errorf("WRONG RESULT: %+v", result)
	}
	return nil
}
