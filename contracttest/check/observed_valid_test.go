package check_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// observed is a session as others published it of the API, which is no finding whatever else it holds.
type observed struct {
	steps  []step
	change func(*traffic.Exchange) // of the last exchange

	// ignored is the part of the request that is off the contract, and that the API was seen to ignore.
	ignored string
}

// imageDraw draws an image, with fields in place of those that the draw would give it.
func imageDraw(t *rapid.T, fields string, id int) string {
	slug := rapid.SampledFrom([]string{`null`, `"rockylinux-9-x64"`, `"almalinux-9-x64"`, `"centos-stream-9-x64"`}).Draw(t, "slug")
	size := rapid.SampledFrom([]string{"null", "0.07", "62.68", "0.6899999999999999", "1.0"}).Draw(t, "size")
	disk := rapid.SampledFrom([]string{"null", "7", "10", "15", "160"}).Draw(t, "disk")
	regions := rapid.SampledFrom([]string{`[]`, `["nyc3","nyc3"]`, `["atl1"]`, `["bom1","del1","lon2","maa1"]`}).Draw(t, "regions")
	image := map[string]string{
		"id": fmt.Sprint(id), "name": `"a"`, "distribution": `"Unknown OS"`, "created_at": `"` + made + `"`, "regions": regions,
		"status": `"available"`, "tags": `[]`, "description": `""`, "error_message": `""`, "type": `"snapshot"`,
		"slug": slug, "public": "false", "min_disk_size": disk, "size_gigabytes": size,
	}
	for _, field := range strings.Split(fields, ";") {
		if name, value, found := strings.Cut(field, "="); found {
			image[name] = value
		}
		if name, left := strings.CutPrefix(field, "-"); left {
			delete(image, name)
		}
	}
	if image["public"] == "false" && image["type"] != `"application"` && image["slug"] != "" {
		image["slug"] = "null"
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(image)) {
		list = append(list, fmt.Sprintf("%q:%s", name, image[name]))
	}
	return "{" + strings.Join(list, ",") + "}"
}

func oneImage(t *rapid.T, fields string) step {
	return respond("GET /v2/images/1", 200, `{"image":`+imageDraw(t, fields, 1)+`}`)
}

// listDraw is a list of one private image, as a query asks for it.
func listDraw(t *rapid.T, query, fields string) step {
	return respond("GET /v2/images?"+query, 200, listOf(1, "", imageDraw(t, fields, 1)))
}

// refusal draws an error of the API.
func refusal(t *rapid.T, request string, status int, ids ...string) step {
	id := rapid.SampledFrom(ids).Draw(t, "id of the error")
	return respond(request, status, fmt.Sprintf(`{"id":%q,"message":"The resource could not be found."}`, id))
}

// actionDraw draws an action on image 1. A region may be null at any time, and whatever the type is.
func actionDraw(t *rapid.T) step {
	kind := rapid.SampledFrom([]string{"transfer", "convert", "image_destroy"}).Draw(t, "type")
	status := rapid.SampledFrom([]string{"in-progress", "completed", "errored"}).Draw(t, "status")
	body := strings.Replace(actionOf(status), `"transfer"`, fmt.Sprintf("%q", kind), 1)
	if status != "in-progress" {
		body = strings.Replace(body, `"completed_at":null`, `"completed_at":"`+made+`"`, 1)
	}
	if rapid.Bool().Draw(t, "region is null") {
		before, _, _ := strings.Cut(body, `"region_slug"`)
		body = before + `"region_slug":null,"region":null}}`
	}
	return respond("GET /v2/images/1/actions/5", 200, body)
}

// withoutContentType leaves the headers of the rate limit, as on a 204.
func withoutContentType(e *traffic.Exchange) { e.Header.Del("Content-Type") }

// datedFromReset sets the Date of a response so many seconds after its reset, which is the time of the oldest request or
// that at which it expires.
func datedFromReset(seconds int) func(*traffic.Exchange) {
	return setDate(time.Unix(1_530_000_000+int64(seconds), 0))
}

// observedRows has a session for each row of what was observed of the API.
var observedRows = map[string]func(*rapid.T) observed{
	"headers": func(t *rapid.T) observed {
		return observed{steps: []step{oneImage(t, "")}, change: gatewayHeaders}
	},
	"rate-limit headers of a 401": func(t *rapid.T) observed {
		return observed{steps: []step{refusal(t, "GET /v2/images", 401, "unauthorized", "Unauthorized")}, change: withoutRateLimit}
	},
	"rate-limit headers of a 204": func(*rapid.T) observed {
		return observed{steps: []step{deleted}, change: withoutContentType}
	},
	"ratelimit-reset in the past": func(t *rapid.T) observed {
		before := `created_at="2018-01-09T03:00:12Z"`
		change := datedFromReset(rapid.IntRange(0, 3600).Draw(t, "seconds from the reset"))
		return observed{steps: []step{oneImage(t, before), oneImage(t, before)}, change: change}
	},
	"ratelimit-reset ahead": func(t *rapid.T) observed {
		change := datedFromReset(-rapid.IntRange(0, 3600).Draw(t, "seconds to the reset"))
		return observed{steps: []step{oneImage(t, `created_at="2018-01-09T03:00:12Z"`)}, change: change}
	},
	"links that repeat the request": func(t *rapid.T) observed {
		query := rapid.SampledFrom([]string{"a=b", "type=fruit", "sort=name&private=1", "private=TRUE", "a"}).Draw(t, "query")
		to := "https://api.digitalocean.com/v2/images?page=2&per_page=1&" + query
		links := fmt.Sprintf(`"next":%q,"last":%[1]q`, to)
		page := respond("GET /v2/images?per_page=1&"+query, 200, listOf(2, links, imageDraw(t, "", 1)))
		return observed{steps: []step{page}, ignored: "request query"}
	},
	"content types": func(t *rapid.T) observed {
		kind := rapid.SampledFrom([]string{"application/json", "application/json; charset=utf-8"}).Draw(t, "content type")
		return observed{steps: []step{oneImage(t, "")}, change: testkit.SetHeader("Content-Type", kind)}
	},
	"types of public images": func(t *rapid.T) observed {
		kind := rapid.SampledFrom([]string{"base", "snapshot", "application"}).Draw(t, "type")
		public := fmt.Sprint(kind != "application" || rapid.Bool().Draw(t, "public"))
		return observed{steps: []step{oneImage(t, fmt.Sprintf("type=%q;public=%s", kind, public))}}
	},
	"retired": func(t *rapid.T) observed {
		return observed{steps: []step{oneImage(t, `type="base";status="retired";slug=null;public=false;regions=[]`)}}
	},
	"filters": func(t *rapid.T) observed {
		query := rapid.SampledFrom([]string{
			"type=distribution&private=true&tag_name=T", "private=true", "private=true&tag_name=t", "type=distribution&tag_name=T",
		}).Draw(t, "query")
		kind := rapid.SampledFrom([]string{"custom", "backup", "snapshot"}).Draw(t, "type")
		return observed{steps: []step{listDraw(t, query, fmt.Sprintf(`type=%q;tags=["T"]`, kind))}}
	},
	"an unknown type": func(t *rapid.T) observed {
		links := `"next":"https://api.digitalocean.com/v2/images?page=2&per_page=1&type=fruit&a=b",` +
			`"last":"https://api.digitalocean.com/v2/images?page=2&per_page=1&type=fruit&a=b"`
		page := respond("GET /v2/images?per_page=1&type=fruit&a=b", 200, listOf(2, links, imageDraw(t, "", 1)))
		return observed{steps: []step{page}, ignored: "request query"}
	},
	"per_page=0": func(t *rapid.T) observed {
		return observed{steps: []step{listDraw(t, "per_page=0", "")}, ignored: "request query per_page"}
	},
	"a page after the end": func(t *rapid.T) observed {
		first, second := listPage(1, 3, 1, 2), listPage(2, 3, 3)
		after := pageAfterEnd(rapid.IntRange(3, 99).Draw(t, "page"))
		steps := [][]step{{first, after, second}, {after, first, second}, {first, second, after}}
		return observed{steps: rapid.SampledFrom(steps).Draw(t, "order")}
	},
	"links": func(t *rapid.T) observed {
		links := rapid.SampledFrom([]string{`{}`, `{"pages":{}}`}).Draw(t, "links")
		body := `{"images":[` + imageDraw(t, "", 1) + `],"links":` + links + `,"meta":{"total":1}}`
		return observed{steps: []step{respond("GET /v2/images", 200, body)}}
	},
	"a create": func(t *rapid.T) observed {
		image := imageDraw(t, `type="custom";status="NEW";regions=[];updated_at="`+made+`";`+
			`-slug;-public;-min_disk_size;-size_gigabytes`, 9)
		sent := rapid.SampledFrom([]string{createBody, strings.Replace(createBody, "a.img", "a.bin.bz2", 1)}).Draw(t, "what is imported")
		return observed{steps: []step{
			respond("POST /v2/images "+sent, 202, `{"image":`+image+`}`),
			listDraw(t, "private=true", `type="custom"`),
		}}
	},
	"a create of an unknown distribution": func(*rapid.T) observed {
		sent := strings.Replace(createBody, `"name"`, `"distribution":"Haiku","name"`, 1)
		image := strings.Replace(newImage, "Ubuntu", "Unknown OS", 1)
		return observed{steps: []step{respond("POST /v2/images "+sent, 202, `{"image":`+image+`}`)}, ignored: "request body"}
	},
	"a create whose source cannot be reached": func(*rapid.T) observed {
		return observed{steps: []step{refusedCreate(`{"image":` + newImage + `}`)}}
	},
	"actions": func(t *rapid.T) observed { return observed{steps: []step{actionDraw(t)}} },
	"regions": func(t *rapid.T) observed {
		regions := rapid.SliceOf(rapid.SampledFrom([]string{
			`"atl1"`, `"bom1"`, `"del1"`, `"lon2"`, `"maa1"`, `"mel1"`, `"nbg1"`, `"tlv1"`, `"waw1"`,
		})).Draw(t, "regions") // some of them twice
		return observed{steps: []step{oneImage(t, "regions=["+strings.Join(regions, ",")+"]")}}
	},
	"numbers and slugs": func(t *rapid.T) observed { return observed{steps: []step{oneImage(t, "public=true")}} },
	"a 403": func(t *rapid.T) observed {
		return observed{steps: []step{refusal(t, "GET /v2/images/1", 403, "Forbidden")}, change: withoutRateLimit}
	},
	"a 404 after a write": func(t *rapid.T) observed {
		create := respond("POST /v2/images "+createBody, 202, `{"image":`+newImage+`}`)
		return observed{steps: []step{create, refusal(t, "GET /v2/images/9", 404, "not_found")}}
	},
	"a second delete": func(t *rapid.T) observed {
		again := refusal(t, deleted.request, 422, "unprocessable_entity")
		return observed{steps: []step{deleted, again, refusal(t, "GET /v2/images/1", 404, "not_found")}}
	},
	"a backup that is deleted": func(t *rapid.T) observed {
		backup := oneImage(t, `type="backup"`)
		started := strings.Replace(actionOf("in-progress"), `"transfer"`, `"convert"`, 1)
		convert := respond(`POST /v2/images/1/actions {"type":"convert"}`, 201, started)
		return observed{steps: []step{deleted, backup, listDraw(t, "private=true", `type="backup"`), convert}}
	},
	"a service that fails": func(t *rapid.T) observed {
		if rapid.Bool().Draw(t, "service is not there") {
			return observed{steps: []step{refusal(t, "GET /v2/images", 503, "service_unavailable")}}
		}
		return observed{steps: []step{refusal(t, "GET /v2/images", 500, "internal_server_error", "server_error")}}
	},
	"a page of Cloudflare": func(t *rapid.T) observed {
		status := rapid.IntRange(520, 530).Draw(t, "status")
		page := respond("GET /v2/images", status, "<html>error code: 521</html>")
		return observed{steps: []step{page}, change: testkit.SetHeader("Content-Type", "text/html; charset=UTF-8")}
	},
}

// TestNoFalseAlarmOfWhatWasObserved draws sessions of every kind that was observed, and of what actions and writes may
// mean. It demands that none be flagged, but for what a request has that is off the contract.
func TestNoFalseAlarmOfWhatWasObserved(t *testing.T) {
	setChecksTo(t, "50", "500")
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	rows := maps.Clone(observedRows)
	maps.Copy(rows, meantRows)
	for name, draw := range rows {
		t.Run(name, func(test *testing.T) {
			rapid.Check(test, func(t *rapid.T) {
				drawn := draw(t)
				s := newSession(test)
				for i, step := range drawn.steps {
					exchange := exchangeOf(test, step, 4000-i, 1_530_000_000)
					if drawn.change != nil && i == len(drawn.steps)-1 {
						drawn.change(&exchange)
					}
					found := s.add(exchange)
					baseline.Accept(found, "")
					for _, finding := range found {
						isIgnored := drawn.ignored != "" && strings.HasPrefix(finding.In, drawn.ignored)
						if finding.Severity != check.Accepted && !isIgnored {
							t.Fatalf("%s: %s\n%v", step.request, step.body, finding)
						}
					}
				}
			})
		})
	}
}
