package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// validSessions are sessions in which nothing is wrong, for the operators below to break.
var validSessions = map[string][]step{
	"a transfer": {
		imageIn(`"nyc2"`), startTransfer(), readAction("in-progress"), readAction("completed"), readAction("completed"),
		imageIn(`"nyc2","nyc3"`), imageIn(`"nyc2","nyc3"`),
	},
	"a transfer without regions": {
		startTransfer().withoutRegion(), readAction("in-progress").withoutRegion(), readAction("completed").withoutRegion(),
		imageIn(`"nyc2","nyc3"`),
	},
	"a create": {
		listPage(1, 1, 1), createImage(9), respond("GET /v2/images/9", 200, `{"image":`+newImage+`}`),
	},
	"an offer that is accepted":            {offerImage(1), accept(1)},
	"an offer that is canceled":            {offerImage(1), cancel(1)},
	"offers of which the last is declined": {offerImage(1), cancel(1), offerImage(2), decline(2)},
}

// sessionOperator breaks one exchange of a session.
type sessionOperator struct {
	name string
	of   string // how the request of the exchange begins

	// The old text of the exchange becomes the new one where so many exchanges have the old one.
	old, new string
	told     int

	add  []step // or else these follow the exchange, or the exchange itself does if there are none
	want string // the check and the pointer of what is found
}

var sessionOperators = []sessionOperator{
	{
		name: "another type of an action",
		of:   "GET /v2/images/1/actions",
		old:  `"type":"transfer"`,
		new:  `"type":"convert"`,
		told: 2,
		want: "sequence-identity /action/type",
	},
	{
		name: "another beginning of an action",
		of:   "GET /v2/images/1/actions",
		old:  `"started_at":"2020`,
		new:  `"started_at":"2019`,
		told: 2,
		want: "sequence-identity /action/started_at",
	},
	{
		name: "another end of an action",
		of:   "GET /v2/images/1/actions",
		old:  `"completed_at":"2020`,
		new:  `"completed_at":"2021`,
		told: 2,
		want: "sequence-identity /action/completed_at",
	},
	{
		name: "another region of an action",
		of:   "GET /v2/images/1/actions",
		old:  `"region_slug":"nyc3","region":{"name":"New York 3","slug":"nyc3"`,
		new:  `"region_slug":"ams2","region":{"name":"New York 3","slug":"ams2"`,
		told: 2,
		want: "sequence-identity /action/region_slug",
	},
	{
		name: "another region of an action, in the region only",
		of:   "GET /v2/images/1/actions",
		old:  `"region_slug":"nyc3","region":{"name":"New York 3","slug":"nyc3"`,
		new:  `"region_slug":null,"region":{"name":"New York 3","slug":"ams2"`,
		told: 2,
		want: "sequence-identity /action/region/slug",
	},
	{
		name: "another region of an action than was asked for",
		of:   "GET /v2/images/1/actions",
		old:  `"region_slug":null`,
		new:  `"region_slug":"ams2"`,
		told: 1,
		want: "sequence-identity /action/region_slug",
	},
	{
		name: "an action on another image",
		of:   "GET /v2/images/1/actions",
		old:  "/images/1/",
		new:  "/images/2/",
		told: 1,
		want: "sequence-identity /action/resource_id",
	},
	{
		name: "an action with the id of another",
		of:   "POST /v2/images/1/actions",
		want: "sequence-reused /action/id",
	},
	{
		name: "an image with the id of another",
		of:   "POST /v2/images {",
		want: "sequence-reused /image/id",
	},
	{
		name: "an image with an id of a list",
		of:   "POST /v2/images {",
		old:  `"id":9`,
		new:  `"id":1`,
		told: 1,
		want: "sequence-reused /image/id",
	},
	{
		name: "a transfer to nowhere",
		of:   "GET /v2/images/1",
		old:  `"nyc2","nyc3"`,
		new:  `"nyc2"`,
		told: 1,
		want: "sequence-regions /image/regions",
	},
	{
		name: "a transfer to another region",
		of:   "GET /v2/images/1",
		old:  `"nyc2","nyc3"`,
		new:  `"ams2","ams3"`,
		told: 1,
		want: "sequence-regions /image/regions",
	},
	{
		name: "a transfer that ends again",
		of:   "POST /v2/images/1/account_transfer/",
		want: "sequence-transfer ",
	},
	{
		name: "a transfer that ends after a delete",
		of:   "POST /v2/images/1/account_transfer {",
		add:  []step{deleted},
		want: "sequence-deleted ",
	},
}

// endsAgain are the ways in which a transfer to another account may end after it has ended.
func endsAgain() (all []sessionOperator) {
	for request, again := range map[string][]step{
		accept(1).request:  {cancel(1), decline(1)},
		cancel(1).request:  {accept(1), decline(1)},
		decline(2).request: {accept(2), cancel(2)},
	} {
		for _, end := range again {
			all = append(all, sessionOperator{
				name: "a transfer that ends in another way",
				of:   request,
				add:  []step{end},
				want: "sequence-transfer ",
			})
		}
	}
	return all
}

// broken returns a session that the operator breaks at an exchange; nil where it has nothing to break.
func (o sessionOperator) broken(session []step, at int) []step {
	s := session[at]
	told := 0
	for _, other := range session {
		if strings.Contains(other.request+other.body, o.old) {
			told++
		}
	}
	isToBreak := strings.HasPrefix(s.request, o.of) && strings.Contains(s.request+s.body, o.old) && told >= o.told
	switch {
	case !isToBreak:
		return nil
	case o.old == "" && o.add == nil:
		return slices.Insert(slices.Clone(session), at+1, s)
	case o.old == "":
		return slices.Insert(slices.Clone(session), at+1, o.add...)
	}
	broken := slices.Clone(session)
	broken[at].body = strings.ReplaceAll(s.body, o.old, o.new)
	if strings.Contains(s.request, o.old) {
		broken[at].request = strings.ReplaceAll(s.request, o.old, o.new)
		broken[at].body = strings.ReplaceAll(s.body, `"resource_id":1`, `"resource_id":2`)
	}
	return broken
}

// What only a session shows is found in every place in which it can be wrong.
func TestSessionMutants(t *testing.T) {
	findIn := func(session []step) (found []string) {
		s := newSession(t)
		for i, step := range session {
			for _, finding := range s.add(exchangeOf(t, step, 4000-i, 1444931833)) {
				found = append(found, finding.Check+" "+finding.Pointer)
			}
		}
		return found
	}
	for name, session := range validSessions {
		assert.Empty(t, findIn(session), name)
	}
	for _, operator := range slices.Concat(sessionOperators, endsAgain()) {
		mutants := 0
		for name, session := range validSessions {
			for i := range session {
				if broken := operator.broken(session, i); broken != nil {
					mutants++
					assert.Contains(t, findIn(broken), operator.want, "%s in %s at %d", operator.name, name, i)
				}
			}
		}
		assert.Positive(t, mutants, "%s breaks nothing", operator.name)
	}
}
