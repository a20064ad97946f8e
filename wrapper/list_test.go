package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func TestImagesReadsEveryPageInOrder(t *testing.T) {
	for _, total := range []int{0, 1, 199, 200, 201, 400, 1001} {
		for _, perPage := range []int{0, 7, 200} {
			images, err := wrapper.Collect(newClient(t, catalogue(total, nil)).Images(t.Context(), wrapper.ListParams{PerPage: perPage}))
			require.NoError(t, err)
			require.Len(t, images, total)
			for i, image := range images {
				require.Equal(t, int64(i+1), image.ID)
			}
		}
	}
}

func TestPagesHaveTheTotal(t *testing.T) {
	var sizes []int
	for page, err := range newClient(t, catalogue(450, nil)).ImagePages(t.Context(), wrapper.ListParams{}) {
		require.NoError(t, err)
		assert.Equal(t, 450, page.Meta.Total)
		sizes = append(sizes, len(page.Images))
	}
	assert.Equal(t, []int{200, 200, 50}, sizes)
}

func TestListQuery(t *testing.T) {
	for want, params := range map[string]wrapper.ListParams{
		"page=1&per_page=200": {},
		"page=3&per_page=50":  {PerPage: 50, Page: 3},
		"page=1&per_page=200&private=true&tag_name=a+b%26c%C3%A9":   {Private: true, TagName: "a b&cé"},
		"page=1&per_page=200&tag_name=base-image&type=distribution": {Type: gen.ImagesListParamsTypeDistributions, TagName: "base-image"},
	} {
		var requests []string
		client := newClient(t, catalogue(1, &requests))
		_, err := wrapper.Collect(client.Images(t.Context(), params))
		require.NoError(t, err)
		require.Len(t, requests, 1)
		values, err := url.ParseQuery(requests[0])
		require.NoError(t, err)
		assert.Equal(t, want, values.Encode())
	}
}

// A query parameter that is added to the document must not be forgotten here.
func TestListParamsHasEveryParameter(t *testing.T) {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[gen.ImagesListParams]()) {
		_, ok := reflect.TypeFor[wrapper.ListParams]().FieldByName(field.Name)
		assert.True(t, ok, field.Name)
	}
}

func TestImagesIsLazyAndCanBeRangedOverAgain(t *testing.T) {
	var requests []string
	seq := newClient(t, catalogue(450, &requests)).Images(t.Context(), wrapper.ListParams{})
	assert.Empty(t, requests)
	for _, err := range seq {
		require.NoError(t, err)
		break
	}
	assert.Len(t, requests, 1)
	for range 2 {
		images, err := wrapper.Collect(seq)
		require.NoError(t, err)
		assert.Len(t, images, 450)
	}
	assert.Len(t, requests, 7)
}

func TestListFromALaterPage(t *testing.T) {
	client := newClient(t, catalogue(45, nil))
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 10, Page: 4}))
	require.NoError(t, err)
	require.Len(t, images, 15)
	assert.Equal(t, int64(31), images[0].ID)

	images, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 10, Page: 9}))
	require.NoError(t, err)
	assert.Empty(t, images)
}

func TestListEndsWithOneError(t *testing.T) {
	pages := catalogue(1000, nil)
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "3" {
			reply(w, 500, `{"id":"server_error","message":"Unexpected server-side error"}`)
			return
		}
		pages(w, r)
	})
	read, failures := 0, 0
	for image, err := range client.Images(t.Context(), wrapper.ListParams{}) {
		if err != nil {
			failures++
			assert.Zero(t, image)
			assert.ErrorIs(t, err, wrapper.ErrServer)
			assert.ErrorContains(t, err, "list images: page 3: 500 server_error: ")
			continue
		}
		assert.Zero(t, failures, "an image after the error")
		read++
	}
	assert.Equal(t, 400, read)
	assert.Equal(t, 1, failures)

	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	assert.ErrorIs(t, err, wrapper.ErrServer)
	assert.Len(t, images, 400)
}

// A link that loops, skips a page or cannot be parsed ends the list with an error. The list neither loops nor ends
// early.
func TestWrongLinks(t *testing.T) {
	for name, test := range map[string]struct{ next, want string }{
		"to the same page":    {next: "https://api.digitalocean.com/v2/images?page=1", want: "points to page 1, expected 2"},
		"backwards":           {next: "https://api.digitalocean.com/v2/images?page=0", want: "points to page 0, expected 2"},
		"beyond the next":     {next: "https://api.digitalocean.com/v2/images?page=3", want: "points to page 3, expected 2"},
		"without a page":      {next: "https://api.digitalocean.com/v2/images", want: "has no page number"},
		"with a page of text": {next: "https://api.digitalocean.com/v2/images?page=two", want: "has no page number"},
		"not a URL":           {next: "http://[", want: "has no page number"},
		"with the token":      {next: "https://api.digitalocean.com/v2/images?page=" + canary, want: "has no page number"},
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(`{"images":[%s],"links":{"pages":{"next":%q}},"meta":{"total":9}}`, imageJSON(1, "available"), test.next)
			var requests []string
			images, err := wrapper.Collect(newClient(t, respond(200, body, &requests)).Images(t.Context(), wrapper.ListParams{PerPage: 1}))
			require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), canary)
			assert.Len(t, images, 1)
			assert.Len(t, requests, 1)
		})
	}
}

func TestListThatEndsEarly(t *testing.T) {
	for name, body := range map[string]string{
		"no links":   `{"images":[` + imageJSON(1, "available") + `],"meta":{"total":9}}`,
		"no next":    `{"images":[` + imageJSON(1, "available") + `],"links":{"pages":{"last":"https://api.digitalocean.com/v2/images?page=9"}},"meta":{"total":9}}`,
		"empty page": `{"images":[],"links":{},"meta":{"total":9}}`,
	} {
		t.Run(name, func(t *testing.T) {
			var requests []string
			_, err := wrapper.Collect(newClient(t, respond(200, body, &requests)).Images(t.Context(), wrapper.ListParams{PerPage: 1}))
			require.ErrorIs(t, err, wrapper.ErrListChanged)
			assert.ErrorContains(t, err, "list images: the list changed while it was read: page 1 is the last and ends with item ")
			assert.Len(t, requests, 3)
		})
	}
}

func TestPagesWithoutImages(t *testing.T) {
	for name, body := range map[string]string{
		"an empty object":     `{}`,
		"null for the list":   `{"images":null,"meta":{"total":0}}`,
		"an empty image":      `{"images":[{}],"meta":{"total":1}}`,
		"a null image":        `{"images":[null],"meta":{"total":1}}`,
		"an image of strings": `{"images":["a"],"meta":{"total":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			images, err := wrapper.Collect(newClient(t, respond(200, body, nil)).Images(t.Context(), wrapper.ListParams{}))
			assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.Empty(t, images)
		})
	}
}

func TestListParamsOutOfRange(t *testing.T) {
	var requests []string
	client := newClient(t, catalogue(1, &requests))
	for _, params := range []wrapper.ListParams{{PerPage: 201}, {PerPage: -1}, {Page: -1}, {Page: math.MaxInt}, {Page: 1<<23 + 1}} {
		_, err := wrapper.Collect(client.Images(t.Context(), params))
		assert.EqualError(t, err, fmt.Sprintf("list images: Page %d and PerPage %d: allowed are 0 to 8388608 and 0 to 200", params.Page, params.PerPage))
	}
	assert.Empty(t, requests)
	_, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{Page: 1 << 23}))
	assert.NoError(t, err)
	assert.Len(t, requests, 1)
}

func TestListStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	var last error
	for _, err := range newClient(t, catalogue(1000, nil)).Images(ctx, wrapper.ListParams{PerPage: 10}) {
		if last = err; err == nil {
			read++
		}
		cancel()
	}
	assert.Equal(t, 10, read)
	assert.ErrorIs(t, last, context.Canceled)
}

func TestActionsReadsEveryPage(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		next, id := "", int64(2)
		if r.URL.Query().Get("page") == "1" {
			next, id = `"next":"https://api.digitalocean.com/v2/images/42/actions?page=2"`, 1
		}
		assert.Equal(t, "/v2/images/42/actions", r.URL.Path)
		assert.Equal(t, "200", r.URL.Query().Get("per_page"))
		reply(w, 200, fmt.Sprintf(`{"actions":[%s],"links":{"pages":{%s}},"meta":{"total":2}}`, actionJSON(id, "completed"), next))
	})
	actions, err := wrapper.Collect(client.Actions(t.Context(), 42))
	require.NoError(t, err)
	require.Len(t, actions, 2)
	assert.Equal(t, int64(2), actions[1].ID)
}

func TestPagesWithoutActions(t *testing.T) {
	for _, body := range []string{`{}`, `{"actions":null,"meta":{"total":0}}`, `{"actions":[{}],"meta":{"total":1}}`, `{"actions":[{"id":7}],"meta":{"total":1}}`} {
		actions, err := wrapper.Collect(newClient(t, respond(200, body, nil)).Actions(t.Context(), 42))
		assert.ErrorIs(t, err, wrapper.ErrInvalidResponse, body)
		assert.Empty(t, actions, body)
	}
}

func TestCollect(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, 8, 9, 5000} {
		for _, end := range []error{nil, broken} {
			var want []int
			for i := range n {
				want = append(want, i)
			}
			got, err := wrapper.Collect(func(yield func(int, error) bool) {
				for _, i := range want {
					if !yield(i, nil) {
						return
					}
				}
				if end != nil {
					yield(0, end)
				}
			})
			assert.Equal(t, want, got)
			assert.Equal(t, end, err)
		}
	}
}
