package wrapper_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// fuzzClient returns a client that gets the same response to every request.
func fuzzClient(t *testing.T, code int, header http.Header, body string) (*wrapper.Client, *int) {
	t.Helper()
	requests := new(int)
	client, err := wrapper.NewClient(canary, wrapper.WithRetry(wrapper.Retry{Attempts: 1}), wrapper.WithoutAdaptiveLimit(), wrapper.WithConcurrency(1),
		wrapper.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			*requests++
			return &http.Response{StatusCode: code, Header: header.Clone(), Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
		})}))
	require.NoError(t, err)
	return client, requests
}

// checkError demands that an error be short and typed, and that the token be not in it.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	assert.True(t, isTyped(err), "%T", err)
	assert.Less(t, len(err.Error()), 3000)
	for ; err != nil; err = errors.Unwrap(err) {
		assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), canary)
	}
}

func FuzzResponse(f *testing.F) {
	for _, body := range []string{image42, `{"image":{"id":42,"status":"NEW"}}`, `{"image":{"id":42`, `{}`, `null`, `[]`, ``,
		`{"image":{"id":1e400}}`, `{"image":{"id":42,"status":"` + canary + `","created_at":"` + canary + `"}}`, `{"images":[` + imageJSON(1, "available") + `],"meta":{"total":1}}`,
		"<html>", "{\"image\":{\"id\":42,\"status\":\"\xff\"}}", strings.Repeat("[", 20000)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := fuzzClient(t, 200, http.Header{}, body)
		image, err := client.Get(t.Context(), 42)
		checkError(t, err)
		if err == nil {
			assert.Equal(t, int64(42), image.ID)
			assert.NotEmpty(t, image.Status)
			assert.True(t, json.Valid([]byte(body)), "a success that is not JSON")
		} else {
			assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.Nil(t, image)
		}
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		checkError(t, err)
		for _, image := range images {
			assert.NotZero(t, image.ID)
		}
	})
}

func FuzzNextLink(f *testing.F) {
	for _, link := range []string{"https://api.digitalocean.com/v2/images?page=2", "?page=2&page=3", "http://[", "%zz", "?page=+2", "?page=99999999999999999999", "//host?page=2", canary} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		text, err := json.Marshal(link)
		require.NoError(t, err)
		body := `{"images":[` + imageJSON(1, "available") + `],"links":{"pages":{"next":` + string(text) + `}},"meta":{"total":1}}`
		client, requests := fuzzClient(t, 200, http.Header{}, body)
		images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
		checkError(t, err)
		assert.Len(t, images, 1)
		assert.LessOrEqual(t, *requests, 6, "it never loops")
		u, parseErr := url.Parse(link)
		if link != "" && (parseErr != nil || u.Query().Get("page") == "") {
			assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
		}
	})
}

func FuzzRateLimitHeaders(f *testing.F) {
	f.Add("26", "5000", "0", "1444931833", "Wed, 21 Oct 2015 07:28:00 GMT")
	f.Add("Wed, 21 Oct 2015 07:28:00 GMT", "", "-1", "99999999999", "Sat, 01 Jan 0000 00:00:00 GMT")
	f.Add("-9223372036854775808", "9223372036854775807", "x", "-62135596801", "")
	f.Add("", "5000", "0", "9223372036854775807", "Fri, 31 Dec 9999 23:59:59 GMT")
	f.Add(canary, canary, canary, canary, canary)
	f.Fuzz(func(t *testing.T, retryAfter, limit, remaining, reset, date string) {
		header := http.Header{
			"Retry-After": {retryAfter}, "Date": {date},
			"Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {remaining}, "Ratelimit-Reset": {reset},
		}
		client, _ := fuzzClient(t, 429, header, "")
		_, err := client.Get(t.Context(), 42)
		checkError(t, err)
		apiError := failed(t, err)
		assert.GreaterOrEqual(t, apiError.RetryAfter, time.Duration(0))
		assert.LessOrEqual(t, apiError.RetryAfter, time.Hour)
		assert.GreaterOrEqual(t, apiError.RateLimit.Remaining, 0)
	})
}

func FuzzErrorBody(f *testing.F) {
	f.Add(404, apiNotFound, "application/json")
	f.Add(502, "<html>"+canary, "text/html; charset="+canary)
	f.Add(422, `{"id":"`+canary+`","message":"`+strings.Repeat("é", 1000)+canary+`","request_id":1}`, "")
	f.Add(302, canary, "\x00")
	f.Add(400, unreachable, "application/json")
	f.Add(404, gatewayPage+canary, "text/html")
	f.Add(422, alreadyDeleted+"{", "")
	f.Fuzz(func(t *testing.T, code int, body, kind string) {
		if code < 100 || code > 999 || code/100 == 2 {
			return
		}
		client, _ := fuzzClient(t, code, http.Header{"Content-Type": {kind}, "Location": {body}, "X-Request-Id": {body}}, body)
		for range 2 {
			err := client.Delete(t.Context(), 42)
			checkError(t, err)
			apiError := failed(t, err)
			assert.True(t, apiError.Status == code || apiError.Status == 0, "a Location that cannot be parsed is ErrNoResponse")
			assert.Zero(t, apiError.ImageID, "nothing was created")
			assert.False(t, errors.Is(err, wrapper.ErrNotFound) && !bytes.HasPrefix(bytes.TrimSpace([]byte(body)), []byte("{")))
		}
	})
}
