package check

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// imageHistory is what was told of one image so far.
type imageHistory struct {
	seen    sighting
	kind    string
	created string
	status  toldStatus
}

// observe takes in what an exchange tells of the image, and returns what of it contradicts what was
// told before.
func (h *imageHistory) observe(image imageView, exchange traffic.Exchange) []problem {
	return append(h.observeIdentity(image), h.observeStatus(image, exchange)...)
}

// observeIdentity compares what never changes: the time of creation, and the type, but that a
// conversion makes a snapshot of a backup or a custom image.
func (h *imageHistory) observeIdentity(image imageView) (all []problem) {
	id, kind, created := remembered(image.id().value.String()), image.kind(), image.created()
	kind.value, created.value = remembered(kind.value), remembered(created.value)
	if kind.value != "" && h.kind != "" && kind.value != h.kind && kind.value != "snapshot" {
		all = append(all, contradiction("sequence-identity", kind,
			fmt.Sprintf("image %s was a %s before", id, redact.Shorten(h.kind))))
	}
	if created.value != "" && h.created != "" && !isSameTime(created.value, h.created) {
		all = append(all, contradiction("sequence-identity", created,
			fmt.Sprintf("image %s was created at %s before", id, redact.Shorten(h.created))))
	}
	h.kind, h.created = cmp.Or(kind.value, h.kind), cmp.Or(h.created, created.value)
	return all
}

// ranks is the order in which an image goes through its statuses, in lower case. A status that is
// not in it is judged by the schema only.
var ranks = map[string]int{
	"new":       1,
	"pending":   2,
	"available": 3,
	"retired":   3,
	"deleted":   4,
}

func rankOf(status string) int { return ranks[strings.ToLower(status)] }

// observeStatus demands that the status not go back.
func (h *imageHistory) observeStatus(image imageView, exchange traffic.Exchange) (all []problem) {
	before, now := h.status, image.status()
	rank, rankBefore := rankOf(now.value), rankOf(before.status)
	isLater := exchange.BeganAfter(before.at)
	if 0 < rank && rank < rankBefore && isLater {
		all = append(all, contradiction("sequence-status", now,
			fmt.Sprintf("image %s was %s before", remembered(image.id().value.String()), before.status)))
	}
	switch {
	case rank == 0, rank < rankBefore && !isLater: // it says nothing, or may be the older one of the two
	case rank == rankBefore && !exchange.Ended.Before(before.at): // it has been known for longer
	default:
		h.status = toldStatus{status: now.value, at: exchange.Ended}
	}
	return all
}

// leavesLists reports whether an image is told to be deleted that was not before: lists do not have
// it any more.
func (h *imageHistory) leavesLists(image imageView) bool {
	return image.status().value == "deleted" && h.status.status != "deleted"
}
