package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// transferRequest is a request for a transfer of image 1 to nyc3.
const transferRequest = `POST /v2/images/1/actions {"type":"transfer","region":"nyc3"}`

// readAction reads action 5 on image 1.
func readAction(status string) step {
	return respond("GET /v2/images/1/actions/5", 200, actionOf(status))
}

// actionOf is a transfer of image 1 to nyc3, with an end if it is completed.
func actionOf(status string) string {
	end := "null"
	if status == "completed" {
		end = `"` + made + `"`
	}
	return fmt.Sprintf(`{"action":{"id":5,"status":%q,"type":"transfer","started_at":%q,"completed_at":%s,`+
		`"resource_id":1,"resource_type":"image","region_slug":"nyc3","region":{"name":"New York 3","slug":"nyc3",`+
		`"sizes":[],"features":[],"available":true}}}`, status, made, end)
}

// startTransfer is the response to a request for a transfer.
func startTransfer() step { return respond(transferRequest, 201, actionOf("in-progress")) }

// withoutRegion leaves an action no region, as in 2017 and 2018.
func (s step) withoutRegion() step {
	before, _, _ := strings.Cut(s.body, `"region_slug"`)
	s.body = before + `"region_slug":null,"region":null}}`
	return s
}

// imageIn is image 1 with regions.
func imageIn(regions string) step {
	return readImage(strings.Replace(testkit.Image(1), `"regions":[]`, `"regions":[`+regions+`]`, 1))
}

// createImage is the response to a create, with an image of an id.
func createImage(id int) step {
	return respond("POST /v2/images "+createBody, 202, `{"image":`+testkit.ImageOf(id, "custom", "NEW", made)+`}`)
}

// inRegion is an action of another region.
func (s step) inRegion(slug string) step {
	s.body = strings.ReplaceAll(s.body, `"nyc3"`, `"`+slug+`"`)
	return s
}

// actionSequences are sessions with actions and new images.
var actionSequences = map[string]sequenceCase{
	"an action whose region is null at times": {
		steps: []step{
			startTransfer().withoutRegion(), readAction("in-progress"), readAction("in-progress").withoutRegion(),
			readAction("completed"), readAction("completed").withoutRegion(),
		},
	},
	"an action of another type": {
		steps: []step{startTransfer(), readAction("in-progress").with(`"transfer"`, `"convert"`)},
		want:  []string{"sequence-identity /action/type"},
	},
	"an action of another region": {
		steps: []step{startTransfer(), readAction("in-progress").inRegion("nyc2")},
		want:  []string{"sequence-identity /action/region_slug"},
	},
	"an action of another region than was asked for": {
		steps: []step{startTransfer().withoutRegion(), readAction("in-progress").inRegion("nyc2")},
		want:  []string{"sequence-identity /action/region_slug"},
	},
	"an action of another region, which has no slug": {
		steps: []step{
			startTransfer(), readAction("in-progress").inRegion("nyc2").with(`"region_slug":"nyc2"`, `"region_slug":null`),
		},
		want: []string{"sequence-identity /action/region/slug"},
	},
	"an action that began at another time": {
		steps: []step{startTransfer(), readAction("in-progress").with(made, "2020-05-15T05:47:51Z")},
		want:  []string{"sequence-identity /action/started_at"},
	},
	"an action that began at one time in two forms": {
		steps: []step{startTransfer(), readAction("in-progress").with(made, "2020-05-15T07:47:50.0+02:00")},
	},
	"an action that ended at another time": {
		steps: []step{
			readAction("completed"), readAction("completed").with(`"completed_at":"`+made, `"completed_at":"2020-05-15T05:47:51Z`),
		},
		want: []string{"sequence-identity /action/completed_at"},
	},
	"an action that errors without an end, which is told later": {
		steps: []step{
			readAction("errored"), readAction("errored").with(`"completed_at":null`, `"completed_at":"`+made+`"`),
		},
	},
	"an action on another image": {
		steps: []step{
			readAction("in-progress"),
			respond("GET /v2/images/2/actions/5", 200, strings.Replace(actionOf("in-progress"), `"resource_id":1`, `"resource_id":2`, 1)),
		},
		want: []string{"sequence-identity /action/resource_id"},
	},
	"an action on another image, which it does not tell": {
		steps: []step{
			readAction("in-progress"),
			respond("GET /v2/images/2/actions/5", 200, strings.Replace(actionOf("in-progress"), `"resource_id":1`, `"resource_id":null`, 1)),
		},
		want: []string{"sequence-identity /action/resource_id"},
	},

	"two actions with one id": {
		steps: []step{startTransfer(), startTransfer()},
		want:  []string{"sequence-reused /action/id"},
	},
	"an action with an id that was seen": {
		steps: []step{readAction("completed"), startTransfer()},
		want:  []string{"sequence-reused /action/id"},
	},
	"two images with one id": {
		steps: []step{createImage(9), createImage(9)},
		want:  []string{"sequence-reused /image/id"},
	},
	"an image with an id that was seen": {
		steps: []step{listPage(1, 1, 1), createImage(1)},
		want:  []string{"sequence-reused /image/id"},
	},
	"an image with the id of one that was deleted": {
		steps: []step{readImage(testkit.Image(1)), deleted, createImage(1)},
		want:  []string{"sequence-reused /image/id"},
	},

	"a transfer whose region the image has": {
		steps: []step{imageIn(`"nyc2"`), startTransfer(), imageIn(`"nyc2"`), readAction("completed"), imageIn(`"nyc2","nyc3"`)},
	},
	"a transfer whose region the image has not": {
		steps: []step{startTransfer(), readAction("completed"), imageIn(`"nyc2"`)},
		want:  []string{"sequence-regions /image/regions"},
	},
	"a transfer that tells no region, and whose region the image has not": {
		steps: []step{startTransfer().withoutRegion(), readAction("completed").withoutRegion(), imageIn(`"nyc2"`)},
		want:  []string{"sequence-regions /image/regions"},
	},
	"a transfer in a list whose region a list of images has not": {
		steps: []step{
			respond("GET /v2/images/1/actions", 200,
				`{"actions":[`+strings.TrimSuffix(strings.TrimPrefix(actionOf("completed"), `{"action":`), "}")+`],"links":{},"meta":{"total":1}}`),
			listPage(1, 1, 1).with(`"regions":[]`, `"regions":["nyc2"]`),
		},
		want: []string{"sequence-regions /images/0/regions"},
	},
	"a transfer of an image that has no region, or is deleted": {
		steps: []step{
			readAction("completed"), imageIn(""),
			readImage(strings.Replace(testkit.ImageOf(1, "snapshot", "deleted", made), `"regions":[]`, `"regions":["nyc2"]`, 1)),
		},
	},
	"a transfer that errors, and one that goes on": {
		steps: []step{readAction("in-progress"), imageIn(`"nyc2"`), readAction("errored"), imageIn(`"nyc2"`)},
	},
	"a conversion": {
		steps: []step{readAction("completed").with(`"transfer"`, `"convert"`), imageIn(`"nyc2"`)},
	},
}

// A response that has another region than its request says so once, and not in the session as well.
func TestARegionThatWasNotAskedForIsOneFinding(t *testing.T) {
	found := newSession(t).add(
		exchangeOf(t, startTransfer().inRegion("ams2").with(`"region_slug":"ams2"`, `"region_slug":null`), 10, 100),
		exchangeOf(t, readAction("in-progress").inRegion("ams2"), 9, 100),
	)
	assert.Equal(t, []string{"not-applied"}, checksOf(found))
}

// An image may lag behind its transfer; a client that is told of an id twice mistakes one thing for another.
func TestSeveritiesOfSequences(t *testing.T) {
	for name, severity := range map[string]check.Severity{
		"a transfer whose region the image has not": check.Drift,
		"two actions with one id":                   check.Breaking,
		"an action of another region":               check.Breaking,
		"a transfer that is accepted twice":         check.Breaking,
	} {
		s := newSession(t)
		for i, step := range allSequenceCases()[name].steps {
			for _, finding := range s.add(exchangeOf(t, step, 4000-i, 100)) {
				assert.Equal(t, severity, finding.Severity, name)
			}
		}
	}
}

// What began before something was known may not know it.
func TestActionsThatOverlap(t *testing.T) {
	for name, test := range map[string]struct {
		first, second step
		later         []string
	}{
		"a list that shows the new image": {
			first: listPage(1, 1, 9).with(`"snapshot"`, `"custom"`), second: createImage(9),
			later: []string{"sequence-reused"},
		},
		"a read of the new action": {
			first: readAction("in-progress"), second: startTransfer(),
			later: []string{"sequence-reused"},
		},
		"two new images": {
			first: createImage(9), second: createImage(9),
			later: []string{"sequence-reused"},
		},
		"a completed transfer and its image": {
			first: readAction("completed"), second: imageIn(`"nyc2"`),
			later: []string{"sequence-regions"},
		},
		"two ends of a transfer to another account": {
			first: accept(1), second: cancel(1),
			later: []string{"sequence-transfer"},
		},
		"a delete and the end of a transfer": {
			first: deleted, second: accept(1),
			later: []string{"sequence-deleted"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := newSession(t).add(at(t, test.first, 10, 0, 3), at(t, test.second, 9, 1, 5))
			assert.Empty(t, found, "at the same time")
			found = newSession(t).add(at(t, test.first, 10, 0, 3), at(t, test.second, 9, 4, 5))
			assert.Equal(t, test.later, checksOf(found), "later")
		})
	}
}

// What was told twice is known since the first time.
func TestActionsRememberTheFirstTime(t *testing.T) {
	for name, test := range map[string]struct {
		told, then step
		want       string
	}{
		"an id":                            {told: readAction("in-progress"), then: startTransfer(), want: "sequence-reused"},
		"a completed transfer":             {told: readAction("completed"), then: imageIn(`"nyc2"`), want: "sequence-regions"},
		"a transfer that was accepted":     {told: accept(1), then: accept(1), want: "sequence-transfer"},
		"an id, of which another is later": {told: createImage(9), then: createImage(9), want: "sequence-reused"},
	} {
		for _, ends := range [][2]int{{2, 100}, {100, 2}} {
			s := newSession(t)
			s.add(at(t, test.told, 12, 0, ends[0]), at(t, test.told, 11, 1, ends[1]))
			assert.Equal(t, []string{test.want}, checksOf(s.add(at(t, test.then, 10, 50, 101))), name)
		}
	}
}

// However many images one action is told to have copied, what is remembered of them is bounded.
func TestSessionOfManyCopiesIsBounded(t *testing.T) {
	s := newSession(t)
	s.session.Limit(10)
	limits := 0
	for image := range 20 {
		request := fmt.Sprintf(`POST /v2/images/%d/actions {"type":"transfer","region":"nyc3"}`, image+1)
		body := strings.Replace(actionOf("completed"), `"resource_id":1,`, fmt.Sprintf(`"resource_id":%d,`, image+1), 1)
		for _, name := range checksOf(s.add(testkit.Exchange(t, request, 201, body, 100-image, 100))) {
			if name == "sequence-limit" {
				limits++
			}
		}
	}
	assert.Equal(t, 1, limits, "20 images, of which 10 are remembered")
}
