package check_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"example.com/doimages/contracttest/internal/testkit"
)

// drawn is a draw of one of some texts.
func drawn(t *rapid.T, label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(t, label)
}

// maybe leaves out the first or the second of two texts, or neither.
func maybe(t *rapid.T, label string, s step, old, new string) step {
	if rapid.Bool().Draw(t, label) {
		return s.with(old, new)
	}
	return s
}

// transferDraw reads action 5, a transfer to nyc3. Its regions may be null at any time, both or one of them.
func transferDraw(t *rapid.T, s step) step {
	s = maybe(t, "the slug is null", s, `"region_slug":"nyc3"`, `"region_slug":null`)
	if rapid.Bool().Draw(t, "the region is null") {
		before, _, _ := strings.Cut(s.body, `"region":{`)
		s.body = before + `"region":null}}`
	}
	return maybe(t, "the start in another form", s, `"started_at":"`+made, `"started_at":"2020-05-15T07:47:50.000+02:00`)
}

// meantRows has a session for each kind of what an action or the response to a write may mean.
var meantRows = map[string]func(*rapid.T) observed{
	"an update": func(t *rapid.T) observed {
		asked := drawn(t, "request", `{}`, `{"name":null,"description":null}`, `{"name":"n"}`, `{"description":""}`,
			`{"name":"n","description":"d","distribution":"Debian"}`, `{"distribution":"Unknown"}`)
		fields := map[string]string{
			`{"name":"n"}`: `name="n"`,
			`{"name":"n","description":"d","distribution":"Debian"}`: `name="n";description="d";distribution="Debian"`,
			`{"distribution":"Unknown"}`:                             `distribution="Unknown OS"`,
		}[asked]
		kind := drawn(t, "type", `;type="custom"`, `;-type`)
		updated := respond("PUT /v2/images/1 "+asked, 200, `{"image":`+imageDraw(t, fields+kind, 1)+`}`)
		return observed{steps: []step{updated}, ignored: "request body"}
	},
	"an update of an image that is not custom": func(t *rapid.T) observed {
		fields := drawn(t, "description and distribution", "", `;description="d"`, `;distribution="Debian"`)
		kind := drawn(t, "type", "snapshot", "backup")
		image := imageDraw(t, `name="n";type="`+kind+`"`+fields, 1)
		asked := `{"name":"n","description":"d","distribution":"Debian"}`
		return observed{steps: []step{respond("PUT /v2/images/1 "+asked, 200, `{"image":`+image+`}`)}}
	},
	"a create with everything": func(t *rapid.T) observed {
		asked := `{"name":"n","url":"https://b.example/c","region":"nyc3","description":"d","tags":["A","b"],"distribution":"Debian"}`
		image := imageDraw(t, `name="n";description="d";distribution="Debian";-slug`+
			drawn(t, "type", `;type="custom"`, `;-type`)+
			";status="+drawn(t, "status", `"NEW"`, `"new"`, `"pending"`)+
			";regions="+drawn(t, "regions", `[]`, `["nyc3"]`, `["nyc2","nyc3","nyc3"]`)+
			";tags="+drawn(t, "tags", `["A","b"]`, `["b","a"]`, `["B","A","a"]`), 9)
		return observed{steps: []step{respond("POST /v2/images "+asked, 202, `{"image":`+image+`}`)}}
	},
	"a create with little": func(t *rapid.T) observed {
		asked := `{"name":"a","url":"https://b.example/c","region":"nyc3","description":"","tags":` +
			drawn(t, "tags", "null", "[]") + `}`
		image := imageDraw(t, `type="custom";status="NEW";regions=[];tags=`+drawn(t, "tags in the response", "null", "[]"), 9)
		return observed{steps: []step{respond("POST /v2/images "+asked, 202, `{"image":`+image+`}`)}}
	},
	"creates one after another": func(t *rapid.T) observed {
		var steps []step
		for id := range rapid.IntRange(1, 5).Draw(t, "images") {
			steps = append(steps, createImage(id+7), listPage(1, 2, id+7, 1).with(`"snapshot"`, `"custom"`))
		}
		return observed{steps: steps}
	},
	"a transfer": func(t *rapid.T) observed {
		steps := []step{imageIn(`"nyc2"`), transferDraw(t, startTransfer())}
		for range rapid.IntRange(0, 3).Draw(t, "polls") {
			steps = append(steps, transferDraw(t, readAction("in-progress")), imageIn(`"nyc2"`))
		}
		for range rapid.IntRange(0, 3).Draw(t, "polls after the end") {
			regions := drawn(t, "regions", "", `"nyc2","nyc3"`, `"nyc3","nyc3"`)
			steps = append(steps, transferDraw(t, readAction("completed")), imageIn(regions))
		}
		return observed{steps: steps}
	},
	"a transfer that errors": func(t *rapid.T) observed {
		end := maybe(t, "has an end", readAction("errored"), `"completed_at":null`, `"completed_at":"`+made+`"`)
		return observed{steps: []step{startTransfer(), end, imageIn(`"nyc2"`)}}
	},
	"a conversion": func(t *rapid.T) observed {
		as := func(s step) step { return transferDraw(t, s).with(`"transfer"`, `"convert"`) }
		started := as(respond(`POST /v2/images/1/actions {"type":"convert"}`, 201, actionOf("in-progress")))
		return observed{steps: []step{started, as(readAction("in-progress")), as(readAction("completed")), imageIn(`"nyc2"`)}}
	},
	"transfers to other accounts": func(t *rapid.T) observed {
		var steps []step
		for transfer := range rapid.IntRange(1, 4).Draw(t, "offers") {
			ends := []func(int) step{accept, cancel, decline}
			end := rapid.SampledFrom(ends).Draw(t, "end")(transfer)
			steps = append(steps, offerImage(transfer), end.refused(), end, end.refused())
		}
		return observed{steps: steps}
	},
	"two offers of an image at a time": func(t *rapid.T) observed {
		ends := rapid.Permutation([]step{cancel(1), accept(2), decline(3)}).Draw(t, "ends")
		return observed{steps: append([]step{offerImage(1), offerImage(2), offerImage(3)}, ends...)}
	},
	"a failed import that is read": func(t *rapid.T) observed {
		status := drawn(t, "status", "deleted", "pending", "available")
		image := testkit.ImageOf(9, "custom", status, made)
		return observed{steps: []step{createImage(9), respond("GET /v2/images/9", 200, fmt.Sprintf(`{"image":%s}`, image))}}
	},
}
