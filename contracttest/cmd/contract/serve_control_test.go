package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/openapi"
)

// send sends a request with the canary as token, and returns the status and the body of the response.
func (s *server) send(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+canary)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// Tests in any language make the fake fail, see what it was sent, and begin again.
func TestServeControl(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--token", canary, "--control", "--images", "7", "--fault", "images_get:status=500,count=1")
	const image = "/v2/images/6000000"
	statusOf := func(path string) int {
		status, _ := s.send(t, http.MethodGet, path, "")
		return status
	}
	assert.Equal(t, 500, statusOf(image), "the fault of the command line")
	assert.Equal(t, 200, statusOf(image))

	status, body := s.send(t, http.MethodPut, "/_fake/faults", "images_list:status=503\n\n*:status=404\n")
	assert.Equal(t, 204, status, body)
	assert.Equal(t, 503, statusOf("/v2/images?token="+canary))
	assert.Equal(t, 404, statusOf(image))
	status, body = s.send(t, http.MethodPut, "/_fake/faults", "images_get:status=503\nimages_get:explode\n")
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "neither an effect nor a choice")
	assert.Equal(t, 404, statusOf(image), "as before: one of the faults was wrong")
	status, _ = s.send(t, http.MethodPut, "/_fake/faults", strings.Repeat(" ", 2<<20))
	assert.Equal(t, 400, status)
	status, _ = s.send(t, http.MethodPut, "/_fake/faults", "images_get:lose-answer")
	assert.Equal(t, 204, status)
	assert.Zero(t, statusOf(image))
	status, _ = s.send(t, http.MethodDelete, "/_fake/faults", "")
	assert.Equal(t, 204, status)
	assert.Equal(t, 200, statusOf(image))

	_, body = s.send(t, http.MethodGet, "/_fake/requests", "")
	assert.NotContains(t, body, canary)
	var list struct{ Requests []listedRequest }
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	require.Len(t, list.Requests, 8)
	assert.Equal(t, listedRequest{Method: "GET", Path: image, Status: 500}, list.Requests[0])
	assert.Zero(t, list.Requests[6].Status, "the connection broke")

	status, _ = s.send(t, http.MethodDelete, image, "")
	assert.Equal(t, 403, status)
	status, _ = s.send(t, http.MethodDelete, "/v2/images/6000042", "")
	assert.Equal(t, 204, status)
	status, _ = s.send(t, http.MethodPost, "/_fake/reset", "")
	assert.Equal(t, 204, status)
	assert.Equal(t, 500, statusOf(image), "the fault of the command line strikes again")
	assert.Equal(t, 200, statusOf("/v2/images/6000042"))
	for _, path := range []string{"/_fake/", "/_fake/nothing"} {
		assert.Equal(t, 404, statusOf(path), path)
	}
	s.stop()
	assert.NotContains(t, s.log.String(), canary)
}

// Without --control nobody controls the fake.
func TestServeHasNoControlUnlessAsked(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--token", canary)
	status, _ := s.send(t, http.MethodPost, "/_fake/reset", "")
	assert.Equal(t, 404, status)
	s.stop()
}

// Every request that the examples of the contract make is a success, in any order and more than once.
func TestServeExamples(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--token", canary, "--examples")
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(t, err)
	sent := 0
	for range 2 {
		for path, item := range doc.Paths.Map() {
			for method, operation := range item.Operations() {
				for _, address := range addresses(path, operation) {
					for _, body := range bodies(t, operation) {
						status, text := s.send(t, method, address, body)
						assert.Equal(t, 2, status/100, "%s %s %s: %d %s", method, address, body, status, text)
						assert.NotContains(t, text, `"distribution":""`, "the contract has no such distribution")
						sent++
					}
				}
			}
		}
	}
	assert.Greater(t, sent, 2*12)
	s.stop()
}

// addresses returns a path with each example of its parameters.
func addresses(path string, operation *openapi3.Operation) []string {
	all := []string{path}
	for _, parameter := range operation.Parameters {
		values := []any{parameter.Value.Example} // nil leaves it out
		if len(parameter.Value.Examples) > 0 {
			values = nil
		}
		for _, example := range parameter.Value.Examples {
			values = append(values, example.Value.Value)
		}
		var filled []string
		for _, address := range all {
			for _, value := range values {
				filled = append(filled, withParameter(address, parameter.Value, value))
			}
		}
		all = filled
	}
	return all
}

func withParameter(address string, parameter *openapi3.Parameter, value any) string {
	text := strings.Trim(string(must(json.Marshal(value))), `"`)
	switch {
	case value == nil:
		return address
	case parameter.In == "path":
		return strings.ReplaceAll(address, "{"+parameter.Name+"}", text)
	case strings.Contains(address, "?"):
		return address + "&" + parameter.Name + "=" + text
	}
	return address + "?" + parameter.Name + "=" + text
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// bodies returns the examples of a request's body; those of its branches, if it has any.
func bodies(t *testing.T, operation *openapi3.Operation) (all []string) {
	t.Helper()
	if operation.RequestBody == nil {
		return []string{""}
	}
	media := operation.RequestBody.Value.Content["application/json"]
	examples := []any{media.Example}
	for _, example := range media.Examples {
		examples = append(examples, example.Value.Value)
	}
	for _, example := range examples {
		if example != nil {
			all = append(all, string(must(json.Marshal(example))))
		}
	}
	require.NotEmpty(t, all, operation.OperationID)
	return all
}
