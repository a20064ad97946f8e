package check_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/wrapper"
)

// step is an exchange in short: the request with its body, the status, and the body or what it is made of.
type step struct {
	request string
	status  int
	body    string
}

func listOf(total int, links string, images ...string) string {
	return fmt.Sprintf(`{"images":[%s],"links":{"pages":{%s}},"meta":{"total":%d}}`, strings.Join(images, ","), links, total)
}

func actionOf(id int, status string, image int) string {
	return fmt.Sprintf(`{"id":%d,"status":%q,"type":"transfer","started_at":"2020-05-15T05:47:50Z","completed_at":null,"resource_id":%d,"resource_type":"image","region":{"name":"New York 3","slug":"nyc3","sizes":[],"features":[],"available":true},"region_slug":"nyc3"}`, id, status, image)
}

func link(name string, page int) string {
	return fmt.Sprintf(`%q:"https://api.digitalocean.com/v2/images?page=%d&per_page=2"`, name, page)
}

func links(names ...string) string { return strings.Join(names, ",") }

func TestSequences(t *testing.T) {
	const list = "GET /v2/images?per_page=2&page="
	pageOne := step{list + "1", 200, listOf(3, links(link("next", 2), link("last", 2)), testkit.Image(1), testkit.Image(2))}
	lastLinks := links(link("first", 1), link("prev", 1))
	for name, test := range map[string]struct {
		steps []step
		want  []string // check and pointer
	}{
		"a walk":                     {[]step{pageOne, {list + "2", 200, listOf(3, lastLinks, testkit.Image(3))}}, nil},
		"two walks":                  {[]step{pageOne, pageOne, {list + "2", 200, listOf(3, lastLinks, testkit.Image(3))}}, nil},
		"a total that changes":       {[]step{pageOne, {list + "2", 200, listOf(4, lastLinks, testkit.Image(3), testkit.Image(4))}}, []string{"sequence-total /meta/total"}},
		"an image on two pages":      {[]step{pageOne, {list + "2", 200, listOf(3, lastLinks, testkit.Image(2))}}, []string{"sequence-twice /images/0/id", "sequence-lost /images"}},
		"an image lost":              {[]step{{list + "1", 200, listOf(2, "", testkit.Image(1))}}, []string{"sequence-lost /images"}},
		"a change that was made":     {[]step{{list + "1", 200, listOf(4, links(link("next", 2), link("last", 2)), testkit.Image(1), testkit.Image(2))}, {"DELETE /v2/images/1", 204, ""}, {list + "2", 200, listOf(3, lastLinks, testkit.Image(4))}}, nil},
		"a missing link":             {[]step{{list + "1", 200, listOf(3, link("next", 2), testkit.Image(1), testkit.Image(2))}}, []string{"page-links /links/pages/last"}},
		"a link too many":            {[]step{{list + "1", 200, listOf(2, link("next", 2), testkit.Image(1), testkit.Image(2))}}, []string{"page-links /links/pages/next"}},
		"a link to another page":     {[]step{{list + "1", 200, listOf(3, links(link("next", 1), link("last", 2)), testkit.Image(1), testkit.Image(2))}}, []string{"page-links /links/pages/next"}},
		"a link of another size":     {[]step{{list + "1", 200, listOf(3, links(strings.Replace(link("next", 2), "per_page=2", "per_page=3", 1), link("last", 2)), testkit.Image(1), testkit.Image(2))}}, []string{"page-links /links/pages/next"}},
		"another type":               {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "backup", "available", "2020-05-15T05:47:50Z") + `}`}}, []string{"sequence-identity /image/type"}},
		"a conversion":               {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "backup", "available", "2020-05-15T05:47:50Z") + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}}, nil},
		"another time of creation":   {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "available", "2021-05-15T05:47:50Z") + `}`}}, []string{"sequence-identity /image/created_at"}},
		"a status that goes back":    {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "NEW", "2020-05-15T05:47:50Z") + `}`}}, []string{"sequence-status /image/status"}},
		"a status that goes on":      {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "NEW", "2020-05-15T05:47:50Z") + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "deleted", "2020-05-15T05:47:50Z") + `}`}}, nil},
		"a deleted image read":       {[]step{{"DELETE /v2/images/1", 204, ""}, {"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}}, []string{"sequence-deleted /image"}},
		"a deleted image as deleted": {[]step{{"DELETE /v2/images/1", 204, ""}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "deleted", "2020-05-15T05:47:50Z") + `}`}}, nil},
		"a deleted image listed":     {[]step{{"DELETE /v2/images/1", 204, ""}, {list + "1", 200, listOf(1, "", testkit.Image(1))}}, []string{"sequence-deleted /images/0"}},
		"a deleted image changed":    {[]step{{"DELETE /v2/images/1", 204, ""}, {`PUT /v2/images/1 {"name":"a"}`, 200, `{"image":` + testkit.Image(1) + `}`}}, []string{"sequence-deleted /image"}},
		"an action on a deleted one": {[]step{{"DELETE /v2/images/1", 204, ""}, {`POST /v2/images/1/actions {"type":"convert"}`, 201, `{"action":` + actionOf(5, "in-progress", 1) + `}`}}, []string{"sequence-deleted "}},
		"back from deleted":          {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "deleted", "2020-05-15T05:47:50Z") + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "available", "2020-05-15T05:47:50Z") + `}`}}, []string{"sequence-status /image/status"}},
		"back from pending":          {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "pending", "2020-05-15T05:47:50Z") + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "custom", "NEW", "2020-05-15T05:47:50Z") + `}`}}, []string{"sequence-status /image/status"}},
		"an action that goes on":     {[]step{{"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "in-progress", 1) + `}`}, {"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "completed", 1) + `}`}}, nil},
		"an action that goes back":   {[]step{{"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "completed", 1) + `}`}, {"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "in-progress", 1) + `}`}}, []string{"sequence-status /action/status"}},
		"one time in two forms":      {[]step{{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "available", "2020-05-15T07:47:50.000+02:00") + `}`}}, nil},
		"an image made before the last page": {[]step{
			{list + "1", 200, listOf(5, links(link("next", 2), link("last", 3)), testkit.Image(1), testkit.Image(2))}, {`POST /v2/images {"name":"a","url":"https://example.com/a.img","region":"nyc3"}`, 202, `{"image":` + testkit.ImageOf(9, "custom", "NEW", "2020-05-15T05:47:50Z") + `}`},
			{list + "2", 200, listOf(6, links(link("first", 1), link("prev", 1), link("next", 3), link("last", 3)), testkit.Image(2), testkit.Image(3))},
			{list + "3", 200, listOf(6, links(link("first", 1), link("prev", 2)), testkit.Image(4), testkit.Image(5))}}, nil},
		"an import that fails meanwhile": {[]step{
			{list + "1", 200, listOf(4, links(link("next", 2), link("last", 2)), testkit.Image(1), testkit.Image(2))}, {"GET /v2/images/3", 200, `{"image":` + testkit.ImageOf(3, "custom", "deleted", "2020-05-15T05:47:50Z") + `}`},
			{list + "2", 200, listOf(3, links(link("first", 1), link("prev", 1)), testkit.Image(4))}}, nil},
		"pages in another order": {[]step{
			{list + "1", 200, listOf(5, links(link("next", 2), link("last", 3)), testkit.Image(1), testkit.Image(2))},
			{list + "3", 200, listOf(5, links(link("first", 1), link("prev", 2)), testkit.Image(5))},
			{list + "2", 200, listOf(5, links(link("first", 1), link("prev", 1), link("next", 3), link("last", 3)), testkit.Image(3), testkit.Image(4))}}, nil},
		"a guess beyond the end": {[]step{
			{list + "1", 200, listOf(5, links(link("next", 2), link("last", 3)), testkit.Image(1), testkit.Image(2))},
			{list + "9", 200, listOf(5, "")},
			{list + "3", 200, listOf(5, links(link("first", 1), link("prev", 2)), testkit.Image(5))},
			{list + "2", 200, listOf(5, links(link("first", 1), link("prev", 1), link("next", 3), link("last", 3)), testkit.Image(3), testkit.Image(4))}}, nil},
		"a list that shrinks below its pages": {[]step{
			{list + "1", 200, listOf(4, links(link("next", 2), link("last", 2)), testkit.Image(1), testkit.Image(2))}, {list + "2", 200, listOf(2, "")}}, []string{"sequence-total /meta/total"}},
		"a delete that failed and was done": {[]step{
			{list + "1", 200, listOf(4, links(link("next", 2), link("last", 2)), testkit.Image(1), testkit.Image(2))}, {"DELETE /v2/images/1", 500, `{"id":"server_error","message":"m"}`},
			{list + "2", 200, listOf(3, links(link("first", 1), link("prev", 1)), testkit.Image(4))}}, nil},
		"pages in another order, and one lost": {[]step{
			{list + "1", 200, listOf(5, links(link("next", 2), link("last", 3)), testkit.Image(1), testkit.Image(2))},
			{list + "3", 200, listOf(5, links(link("first", 1), link("prev", 2)), testkit.Image(5))},
			{list + "2", 200, listOf(5, links(link("first", 1), link("prev", 1), link("next", 3), link("last", 3)), testkit.Image(3))}}, []string{"sequence-lost /images"}},
		"a delete that failed": {[]step{{"DELETE /v2/images/1", 404, `{"id":"not_found","message":"m"}`}, {"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(testkit.Contract(t))
			for i, s := range test.steps {
				r.Add(exchangeOf(t, s, 4000-i, 1444931833))
			}
			var found []string
			for _, f := range r.Findings {
				found = append(found, f.Check+" "+f.Pointer)
			}
			assert.Equal(t, test.want, found, "%v", r.Findings)

			// Each exchange in a session of its own contradicts nothing, but for what one page says of itself.
			apart := report.New(testkit.Contract(t))
			for i, s := range test.steps {
				apart.NewSession("")
				apart.Add(exchangeOf(t, s, 4000-i, 1444931833))
			}
			if len(test.steps) > 1 && !strings.Contains(name, "two pages") {
				assert.Empty(t, apart.Findings)
			}
		})
	}
}

func TestSequenceOfRateLimits(t *testing.T) {
	get := step{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}
	limited := step{"GET /v2/images/1", 429, `{"id":"too_many_requests","message":"m"}`}
	r := report.New(testkit.Contract(t))
	r.Add(exchangeOf(t, get, 10, 100))
	r.Add(exchangeOf(t, get, 9, 100))
	r.Add(exchangeOf(t, limited, 0, 100))
	r.Add(exchangeOf(t, get, 8, 100))
	r.Add(exchangeOf(t, get, 4000, 200))
	require.Empty(t, r.Findings)
	r.Add(exchangeOf(t, get, 4001, 200))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "sequence-ratelimit", r.Findings[0].Check)
}

// Of requests that were under way at the same time nobody knows which the server took first. What is known to have begun
// later is judged.
func TestSequencesOfRequestsAtATime(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(s step, remaining, began, ended int) traffic.Exchange {
		e := exchangeOf(t, s, remaining, 100)
		e.Began, e.Ended = start.Add(time.Duration(began)*time.Second), start.Add(time.Duration(ended)*time.Second)
		return e
	}
	get := step{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}
	pending := step{"GET /v2/images/1", 200, `{"image":` + testkit.ImageOf(1, "snapshot", "pending", "2020-05-15T05:47:50Z") + `}`}
	list := step{"GET /v2/images?per_page=2", 200, listOf(1, "", testkit.Image(1))}
	gone := step{"DELETE /v2/images/1", 204, ""}
	running, ended := step{"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "in-progress", 1) + `}`}, step{"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "completed", 1) + `}`}
	for name, test := range map[string]struct {
		first, second step
		want          string
	}{
		"deleted and listed": {gone, list, "sequence-deleted"},
		"deleted and read":   {gone, get, "sequence-deleted"},
		"available, pending": {get, pending, "sequence-status"},
		"completed, running": {ended, running, "sequence-status"},
	} {
		for overlaps, want := range map[bool]string{true: "", false: test.want} {
			began := map[bool]int{true: 1, false: 3}[overlaps]
			r := report.New(testkit.Contract(t))
			r.Add(at(test.first, 10, 0, 2))
			r.Add(at(test.second, 9, began, 5))
			got := ""
			for _, finding := range r.Findings {
				got += finding.Check
			}
			assert.Equal(t, want, got, "%s, at a time: %v", name, overlaps)
			if overlaps {
				r.Add(at(test.second, 8, 6, 7))
				assert.Len(t, r.Findings, 1, "%s: what comes later is judged all the same", name)
			}
		}
	}
	// What was told twice is known since the first time.
	errored := step{"GET /v2/images/1/actions/5", 200, `{"action":` + actionOf(5, "errored", 1) + `}`}
	for name, exchanges := range map[string][]traffic.Exchange{
		"sequence-status":    {at(get, 12, 0, 2), at(get, 11, 1, 100), at(pending, 10, 50, 101)},
		"sequence-deleted":   {at(gone, 12, 0, 2), at(gone, 11, 1, 100), at(get, 10, 50, 101)},
		"sequence-ratelimit": {at(get, 5, 0, 2), at(get, 5, 1, 100), at(get, 9, 50, 101)},
		"sequence-status ":   {at(ended, 12, 0, 100), at(ended, 11, 1, 5), at(running, 10, 6, 7)},
		" sequence-status":   {at(ended, 12, 0, 2), at(errored, 11, 1, 3)}, // of two ends one is wrong, whichever came first
	} {
		r := report.New(testkit.Contract(t))
		for _, exchange := range exchanges {
			r.Add(exchange)
		}
		if assert.Len(t, r.Findings, 1, name) {
			assert.Equal(t, strings.TrimSpace(name), r.Findings[0].Check)
		}
	}
	// A page that was under way while the list was changed may be one of before or of after.
	page := func(number, total int, ids ...int) step {
		var images []string
		for _, id := range ids {
			images = append(images, testkit.Image(id))
		}
		around := links(link("next", 2), link("last", 3))
		if number == 2 {
			around = links(link("first", 1), link("prev", 1), link("next", 3), link("last", 3))
		}
		return step{fmt.Sprint("GET /v2/images?per_page=2&page=", number), 200, listOf(total, around, images...)}
	}
	create := step{`POST /v2/images {"name":"a","url":"https://example.com/a.img","region":"nyc3"}`, 202, `{"image":` + testkit.ImageOf(9, "custom", "NEW", "2020-05-15T05:47:50Z") + `}`}
	overlapping := report.New(testkit.Contract(t))
	for i, exchange := range []traffic.Exchange{at(page(1, 5, 1, 2), 20, 0, 1), at(gone, 19, 2, 3), at(create, 18, 2, 3), at(page(1, 5, 2, 3), 17, 4, 5), at(page(2, 5, 3, 4), 16, 2, 6)} {
		assert.Empty(t, overlapping.Add(exchange), i)
	}

	r := report.New(testkit.Contract(t))
	r.Add(at(get, 10, 0, 3))
	r.Add(at(get, 12, 1, 4)) // was there before the first, whatever came first
	r.Add(at(get, 11, 2, 5))
	assert.Empty(t, r.Findings)
	r.Add(at(get, 11, 6, 7))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "sequence-ratelimit", r.Findings[0].Check)
}

// The answers to several requests at a time come in any order: one may fill a gap, and none may come twice later on.
func TestSequenceOfRateLimitsOfRequestsAtATime(t *testing.T) {
	get := step{"GET /v2/images/1", 200, `{"image":` + testkit.Image(1) + `}`}
	r := report.New(testkit.Contract(t))
	for _, remaining := range []int{4999, 4996, 4998, 4995, 4997, 4994} {
		r.Add(exchangeOf(t, get, remaining, 100))
	}
	require.Empty(t, r.Findings)
	r.Add(exchangeOf(t, get, 4998, 100))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "sequence-ratelimit", r.Findings[0].Check)
}

// What the wrapper sends by default, several pages at a time, and what it reads again because somebody else changed the
// list, breaks nothing.
func TestSequencesOfTheWrapper(t *testing.T) {
	for name, fault := range map[string]string{
		"late":    "images_list:delay=1ms,probability=0.5,seed=7",
		"added":   "images_list:add=1,page=2,count=1",
		"removed": "images_list:remove=1,page=2,count=1",
	} {
		fault, err := fakeapi.ParseFault(fault)
		require.NoError(t, err)
		r := report.New(testkit.Contract(t))
		fake := fakeapi.New(fakeapi.WithCatalogue(3000, 1), fakeapi.WithFaults(fault))
		var mu sync.Mutex
		record := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := fake.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			mu.Lock()
			defer mu.Unlock()
			r.Add(traffic.Exchange{Source: name, Method: req.Method, URL: req.URL, RequestHeader: req.Header, Status: resp.StatusCode, Header: resp.Header, Body: body})
			return resp, err
		})
		client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: record}))
		require.NoError(t, err)
		_, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		require.NoError(t, err)
		assert.Zero(t, r.CountAtLeast(check.Breaking), "%s: %v", name, r.Findings)
		for _, finding := range r.Findings {
			assert.Equal(t, "sequence-total", finding.Check, name)
		}
		assert.Equal(t, name == "late", len(r.Findings) == 0, name)
	}
}

func exchangeOf(t *testing.T, s step, remaining, reset int) traffic.Exchange {
	t.Helper()
	return testkit.Exchange(t, s.request, s.status, s.body, remaining, reset)
}

// A session of any length is checked in bounded memory, and says where it stopped to remember.
func TestSequenceIsBounded(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for page := 1; page <= 260; page++ {
		images := make([]string, 200)
		for i := range images {
			images[i] = testkit.Image(page*1000 + i)
		}
		body := fmt.Sprintf(`{"images":[%s],"links":{"pages":{%s}},"meta":{"total":1000000}}`, strings.Join(images, ","), strings.ReplaceAll(links(
			link("first", 1), link("prev", page-1), link("next", page+1), link("last", 5000)), "per_page=2", "per_page=200"))
		if page == 1 {
			body = strings.Replace(body, strings.ReplaceAll(links(link("first", 1), link("prev", 0), ""), "per_page=2", "per_page=200"), "", 1)
		}
		r.Add(exchangeOf(t, step{fmt.Sprintf("GET /v2/images?per_page=200&page=%d", page), 200, body}, 5000-page, 100))
	}
	require.Len(t, r.Findings, 1, "%v", r.Findings[:min(3, len(r.Findings))])
	assert.Equal(t, "sequence-limit", r.Findings[0].Check)
	assert.Equal(t, check.Note, r.Findings[0].Severity)
}

func TestSequenceOfDeletesIsBounded(t *testing.T) {
	r := report.New(testkit.Contract(t))
	for id := range 50_002 {
		r.Add(exchangeOf(t, step{fmt.Sprintf("DELETE /v2/images/%d", id+1), 204, ""}, 1, 100))
	}
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "sequence-limit", r.Findings[0].Check)
}
