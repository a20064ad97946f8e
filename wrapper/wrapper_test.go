package wrapper_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// canary is the token of every test, so that a search for it finds every leak.
const canary = "dop_v1_canary0123456789"

// inMemory serves requests without a socket, so that tests can run in a synctest bubble.
type inMemory struct{ http.Handler }

func (s inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	received := req.Clone(req.Context())
	if received.Body == nil {
		received.Body = http.NoBody // as in a server
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, received)
	if err := req.Context().Err(); err != nil { // it ended while the request was served
		return nil, err
	}
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// counter counts statuses, and how many requests are under way at a time.
type counter struct {
	next      http.RoundTripper
	mu        sync.Mutex
	seen      map[int]int
	now, most int
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	resp, err := c.next.RoundTrip(req)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	if err == nil {
		c.seen[resp.StatusCode]++
	}
	return resp, err
}

// newClient returns a client whose requests go to handler. It sends each once, unless an option says otherwise.
func newClient(t *testing.T, handler http.HandlerFunc, options ...wrapper.Option) *wrapper.Client {
	t.Helper()
	options = append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: inMemory{Handler: handler}}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
	}, options...)
	client, err := wrapper.NewClient(canary, options...)
	require.NoError(t, err)
	return client
}

// fakeClient returns a client of a fake, and a counter of its requests.
func fakeClient(t *testing.T, fake *fakeapi.API, options ...wrapper.Option) (*wrapper.Client, *counter) {
	t.Helper()
	counter := &counter{next: fake, seen: map[int]int{}}
	client, err := wrapper.NewClient(fakeapi.Token, append([]wrapper.Option{wrapper.WithHTTPClient(&http.Client{Transport: counter})}, options...)...)
	require.NoError(t, err)
	return client, counter
}

// responder makes a response.
type responder func() (*http.Response, error)

// script responds to one request after the other, and then keeps to its last response. It keeps the time and the body
// of each request.
type script struct {
	responses []responder
	at        []time.Time
	bodies    []string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		text, _ := io.ReadAll(req.Body)
		body = string(text)
	}
	s.at, s.bodies = append(s.at, time.Now()), append(s.bodies, body)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return s.responses[min(len(s.at), len(s.responses))-1]()
}

// pauses are the times between one request and the next.
func (s *script) pauses() (list []time.Duration) {
	for i := 1; i < len(s.at); i++ {
		list = append(list, s.at[i].Sub(s.at[i-1]))
	}
	return list
}

// client returns a client whose requests go to the script, with the default policy.
func (s *script) client(t *testing.T, options ...wrapper.Option) *wrapper.Client {
	t.Helper()
	client, err := wrapper.NewClient(canary, append([]wrapper.Option{wrapper.WithHTTPClient(&http.Client{Transport: s})}, options...)...)
	require.NoError(t, err)
	return client
}

// status returns a response with headers, which alternate between names and values.
func status(code int, body string, headers ...string) responder {
	return func() (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

// failing returns a failure without a response.
func failing(err error) responder {
	return func() (*http.Response, error) { return nil, err }
}

var (
	fine    = status(200, image42)
	down    = status(503, `{"id":"service_unavailable","message":"down"}`)
	reset   = failing(&net.OpError{Op: "read", Err: syscall.ECONNRESET})
	refused = failing(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
)

// respond returns a handler with the same response to every request. It appends each request to requests.
func respond(status int, body string, requests *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if requests != nil {
			body, _ := io.ReadAll(r.Body)
			*requests = append(*requests, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body)))
		}
		reply(w, status, body)
	}
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// image42 is a response with image 42.
var image42 = `{"image":` + imageJSON(42, "available") + `}`

// imageJSON is a whole image with the given id and status.
func imageJSON(id int64, status string) string {
	return fmt.Sprintf(`{"id":%d,"name":"image %d","distribution":"Ubuntu","created_at":"2020-05-15T05:47:50Z","regions":["nyc3"],`+
		`"status":%q,"tags":[],"description":"","error_message":"","type":"custom","public":false,"slug":null,"min_disk_size":null,"size_gigabytes":null}`,
		id, id, status)
}

func actionJSON(id int64, status string) string {
	return fmt.Sprintf(`{"id":%d,"status":%q,"type":"transfer","started_at":"2014-11-14T16:42:45Z","completed_at":null,"resource_id":42,`+
		`"resource_type":"image","region":{"name":"New York 3","slug":"nyc3","sizes":[],"features":[],"available":true},"region_slug":"nyc3"}`, id, status)
}

// failed returns the error of a call as an *Error.
func failed(t *testing.T, err error, msgAndArgs ...any) *wrapper.Error {
	t.Helper()
	var e *wrapper.Error
	require.ErrorAs(t, err, &e, msgAndArgs...)
	return e
}

func second[T any](_ T, err error) error { return err }

// verifyNoLeaks fails the test if goroutines are left. It has the patience that a slow machine needs: connections end some
// time after they were closed.
func verifyNoLeaks(t *testing.T) {
	t.Helper()
	err := goleak.Find()
	for end := time.Now().Add(time.Minute); err != nil && time.Now().Before(end); {
		err = goleak.Find()
	}
	assert.NoError(t, err)
}

// size is how much of something a slow test tries: little by default, and all of it with LONG=1 in the environment.
func size(short, long int) int {
	if os.Getenv("LONG") != "" {
		return long
	}
	return short
}

func ptr[T any](v T) *T { return &v }

// What creates and updates send, where that makes no difference.
var (
	createParams = gen.ImageCreate{Name: "a", URL: "https://example.com/a.img", Region: gen.RegionSlugNyc3}
	updateName   = gen.ImageUpdate{Name: ptr("new-image-name")}
)

// catalogue serves images 1 to total in pages as the API does, with links to a host that must never be asked.
func catalogue(total int, requests *[]string) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		if requests != nil {
			mu.Lock()
			*requests = append(*requests, r.URL.RawQuery)
			mu.Unlock()
		}
		ids := make([]int64, total)
		for i := range ids {
			ids[i] = int64(i + 1)
		}
		servePage(w, r, ids, "elsewhere.example")
	}
}

// servePage serves the page of a list of images that a request asks for, with a link to the next one on a host.
func servePage(w http.ResponseWriter, r *http.Request, ids []int64, host string) {
	var page, perPage int
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	_, _ = fmt.Sscan(r.URL.Query().Get("per_page"), &perPage)
	var images []string
	for _, id := range ids[min((page-1)*perPage, len(ids)):min(page*perPage, len(ids))] {
		images = append(images, imageJSON(id, "available"))
	}
	links := ""
	if page*perPage < len(ids) {
		links = fmt.Sprintf(`"next":"https://%s/v2/images?page=%d&per_page=%d"`, host, page+1, perPage)
	}
	reply(w, http.StatusOK, fmt.Sprintf(`{"images":[%s],"links":{"pages":{%s}},"meta":{"total":%d}}`,
		strings.Join(images, ","), links, len(ids)))
}
