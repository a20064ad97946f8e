package check

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// actionHistory is what was told of one action so far.
type actionHistory struct {
	seen      sighting
	status    toldStatus
	image     string
	kind      string
	region    string
	started   string
	completed string
}

// startedBy takes in the request that started the action, for what the response does not tell: transfers had no region
// in 2017 (digitalocean/doctl#196). Where it tells another, that was found already.
func (h *actionHistory) startedBy(sent *object) {
	if h.region == "" && fieldOf[string](sent, "type").value == "transfer" {
		h.region = remembered(fieldOf[string](sent, "region").value)
	}
}

// observe takes in what an exchange tells of the action, and returns what of it contradicts what was told before.
func (h *actionHistory) observe(action actionView, image string, exchange traffic.Exchange) []problem {
	all := h.observeStatus(action, exchange)
	region, completed := action.regionSlug(), action.completed()
	if !region.isTold {
		region = action.slugOfRegion()
	}
	if !isEnd(action.status().value) {
		completed.value = "" // an action that goes on has no end, which was found already
	}
	on := field[string]{of: action.object, name: "resource_id", value: image} // which it need not tell
	for _, fixed := range []struct {
		was    *string
		now    field[string]
		what   string
		isSame func(a, b string) bool
	}{
		{was: &h.image, now: on, what: "was on image", isSame: isSameText},
		{was: &h.kind, now: action.kind(), what: "was a", isSame: isSameText},
		{was: &h.region, now: region, what: "was in region", isSame: strings.EqualFold},
		{was: &h.started, now: action.started(), what: "began at", isSame: isSameTime},
		{was: &h.completed, now: completed, what: "ended at", isSame: isSameTime},
	} {
		now := remembered(fixed.now.value)
		switch {
		case now == "": // null and what is left out claim nothing
		case *fixed.was == "":
			*fixed.was = now
		case !fixed.isSame(now, *fixed.was):
			all = append(all, contradiction("sequence-identity", fixed.now,
				fmt.Sprintf("action %s %s %s before", idOf(action), fixed.what, redact.Shorten(*fixed.was))))
		}
	}
	return all
}

func isSameText(a, b string) bool { return a == b }

// observeStatus demands that the action, once it has ended, stay as it is.
func (h *actionHistory) observeStatus(action actionView, exchange traffic.Exchange) []problem {
	before, now := h.status, action.status()
	status := remembered(now.value)
	isSame := status == before.status
	switch {
	case status == "":
	case !isEnd(before.status), isSame && exchange.Ended.Before(before.at):
		h.status = toldStatus{status: status, at: exchange.Ended}
	case !isSame && (isEnd(status) || exchange.BeganAfter(before.at)): // of two ends one is wrong, whichever came first
		return []problem{contradiction("sequence-status", now,
			fmt.Sprintf("action %s was %s before", idOf(action), before.status))}
	}
	return nil
}

// isEnd reports whether an action with a status has ended.
func isEnd(status string) bool { return status == "completed" || status == "errored" }

// transferredTo returns the region to which the action is told to have copied its image; empty if it did not, or none
// is known.
func (h *actionHistory) transferredTo(action actionView) string {
	if action.status().value != "completed" || h.kind != "transfer" {
		return ""
	}
	return h.region
}

// idOf returns the id of an action as a session remembers it.
func idOf(action actionView) string { return remembered(action.id().value.String()) }

// imageOf returns the image that an action is on, by the path of the request. It returns none if the action says
// another, which was found already.
func imageOf(action actionView, asked string) string {
	image, err := strconv.ParseInt(asked, 10, 64)
	if err != nil {
		return ""
	}
	if told, err := action.resource().value.Int64(); err == nil && told != image {
		return ""
	}
	return strconv.FormatInt(image, 10)
}
