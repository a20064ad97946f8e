package wrapper_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
		received.Body = http.NoBody // as a server has it
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

// newClient returns a client whose requests handler answers, and which sends each once unless an option says otherwise.
func newClient(t *testing.T, handler http.HandlerFunc, options ...wrapper.Option) *wrapper.Client {
	t.Helper()
	options = append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: inMemory{handler}}),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
	}, options...)
	client, err := wrapper.NewClient(canary, options...)
	require.NoError(t, err)
	return client
}

// answer returns a handler that answers every request alike, and adds what it was asked to requests.
func answer(status int, body string, requests *[]string) http.HandlerFunc {
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

// catalogue serves images 1 to total in pages as the API does, with links to a host that must never be asked.
func catalogue(total int, requests *[]string) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		if requests != nil {
			mu.Lock()
			*requests = append(*requests, r.URL.RawQuery)
			mu.Unlock()
		}
		var page, perPage int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		_, _ = fmt.Sscan(r.URL.Query().Get("per_page"), &perPage)
		images := []json.RawMessage{}
		for id := (page-1)*perPage + 1; id <= min(page*perPage, total); id++ {
			images = append(images, json.RawMessage(imageJSON(int64(id), "available")))
		}
		links := map[string]string{}
		if page*perPage < total {
			links["next"] = fmt.Sprintf("https://elsewhere.example/v2/images?page=%d&per_page=%d", page+1, perPage)
		}
		body, _ := json.Marshal(map[string]any{
			"images": images,
			"links":  map[string]any{"pages": links},
			"meta":   map[string]int{"total": total},
		})
		reply(w, http.StatusOK, string(body))
	}
}
