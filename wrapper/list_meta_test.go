package wrapper_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// A total that cannot be one is said at once. As one that changed, the list would be read three times.
func TestTotalThatIsNone(t *testing.T) {
	for name, test := range map[string]struct{ meta, want string }{
		"no meta":        {meta: ``, want: "the total of meta is missing"},
		"null for meta":  {meta: `,"meta":null`, want: "the total of meta is missing"},
		"an empty meta":  {meta: `,"meta":{}`, want: "the total of meta is missing"},
		"null":           {meta: `,"meta":{"total":null}`, want: "the total of meta is missing"},
		"another name":   {meta: `,"meta":{"Total":1}`, want: "the total of meta is missing"},
		"minus one":      {meta: `,"meta":{"total":-1}`, want: "the total of meta is -1"},
		"negative":       {meta: `,"meta":{"total":-2}`, want: "the total of meta is -2"},
		"very negative":  {meta: `,"meta":{"total":-9223372036854775808}`, want: "the total of meta is -"},
		"not a number":   {meta: `,"meta":{"total":"1"}`, want: "unmarshal JSON"}, // the library varies its first words
		"not an integer": {meta: `,"meta":{"total":1.5}`, want: "unmarshal JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, item := range []string{"", imageJSON(1, "available")} {
				var requests []string
				client := newClient(t, respond(200, `{"images":[`+item+`],"links":{}`+test.meta+`}`, &requests))
				_, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
				require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
				assert.ErrorContains(t, err, test.want)
				assert.Len(t, requests, 1)
			}
			client := newClient(t, respond(200, `{"actions":[],"links":{}`+test.meta+`}`, nil))
			_, err := wrapper.Collect(client.Actions(t.Context(), 42))
			assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
		})
	}
}

// capping serves total images, at most 50 a page. Its links fit these pages, unless they fit those that were asked for.
func capping(total int, linksFit bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		page, _ := strconv.Atoi(query.Get("page"))
		asked, _ := strconv.Atoi(query.Get("per_page"))
		size := min(asked, 50)
		var images []string
		for id := (page - 1) * size; id < min(page*size, total); id++ {
			images = append(images, imageJSON(int64(id+1), "available"))
		}
		links := ""
		if linksFit {
			asked = size
		}
		if page*asked < total {
			links = fmt.Sprintf(`"next":"https://api.digitalocean.com/v2/images?page=%d&per_page=%d"`, page+1, asked)
		}
		reply(w, 200, fmt.Sprintf(`{"images":[%s],"links":{"pages":{%s}},"meta":{"total":%d}}`, strings.Join(images, ","), links, total))
	}
}

// A server that caps per_page and says so in its links can be read from the first page on. Where that does not work,
// the error names the reason.
func TestServerThatCapsPerPage(t *testing.T) {
	const hint = "has %d items instead of 200: the server may cap per_page; try PerPage %[1]d"
	for name, test := range map[string]struct {
		total    int
		linksFit bool
		page     int
		read     int
		sentinel error
		want     string
	}{
		"from the first page":         {total: 220, linksFit: true, read: 220},
		"from a later page":           {total: 1000, linksFit: true, page: 2, sentinel: wrapper.ErrInvalidResponse, want: fmt.Sprintf(hint, 50), read: 50},
		"from a page after the total": {total: 120, linksFit: true, page: 3, sentinel: wrapper.ErrListChanged, want: fmt.Sprintf(hint, 20), read: 20},
		"links that do not fit":       {total: 120, sentinel: wrapper.ErrListChanged, want: fmt.Sprintf(hint, 50), read: 50},
		"several that do not fit":     {total: 420, sentinel: wrapper.ErrListChanged, want: fmt.Sprintf(hint, 50), read: 150},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, capping(test.total, test.linksFit))
			images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{Page: test.page}))
			assert.Len(t, images, test.read)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.sentinel)
			assert.ErrorContains(t, err, test.want)

			images, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 50, Page: test.page}))
			require.NoError(t, err, "what the error advises")
			assert.Len(t, images, test.total-50*max(test.page-1, 0))
		})
	}
}
