package wrapper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"example.com/doimages/gen"
)

// Distribute copies an image to regions, several at a time, and waits until it is in all of them. Regions that hold it
// already are skipped. A failure does not stop the others; the errors come joined, and each names its region. Give the
// context a deadline: each transfer may take 20 minutes and more.
func (c *Client) Distribute(ctx context.Context, id int64, regions ...gen.RegionSlug) error {
	image, err := c.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("distribute image %d: %w", id, err)
	}
	errs := make([]error, len(regions))
	slots := make(chan struct{}, 8) // transfers that run at a time
	var running sync.WaitGroup
	for i, region := range regions {
		if slices.Contains(image.Regions, region) || slices.Contains(regions[:i], region) {
			continue
		}
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			action, err := c.Transfer(ctx, id, region)
			if err == nil {
				_, err = c.WaitAction(ctx, id, action.ID)
			}
			if err != nil {
				errs[i] = fmt.Errorf("distribute image %d to %s: %w", id, region, err)
			}
		})
	}
	running.Wait()
	return errors.Join(errs...)
}
