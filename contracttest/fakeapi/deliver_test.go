package fakeapi_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

func TestASlowSenderDelaysNoOtherRequest(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
	body, sender := io.Pipe()
	posted := make(chan int, 1)
	req := newRequest(t, http.MethodPost, openapi.BaseURL+"/v2/images", body)
	go func() {
		resp, err := fake.RoundTrip(req)
		if assert.NoError(t, err) {
			posted <- resp.StatusCode
		}
	}()
	_, err := io.WriteString(sender, `{"name":"new","region":"nyc3",`) // returns when the fake has read it
	require.NoError(t, err)

	listed := make(chan int, 1)
	list := newRequest(t, http.MethodGet, openapi.BaseURL+"/v2/images", nil)
	go func() {
		resp, err := fake.RoundTrip(list)
		if assert.NoError(t, err) {
			listed <- resp.StatusCode
		}
	}()
	select {
	case status := <-listed:
		assert.Equal(t, http.StatusOK, status)
	case <-time.After(time.Minute): // far more than it takes on a busy machine
		t.Error("a list waits for the body of another request")
	}

	_, err = io.WriteString(sender, `"url":"https://example.com/a.img"}`)
	require.NoError(t, err)
	require.NoError(t, sender.Close())
	assert.Equal(t, http.StatusAccepted, <-posted)
	assert.Len(t, fake.Images(), 1)
}

func TestTruncatedRequestBody(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
	for _, sent := range []string{``, `{"name":"new","region":"nyc3"`} {
		body := io.MultiReader(strings.NewReader(sent), iotest.ErrReader(errors.New("connection lost")))
		resp, err := fake.RoundTrip(newRequest(t, http.MethodPost, openapi.BaseURL+"/v2/images", body))
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	}
	assert.Empty(t, fake.Images())
}

// A slow body comes in eight parts, however the client reads it.
func TestSlowBody(t *testing.T) {
	for name, read := range map[string]func(*testing.T, *fakeapi.API, *http.Request) []byte{
		"with a large buffer": func(t *testing.T, fake *fakeapi.API, req *http.Request) []byte {
			return bodyOf(t, fake, req, func(body io.Reader) io.Reader { return bufio.NewReaderSize(body, 1<<20) })
		},
		"with a small buffer": func(t *testing.T, fake *fakeapi.API, req *http.Request) []byte {
			return bodyOf(t, fake, req, iotest.OneByteReader)
		},
		"through a handler": func(_ *testing.T, fake *fakeapi.API, req *http.Request) []byte {
			response := httptest.NewRecorder()
			fake.ServeHTTP(response, req)
			return response.Body.Bytes()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				images := fakeapi.WithImages(gen.Image{ID: 42}, gen.Image{})
				fake := fakeapi.New(images, fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Slow(time.Second)}))
				for _, path := range []string{"/v2/images", "/v2/images/1"} { // a long one and a short one
					began := time.Now()
					body := read(t, fake, newRequest(t, http.MethodGet, openapi.BaseURL+path, nil))
					assert.True(t, json.Valid(body), "%s", body)
					assert.Equal(t, 8*time.Second, time.Since(began), path)
				}
				began := time.Now()
				read(t, fake, newRequest(t, http.MethodHead, openapi.BaseURL+"/v2/images/42", nil)) // net/http drops the body
				assert.Empty(t, read(t, fake, newRequest(t, http.MethodDelete, openapi.BaseURL+"/v2/images/42", nil)))
				assert.Zero(t, time.Since(began), "there is no body")
			})
		})
	}
}

// bodyOf returns the body of the response to a request, which is read through another reader.
func bodyOf(t *testing.T, fake *fakeapi.API, req *http.Request, through func(io.Reader) io.Reader) []byte {
	t.Helper()
	resp, err := fake.RoundTrip(req)
	require.NoError(t, err)
	body, err := io.ReadAll(through(resp.Body))
	require.NoError(t, err)
	return body
}

// A request that net/http's client makes without a body has a nil Body, not an empty one.
func TestServeHTTPWithoutABody(t *testing.T) {
	for method, want := range map[string]int{http.MethodGet: http.StatusOK, http.MethodPost: http.StatusBadRequest} {
		response := httptest.NewRecorder()
		fakeapi.New().ServeHTTP(response, newRequest(t, method, "/v2/images", nil))
		assert.Equal(t, want, response.Code)
	}
}

// No response to HEAD has a body, whatever a fault does to the bodies of other responses.
func TestHeadHasNoBody(t *testing.T) {
	for _, text := range []string{
		"*:page=99,delay=0s", "*:truncate", "*:reset-after-headers", "*:slow=1ms", "*:html", "images_get:status=500",
	} {
		fault, err := fakeapi.ParseFault(text)
		require.NoError(t, err)
		fake := fakeapi.New(fakeapi.WithFaults(fault))
		server := httptest.NewServer(fake)
		t.Cleanup(server.Close)
		for name, transport := range map[string]http.RoundTripper{"socket": server.Client().Transport, "none": fake} {
			resp, err := transport.RoundTrip(newRequest(t, http.MethodHead, server.URL+"/v2/images", nil))
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			assert.NoError(t, err, "%s, %s", text, name)
			assert.NoError(t, resp.Body.Close())
			assert.Empty(t, body, "%s, %s", text, name)
			assert.Positive(t, resp.ContentLength, "that of the body that GET would have; %s, %s", text, name)
		}
	}
}
