package fakeapi_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// totalOf returns how many images a list has.
func totalOf(t *testing.T, fake *fakeapi.API, query string) int {
	t.Helper()
	resp, body := fetch(t, fake, "/v2/images"+query)
	require.Equal(t, http.StatusOK, resp.StatusCode, body)
	var list gen.ImageList
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	return list.Meta.Total
}

// Clients in other languages write a boolean as their language does.
func TestBooleansOfOtherLanguages(t *testing.T) {
	fake := fakeapi.New()
	all, private := totalOf(t, fake, ""), totalOf(t, fake, "?private=true")
	require.Less(t, private, all)
	for _, yes := range []string{"True", "TRUE", "tRuE", "1"} {
		assert.Equal(t, private, totalOf(t, fake, "?private="+yes), yes)
	}
	for _, no := range []string{"false", "False", "FALSE", "0"} {
		assert.Equal(t, all, totalOf(t, fake, "?private="+no), no)
	}
}

// Some clients send a body with every request, or null for what they leave out.
func TestBodiesOfOtherLanguages(t *testing.T) {
	fake := fakeapi.New(threeImages())
	for _, body := range []string{"null", "{}", `{"page":2}`, "not JSON"} {
		resp, _ := sendJSON(t, fake, http.MethodGet, "/v2/images/1", body)
		assert.Equal(t, http.StatusOK, resp.StatusCode, body)
	}
	resp, _ := sendJSON(t, fake, http.MethodDelete, "/v2/images/1", "null")
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
	resp, body := sendJSON(t, fake, http.MethodPost, "/v2/images",
		`{"name":"a","url":"https://example.com/a.img","region":"nyc3","distribution":null,"description":null,"tags":null}`)
	assert.Equal(t, http.StatusAccepted, resp.StatusCode)
	assert.Contains(t, body, `"distribution":"Unknown OS"`)
	resp, body = sendJSON(t, fake, http.MethodPut, "/v2/images/3", `{"name":"b","distribution":null,"description":null}`)
	assert.Equal(t, http.StatusOK, resp.StatusCode, body)
	assert.Contains(t, body, `"name":"b"`)
}

// Clients that wait for an action of any resource find those on images, under the id and in the list of their account.
func TestAllActions(t *testing.T) {
	other := fakeapi.Account{Token: "token-of-another"}
	fake := fakeapi.New(threeImages(), fakeapi.WithActionPolls(2),
		fakeapi.WithAccounts(fakeapi.Account{Token: fakeapi.Token}, other))
	var started gen.ActionResponse
	for _, region := range []string{"fra1", "sgp1"} {
		_, body := sendJSON(t, fake, http.MethodPost, "/v2/images/1/actions", `{"type":"transfer","region":"`+region+`"}`)
		require.NoError(t, json.Unmarshal([]byte(body), &started))
	}
	path := "/v2/actions/" + strconv.FormatInt(started.Action.ID, 10)
	for _, status := range []gen.ActionStatus{gen.ActionStatusInProgress, gen.ActionStatusCompleted} {
		_, body := fetch(t, fake, path)
		var read gen.ActionResponse
		require.NoError(t, json.Unmarshal([]byte(body), &read))
		assert.Equal(t, started.Action.ID, read.Action.ID)
		assert.Equal(t, status, read.Action.Status)
	}
	_, body := fetch(t, fake, "/v2/actions?per_page=1")
	var list gen.ActionList
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	assert.Equal(t, 2, list.Meta.Total)
	require.Len(t, list.Actions, 1)
	assert.Equal(t, started.Action.ID, list.Actions[0].ID, "the newest comes first")
	assert.Equal(t, openapi.BaseURL+"/v2/actions?page=2&per_page=1", list.Links.Pages.Next)
	assert.Equal(t, 2, fake.Done("actions_get"))

	for _, missing := range []string{"/v2/actions/1", "/v2/actions/x"} {
		resp, _ := fetch(t, fake, missing)
		assert.Equal(t, http.StatusNotFound, resp.StatusCode, missing)
	}
	req := newRequest(t, http.MethodGet, openapi.BaseURL+path, nil)
	req.Header.Set("Authorization", "Bearer "+other.Token)
	resp, _ := send(t, fake, req)
	assert.Equal(t, http.StatusNotFound, resp.StatusCode, "another account's action")

	denied := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: fakeapi.Token, Scopes: []string{"image:read"}}))
	resp, _ = fetch(t, denied, "/v2/actions")
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)
}

// Actions that are given stay as they are, and are listed by their ids like those that were started.
func TestGivenActions(t *testing.T) {
	given := func(id int64) gen.Action {
		return gen.Action{
			ID:         id,
			ResourceID: ptr[int64](1),
			Status:     gen.ActionStatusErrored,
			Type:       "transfer",
		}
	}
	fake := fakeapi.New(threeImages(), fakeapi.WithActions(given(1<<40), given(3), given(1<<33)))
	client := newClient(t, fake, fakeapi.Token)
	started, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
	require.NoError(t, err)
	for _, path := range []string{"/v2/actions", "/v2/images/1/actions"} {
		_, body := fetch(t, fake, path)
		var list gen.ActionList
		require.NoError(t, json.Unmarshal([]byte(body), &list))
		require.Len(t, list.Actions, 4, path)
		assert.Equal(t, started.ID, list.Actions[0].ID, path)
		assert.Equal(t, []gen.Action{given(1 << 40), given(1 << 33), given(3)}, list.Actions[1:], path)
	}
	assert.PanicsWithValue(t, "fakeapi: there is no image for the action 5", func() {
		fakeapi.New(fakeapi.WithActions(gen.Action{ID: 5, ResourceID: ptr[int64](99)}))
	})
}

// A list has no image whose import failed, unless it is asked to; a read by id has it either way.
func TestFailedImportsInLists(t *testing.T) {
	for name, test := range map[string]struct {
		options []fakeapi.Option
		want    int
	}{
		"left out": {want: 0},
		"kept":     {options: []fakeapi.Option{fakeapi.WithFailedImportsListed()}, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			fake := fakeapi.New(append(test.options, fakeapi.WithCatalogue(0, 1), fakeapi.WithImportPolls(2))...)
			_, body := create(t, fake, gen.ImageCreate{Name: "a", URL: "https://example.com/a.zip", Region: "nyc3"})
			var created gen.ImageResponse
			require.NoError(t, json.Unmarshal([]byte(body), &created))
			assert.Equal(t, 1, totalOf(t, fake, ""), "it is under way")
			path := "/v2/images/" + strconv.FormatInt(created.Image.ID, 10)
			_, text := fetch(t, fake, path)
			assert.Contains(t, text, `"status":"deleted"`)
			for _, query := range []string{"", "?private=true"} {
				assert.Equal(t, test.want, totalOf(t, fake, query), query)
			}
			assert.Len(t, fake.Images(), 1)
			resp, _ := fetch(t, fake, path)
			assert.Equal(t, http.StatusOK, resp.StatusCode)
		})
	}
}

// Links lead to where the client found the API, or to the base URL.
func TestLinksLeadBack(t *testing.T) {
	for base, want := range map[string]string{
		"":                              "http://fake.example:8080/v2/images?page=2",
		"https://proxy.example/do":      "https://proxy.example/do/v2/images?page=2",
		"https://proxy.example:8443/":   "https://proxy.example:8443/v2/images?page=2",
		"http://[::1]:8080":             "http://[::1]:8080/v2/images?page=2",
		"https://proxy.example/a%2Fb/c": "https://proxy.example/a%2Fb/c/v2/images?page=2",
	} {
		var options []fakeapi.Option
		if base != "" {
			options = append(options, fakeapi.WithBaseURL(base))
		}
		req := httptest.NewRequest(http.MethodGet, "/v2/images", nil)
		req.Host = "fake.example:8080"
		req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		response := httptest.NewRecorder()
		fakeapi.New(options...).ServeHTTP(response, req)
		var list gen.ImageList
		require.NoError(t, json.Unmarshal(response.Body.Bytes(), &list))
		assert.Equal(t, want, list.Links.Pages.Next)
	}
	for _, wrong := range []string{"", "proxy.example", "/do", "https://"} {
		assert.Panics(t, func() { fakeapi.WithBaseURL(wrong) }, wrong)
	}
}

// endless is a body without an end, which nobody has to read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	if e.read > 64<<20 {
		return 0, errors.New("far too much was read")
	}
	return len(p), nil
}

// Of a request without a token nothing is read, and of no body more than a mebibyte.
func TestBodiesAreBounded(t *testing.T) {
	body := &endless{}
	req := newRequest(t, http.MethodPost, openapi.BaseURL+"/v2/images", body)
	req.Header.Set("Authorization", "Bearer wrong")
	resp, err := fakeapi.New().RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	assert.Zero(t, body.read)

	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err = fakeapi.New().RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	assert.Less(t, body.read, 3<<20)
}
