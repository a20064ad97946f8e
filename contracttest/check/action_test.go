package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// actionCases are actions that contradict themselves.
var actionCases = map[string]exchangeCase{
	"a completed action without an end": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"completed_at": "2014-07-25T15:10:20Z"`, `"completed_at": null`),
		want: []string{
			"action-times: body /actions/0/completed_at: the action is completed, and has no end",
		},
	},
	"an action in progress with an end": {
		file:   "imageActions_get",
		change: testkit.ReplaceBody(`"completed_at": null`, `"completed_at": "2014-11-14T16:42:45Z"`),
		want: []string{
			"action-times: body /action/completed_at: the action is in progress, and has an end",
		},
	},
	"an action that ends before it begins": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"completed_at": "2014-07-25T15:10:20Z"`, `"completed_at": "2014-07-25T17:04:20+02:00"`),
		want: []string{
			`action-times: body /actions/0/completed_at: the action began later, at "2014-07-25T15:04:21Z"`,
		},
	},
	"an action in two regions": {
		file:   "imageActions_get",
		change: testkit.ReplaceBody(`"region_slug": "nyc3"`, `"region_slug": "nyc2"`),
		want: []string{
			`action-region: body /action/region_slug: the region of the action is "nyc3"`,
		},
	},
	"an action on a Droplet": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"resource_type": "image"`, `"resource_type": "droplet"`),
		want: []string{
			"action-resource: body /actions/0/resource_type: the actions of an image are on an image",
		},
	},
	"a completed action whose end is missing": {
		file:   "imageActions_list",
		change: testkit.ReplaceBody(`"completed_at": "2014-07-25T15:10:20Z",`, ``),
		want: []string{
			"missing-field: body /actions/0/completed_at: is missing",
		},
	},
}

// Another type of resource is passed on by a typed client, which decodes any. All else misleads it.
func TestSeveritiesOfActions(t *testing.T) {
	for name, test := range actionCases {
		exchange := testkit.Exchanges(t, test.file)[test.index]
		test.change(&exchange)
		for _, finding := range testkit.Contract(t).Check(exchange) {
			want := check.Breaking
			if finding.Check == "action-resource" {
				want = check.Drift
			}
			assert.Equal(t, want, finding.Severity, name)
		}
	}
}
