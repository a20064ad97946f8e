package contracttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// namePrefix begins the name of every image that the suite makes, so that one that is left behind can be found.
const namePrefix = "doimages-contract-"

// cleanUpTime bounds a create, the search for its image and a removal, each by itself. An interrupt ends none of them.
const cleanUpTime = time.Minute

// errLeftBehind is part of every error that says that an image may still be there.
var errLeftBehind = errors.New("remove it by hand")

// create starts an import from an address. The caller removes the image with cleanUp.
//
// An interrupt does not cancel the request: the API may act on it all the same, and the id of the image would be
// lost. If the response is lost, the image is looked for by its name and removed. The error of the create comes first
// in the returned one.
func (s *session) create(ctx context.Context, address string) (*gen.Image, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	name := fmt.Sprintf("%s%d", namePrefix, time.Now().UnixNano()) // unique, so that no other image has it
	uninterrupted, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	image, err := s.client.Create(uninterrupted, gen.ImageCreate{
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
	var refused *wrapper.Error
	if errors.As(err, &refused) && refused.ImageID != 0 { // the refusal came with an image
		return nil, errors.Join(err, s.cleanUp(ctx, refused.ImageID))
	}
	if !mayHaveMade(err) {
		return nil, err
	}
	return nil, errors.Join(err, s.cleanUpByName(ctx, name))
}

// mayHaveMade reports whether a create that failed may have made an image all the same: it may have reached the API,
// and the response does not say that it was refused.
func mayHaveMade(err error) bool {
	if errors.Is(err, errBudget) {
		return false // it was not sent
	}
	var failed *wrapper.Error
	return errors.As(err, &failed) && failed.MayHaveActed
}

// cleanUpByName removes an image of which only the name is known, if there is one. The create may have used up all of
// its own time, so this has a time of its own, which an interrupt does not end.
func (s *session) cleanUpByName(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	var errs []error
	private := s.client.Images(removal(ctx), wrapper.ListParams{Private: true})
	for image, err := range wrapper.Filter(private, wrapper.HasName(name)) {
		if err != nil {
			err = fmt.Errorf("look for an image %q, and %w: %w", name, errLeftBehind, err)
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, s.cleanUp(ctx, image.ID))
	}
	return errors.Join(errs...)
}

// cleanUp removes an image, whatever has happened before. An interrupt does not cancel it, it may use the reserve of
// the budget, and it is the one request that is retried. If the image no longer exists, it succeeds.
func (s *session) cleanUp(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(removal(context.WithoutCancel(ctx)), cleanUpTime)
	defer cancel()
	err := s.client.Delete(wrapper.ContextWithRetry(ctx, wrapper.Retry{Attempts: 3}), id)
	if err == nil || errors.Is(err, wrapper.ErrNotFound) { // ErrAlreadyDeleted among them
		return nil
	}
	return fmt.Errorf("image %d (%s…) could not be removed, %w: %w", id, namePrefix, errLeftBehind, err)
}
