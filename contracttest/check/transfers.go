package check

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// maxOfImage is how many regions, and how many transfers to other accounts, a session remembers of an image. There are
// some twenty regions.
const maxOfImage = 100

// byImage is what a session remembers of images beside their histories.
type byImage[T any] struct {
	of    map[string][]T
	count int
}

func (b *byImage[T]) add(image string, item T) {
	if len(b.of[image]) >= maxOfImage {
		return
	}
	if b.of == nil {
		b.of = map[string][]T{}
	}
	b.of[image] = append(b.of[image], item)
	b.count++
}

func (b *byImage[T]) forget(image string) {
	b.count -= len(b.of[image])
	delete(b.of, image)
}

// regionCopy is a region to which an image was transferred, and when that had been told for the first time.
type regionCopy struct {
	region string
	since  time.Time
}

// regionCopies are the regions to which images were transferred.
type regionCopies struct{ byImage[regionCopy] }

// observe takes in that a transfer was completed.
func (c *regionCopies) observe(image, region string, exchange traffic.Exchange) {
	i := slices.IndexFunc(c.of[image], func(known regionCopy) bool { return known.region == region })
	if i < 0 {
		c.add(image, regionCopy{region: region, since: exchange.Ended})
		return
	}
	if known := &c.of[image][i]; exchange.Ended.Before(known.since) {
		known.since = exchange.Ended
	}
}

// missing returns the regions that an image should have and does not. Without any region it says nothing: retired
// images have none (a Droplet's payload, 2025), nor have new ones (nanovms/ops#1182, 2021). What a deleted one has is
// unknown.
func (c *regionCopies) missing(id string, image imageView, exchange traffic.Exchange) (all []problem) {
	known, regions := c.of[id], image.regions()
	if len(known) == 0 || len(regions.value) == 0 || image.status().value == "deleted" {
		return nil
	}
	for _, to := range known {
		if exchange.BeganAfter(to.since) && !hasRegion(regions.value, to.region) {
			p := contradiction("sequence-regions", regions,
				fmt.Sprintf("a transfer to %s was completed before", to.region))
			p.expected = to.region
			all = append(all, p)
		}
	}
	return all
}

// transferEnd is a transfer to another account that has ended.
type transferEnd struct {
	id    string    // empty if the request does not tell it
	how   string    // as endsOfTransfers names it
	since time.Time // when the response had been read
}

// transferEnds are how the transfers of images to other accounts ended.
type transferEnds struct{ byImage[transferEnd] }

// endsOfTransfers are the operations that end a transfer to another account.
var endsOfTransfers = map[string]string{
	"images_post_account_transfer_accept":  "accepted",
	"images_post_account_transfer_cancel":  "canceled",
	"images_post_account_transfer_decline": "declined",
}

// observe takes in the end of a transfer, and returns how it had ended before; empty if it had not. Another transfer of
// the image is another matter: whether there may be several at a time is unknown.
func (e *transferEnds) observe(image string, sent *object, how string, exchange traffic.Exchange) (before string) {
	id := remembered(fieldOf[json.Number](sent, "transfer_id").value.String())
	now := transferEnd{id: id, how: how, since: exchange.Ended}
	i := slices.IndexFunc(e.of[image], func(known transferEnd) bool { return known.id == id })
	if i < 0 {
		e.add(image, now)
		return ""
	}
	known := &e.of[image][i]
	if exchange.BeganAfter(known.since) {
		return known.how
	}
	if exchange.Ended.Before(known.since) {
		*known = now
	}
	return ""
}
