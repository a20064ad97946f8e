package check_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/wrapper"
)

// step is an exchange in short: the request with its body, the status, and the body of the response.
type step struct {
	request string
	status  int
	body    string
}

func respond(request string, status int, body string) step {
	return step{request: request, status: status, body: body}
}

func exchangeOf(t *testing.T, s step, remaining, reset int) traffic.Exchange {
	t.Helper()
	return testkit.Exchange(t, s.request, s.status, s.body, remaining, reset)
}

// made is when the images of these tests were created.
const made = "2020-05-15T05:47:50Z"

// createBody is a request for a new image.
const createBody = `{"name":"a","url":"https://example.com/a.img","region":"nyc3"}`

// deleted is a delete of image 1.
var deleted = respond("DELETE /v2/images/1", 204, "")

// readImage reads image 1.
func readImage(image string) step { return respond("GET /v2/images/1", 200, `{"image":`+image+`}`) }

func listOf(total int, links string, images ...string) string {
	return fmt.Sprintf(`{"images":[%s],"links":{"pages":{%s}},"meta":{"total":%d}}`, strings.Join(images, ","), links, total)
}

func link(name string, page int) string {
	return fmt.Sprintf(`%q:"https://api.digitalocean.com/v2/images?page=%d&per_page=2"`, name, page)
}

// listPage is a page of two, with the images and the links that it should have.
func listPage(number, total int, ids ...int) step {
	images := make([]string, len(ids))
	for i, id := range ids {
		images[i] = testkit.Image(id)
	}
	var links []string
	last := (total + 1) / 2
	if number > 1 && number <= last {
		links = append(links, link("first", 1), link("prev", number-1))
	}
	if number < last {
		links = append(links, link("next", number+1), link("last", last))
	}
	request := fmt.Sprintf("GET /v2/images?per_page=2&page=%d", number)
	return respond(request, 200, listOf(total, strings.Join(links, ","), images...))
}

// pageAfterEnd is a page after the last, as it was seen on Droplets in 2018: empty, with a total of 0.
func pageAfterEnd(number int) step {
	links := link("first", 1) + "," + link("prev", number-1)
	return respond(fmt.Sprintf("GET /v2/images?per_page=2&page=%d", number), 200, listOf(0, links))
}

// with replaces a text in the body of a step.
func (s step) with(old, new string) step {
	s.body = strings.Replace(s.body, old, new, 1)
	return s
}

// sequenceCase is a session, and the check and the pointer of each of its findings.
type sequenceCase struct {
	steps []step
	want  []string
}

var sequenceCases = map[string]sequenceCase{
	"a list": {
		steps: []step{listPage(1, 3, 1, 2), listPage(2, 3, 3)},
	},
	"a list that is begun again": {
		steps: []step{listPage(1, 3, 1, 2), listPage(1, 3, 1, 2), listPage(2, 3, 3)},
	},
	"a total that changes": {
		steps: []step{listPage(1, 3, 1, 2), listPage(2, 4, 3, 4)},
		want:  []string{"sequence-total /meta/total"},
	},
	"an image on two pages": {
		steps: []step{listPage(1, 3, 1, 2), listPage(2, 3, 2)},
		want:  []string{"sequence-twice /images/0/id", "sequence-lost /images"},
	},
	"an image lost": {
		steps: []step{listPage(1, 2, 1)},
		want:  []string{"page-size /images", "sequence-lost /images"},
	},
	"an image deleted between two pages": {
		steps: []step{listPage(1, 4, 1, 2), deleted, listPage(2, 3, 4)},
	},
	"an image created between two pages": {
		steps: []step{
			listPage(1, 5, 1, 2),
			respond("POST /v2/images "+createBody, 202, `{"image":`+testkit.ImageOf(9, "custom", "NEW", made)+`}`),
			listPage(2, 6, 2, 3),
			listPage(3, 6, 4, 5),
		},
	},
	"an import that fails between two pages": {
		steps: []step{
			listPage(1, 4, 1, 2),
			respond("GET /v2/images/3", 200, `{"image":`+testkit.ImageOf(3, "custom", "deleted", made)+`}`),
			listPage(2, 3, 4),
		},
	},
	"a delete between two pages that fails and is done": {
		steps: []step{
			listPage(1, 4, 1, 2),
			respond("DELETE /v2/images/1", 500, `{"id":"server_error","message":"m"}`),
			listPage(2, 3, 4),
		},
	},
	"pages in another order": {
		steps: []step{listPage(1, 5, 1, 2), listPage(3, 5, 5), listPage(2, 5, 3, 4)},
	},
	"pages in another order, and an image lost": {
		steps: []step{listPage(1, 5, 1, 2), listPage(3, 5, 5), listPage(2, 5, 3)},
		want:  []string{"page-size /images", "sequence-lost /images"},
	},
	"a page after the end": {
		steps: []step{listPage(1, 5, 1, 2), listPage(9, 5), listPage(3, 5, 5), listPage(2, 5, 3, 4)},
	},
	"a page after the end as it was seen": {
		steps: []step{listPage(1, 3, 1, 2), listPage(2, 3, 3), pageAfterEnd(3)},
	},
	"a page after the end before the others": {
		steps: []step{pageAfterEnd(3), listPage(1, 3, 1, 2), pageAfterEnd(4), listPage(2, 3, 3)},
	},
	"a page after the end between two pages": {
		steps: []step{listPage(1, 3, 1, 2), pageAfterEnd(3), listPage(2, 3, 2)},
		want:  []string{"sequence-twice /images/0/id", "sequence-lost /images"},
	},
	"a list that shrinks below its pages": {
		steps: []step{listPage(1, 4, 1, 2), listPage(2, 2)},
		want:  []string{"sequence-total /meta/total"},
	},
	"a missing link": {
		steps: []step{listPage(1, 3, 1, 2).with(","+link("last", 2), "")},
		want:  []string{"page-links /links/pages/last"},
	},
	"an unexpected link": {
		steps: []step{listPage(1, 2, 1, 2).with(`"pages":{`, `"pages":{`+link("next", 2))},
		want:  []string{"page-links /links/pages/next"},
	},
	"a link to another page": {
		steps: []step{listPage(1, 3, 1, 2).with(link("next", 2), link("next", 1))},
		want:  []string{"page-links /links/pages/next"},
	},
	"a link of another size": {
		steps: []step{listPage(1, 3, 1, 2).with("per_page=2", "per_page=3")},
		want:  []string{"page-links /links/pages/next"},
	},

	"another type": {
		steps: []step{
			readImage(testkit.Image(1)),
			readImage(testkit.ImageOf(1, "backup", "available", made)),
		},
		want: []string{"sequence-identity /image/type"},
	},
	"a conversion": {
		steps: []step{
			readImage(testkit.ImageOf(1, "backup", "available", made)),
			readImage(testkit.Image(1)),
		},
	},
	"another time of creation": {
		steps: []step{
			readImage(testkit.Image(1)),
			readImage(testkit.ImageOf(1, "snapshot", "available", "2021-05-15T05:47:50Z")),
		},
		want: []string{"sequence-identity /image/created_at"},
	},
	"one time in two forms": {
		steps: []step{
			readImage(testkit.Image(1)),
			readImage(testkit.ImageOf(1, "snapshot", "available", "2020-05-15T07:47:50.000+02:00")),
		},
	},
	"a status that goes on": {
		steps: []step{
			readImage(testkit.ImageOf(1, "custom", "NEW", made)),
			readImage(testkit.ImageOf(1, "custom", "deleted", made)),
		},
	},
	"a status that goes back from available": {
		steps: []step{
			readImage(testkit.Image(1)),
			readImage(testkit.ImageOf(1, "snapshot", "NEW", made)),
		},
		want: []string{"sequence-status /image/status"},
	},
	"a status that goes back from deleted": {
		steps: []step{
			readImage(testkit.ImageOf(1, "custom", "deleted", made)),
			readImage(testkit.ImageOf(1, "custom", "available", made)),
		},
		want: []string{"sequence-status /image/status"},
	},
	"a status that goes back from pending": {
		steps: []step{
			readImage(testkit.ImageOf(1, "custom", "pending", made)),
			readImage(testkit.ImageOf(1, "custom", "NEW", made)),
		},
		want: []string{"sequence-status /image/status"},
	},

	"a deleted image read": {
		steps: []step{deleted, readImage(testkit.Image(1))},
		want:  []string{"sequence-deleted /image"},
	},
	"a deleted image read as deleted": {
		steps: []step{deleted, readImage(testkit.ImageOf(1, "snapshot", "deleted", made))},
	},
	"a deleted image listed": {
		steps: []step{deleted, listPage(1, 1, 1)},
		want:  []string{"sequence-deleted /images/0"},
	},
	"a deleted image changed": {
		steps: []step{deleted, respond(`PUT /v2/images/1 {"name":"a"}`, 200, `{"image":`+testkit.Image(1)+`}`)},
		want:  []string{"sequence-deleted /image"},
	},
	"an action on a deleted image": {
		steps: []step{deleted, respond(transferRequest, 201, actionOf("in-progress"))},
		want:  []string{"sequence-deleted "},
	},
	"a delete that failed": {
		steps: []step{
			respond("DELETE /v2/images/1", 404, `{"id":"not_found","message":"m"}`),
			readImage(testkit.Image(1)),
		},
	},

	"an action that goes on": {
		steps: []step{readAction("in-progress"), readAction("completed")},
	},
	"an action that goes back": {
		steps: []step{readAction("completed"), readAction("in-progress")},
		want:  []string{"sequence-status /action/status"},
	},
}

// allSequenceCases returns the sessions of all kinds.
func allSequenceCases() map[string]sequenceCase {
	all := maps.Clone(sequenceCases)
	maps.Copy(all, actionSequences)
	maps.Copy(all, transferSequences)
	return all
}

func TestSequences(t *testing.T) {
	for name, test := range allSequenceCases() {
		t.Run(name, func(t *testing.T) {
			together := newSession(t)
			var found []string
			for i, s := range test.steps {
				exchange := exchangeOf(t, s, 4000-i, 1444931833)
				for _, finding := range together.add(exchange) {
					found = append(found, finding.Check+" "+finding.Pointer)
				}
				// In a session of its own an exchange contradicts nothing, but for what one page says of itself.
				if len(test.steps) > 1 && name != "an image on two pages" && !slices.Contains(test.want, "page-size /images") {
					assert.Empty(t, newSession(t).add(exchange))
				}
			}
			assert.Equal(t, test.want, found)
		})
	}
}

// What the wrapper sends by default, several pages at a time, and what it reads again because another client changed the
// list, breaks nothing.
func TestSequencesOfTheWrapper(t *testing.T) {
	images := 1000
	if long() {
		images = 3000
	}
	for name, fault := range map[string]string{
		"late":    "images_list:delay=1ms,probability=0.5,seed=7",
		"added":   "images_list:add=1,page=2,count=1",
		"removed": "images_list:remove=1,page=2,count=1",
	} {
		fault, err := fakeapi.ParseFault(fault)
		require.NoError(t, err)
		fake := fakeapi.New(fakeapi.WithCatalogue(images, 1), fakeapi.WithFaults(fault))
		var mu sync.Mutex
		var findings []check.Finding
		watched := newSession(t)
		watch := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, exchange, err := traffic.RoundTrip(fake, req)
			if err != nil {
				return nil, err
			}
			exchange.Source = name
			exchange.Began, exchange.Ended = time.Time{}, time.Time{}
			mu.Lock()
			defer mu.Unlock()
			findings = append(findings, watched.add(exchange)...)
			return resp, nil
		})
		client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: watch}))
		require.NoError(t, err)
		_, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.NoError(t, err)
		for _, finding := range findings {
			assert.Equal(t, "sequence-total", finding.Check, name)
			assert.Equal(t, check.Drift, finding.Severity, name)
		}
		assert.Equal(t, name == "late", len(findings) == 0, "%s: %v", name, findings)
	}
}

// A session of any length is checked in bounded memory, and says where it stopped to remember. In short, it stops early.
func TestSequenceIsBounded(t *testing.T) {
	s, limit := newSession(t), 50_000
	if !long() {
		limit = 1000
		s.session.Limit(limit)
	}
	var findings []check.Finding
	for page := 1; page <= limit/200+10; page++ {
		images := make([]string, 200)
		for i := range images {
			images[i] = testkit.Image(page*1000 + i)
		}
		links := []string{link("next", page+1), link("last", 5000)}
		if page > 1 {
			links = append(links, link("first", 1), link("prev", page-1))
		}
		body := listOf(1_000_000, strings.ReplaceAll(strings.Join(links, ","), "per_page=2", "per_page=200"), images...)
		request := fmt.Sprintf("GET /v2/images?per_page=200&page=%d", page)
		findings = append(findings, s.add(exchangeOf(t, respond(request, 200, body), 5000-page, 100))...)
	}
	require.Equal(t, []string{"sequence-limit"}, checksOf(findings))
	assert.Equal(t, check.Note, findings[0].Severity)
	assert.Contains(t, findings[0].Message, fmt.Sprintf("more than %d images", limit))
}

func TestSequenceOfDeletesIsBounded(t *testing.T) {
	s, limit := newSession(t), 50_000
	if !long() {
		limit = 1000
		s.session.Limit(limit)
	}
	var findings []check.Finding
	for id := range limit + 2 {
		delete := respond(fmt.Sprintf("DELETE /v2/images/%d", id+1), 204, "")
		findings = append(findings, s.add(exchangeOf(t, delete, 1, 100))...)
	}
	assert.Equal(t, []string{"sequence-limit"}, checksOf(findings))
}
