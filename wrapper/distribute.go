package wrapper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/doimages/gen"
)

// maxTransfers is how many transfers of [Client.Distribute] run at a time.
const maxTransfers = 8

// RegionError is a region that [Client.Distribute] could not copy an image to.
type RegionError struct {
	ImageID int64
	Region  gen.RegionSlug
	Err     error // why: an [*Error], an [*ActionFailedError], a [*WaitError] or what is wrong with the region
}

func (e *RegionError) Error() string {
	return fmt.Sprintf("distribute image %d to %s: %v", e.ImageID, e.Region, e.Err)
}

// Unwrap returns Err, so that errors.Is and errors.As ask about this region.
func (e *RegionError) Unwrap() error { return e.Err }

func (*RegionError) ofCall() {}

// Distribute copies an image to regions, up to eight at a time, and waits until it is in all of them. Regions that
// have it already are skipped. Give the context a deadline: transfers took 20 minutes and more
// (packer-plugin-digitalocean#129).
//
// Each transfer is awaited as by [Client.WaitAction]. A failure does not stop the others. A panic in a transport or a
// progress function does stop the others, and reaches the caller.
//
// # Errors
//
// The error joins a [*RegionError] for each region that the image did not reach. Range over them, as the example of
// RegionError does. errors.Is is true of the joined error if it is of any region, and errors.As finds only the first,
// which may be of another: together they say nothing of one region. If an option is wrong or the image cannot be read,
// nothing is started, and there is no RegionError.
//
// # Calling it again
//
// Another call skips the regions that the image is in by then. But it knows nothing of transfers that are under way:
// one whose response was lost (MayHaveActed of the [*Error]), or whose wait was ended by the context. What the API does
// if asked for the same transfer again is unknown; it may run two. So first read [Client.Actions], and wait for those
// in progress with [Client.WaitAction], as the example Again does. For some seconds the list may lack a new one: see
// [Client.Transfer].
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/
func (c *Client) Distribute(
	ctx context.Context, id int64, regions []gen.RegionSlug, options ...WaitOption,
) error {
	if err := newWaitConfig(options).err; err != nil {
		return fmt.Errorf("distribute image %d: %w", id, err)
	}
	image, err := c.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("distribute image %d: %w", id, err)
	}
	options = append(slices.Clip(options), serialProgress(options))
	errs := make([]error, len(regions)) // in the order of the regions, whichever ends first
	slots := make(chan struct{}, maxTransfers)
	var transfers crew
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, region := range regions {
		if slices.Contains(image.Regions, region) || slices.Contains(regions[:i], region) {
			continue
		}
		transfers.run(cancel, func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = c.transferAndWait(ctx, id, region, options)
		})
	}
	transfers.wait()
	return errors.Join(errs...)
}

func (c *Client) transferAndWait(ctx context.Context, id int64, region gen.RegionSlug, options []WaitOption) error {
	action, err := c.Transfer(ctx, id, region)
	if err == nil {
		_, err = c.WaitAction(ctx, id, action.ID, options...)
	}
	if err != nil {
		// A caller may have taken the token for a region.
		return &RegionError{ImageID: id, Region: gen.RegionSlug(c.send.token.clean(string(region))), Err: err}
	}
	return nil
}

// serialProgress returns the WithProgress of the options, changed to make one call at a time. It waits on a channel,
// since in a synctest bubble no time passes while a goroutine waits for a mutex.
func serialProgress(options []WaitOption) WaitOption {
	progress := newWaitConfig(options).progress
	turn := make(chan struct{}, 1)
	return WithProgress(func(p Progress) {
		turn <- struct{}{}
		defer func() { <-turn }()
		progress(p)
	})
}
