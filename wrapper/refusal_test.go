package wrapper_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/wrapper"
)

const (
	apiNotFound    = `{"id":"not_found","message":"The resource you were accessing could not be found."}`
	alreadyDeleted = `{"id":"unprocessable_entity","message":"Image Can not delete an already deleted image."}`
	gatewayPage    = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>nginx</body></html>"
	// unreachable is what nanovms/ops#1166 and #1182 report, with another image.
	unreachable = `{"id":"bad_request","message":"Your source URL is unreachable"}` + "\n" +
		`{"image":{"id":92863202,"name":"a","regions":[],"status":"NEW","type":"custom"}}`
)

// What a refusal says is read from the first JSON value, whatever its other fields are and whatever follows.
func TestWhatARefusalSays(t *testing.T) {
	for name, test := range map[string]struct{ body, id, message, requestID string }{
		"an error":                  {body: `{"id":"a","message":"b","request_id":"c"}`, id: "a", message: "b", requestID: "c"},
		"and an image":              {body: unreachable, id: "bad_request", message: "Your source URL is unreachable"},
		"and text":                  {body: `{"id":"a","message":"b"} and more`, id: "a", message: "b"},
		"and a brace":               {body: `{"id":"a","message":"b"}}`, id: "a", message: "b"},
		"after white space":         {body: "\n\t" + `{"id":"a","message":"b"}`, id: "a", message: "b"},
		"only an id":                {body: `{"id":"a"}`, id: "a"},
		"an id and a null":          {body: `{"id":"a","message":null}`, id: "a"},
		"an id and a list":          {body: `{"id":"a","message":["b"],"more":{}}`, id: "a"},
		"only a message":            {body: `{"message":"b"}`, message: "b"},
		"a number as the id":        {body: `{"id":5,"message":"b"}`, message: "b"},
		"a number as request id":    {body: `{"id":"a","message":"b","request_id":1}`, id: "a", message: "b"},
		"duplicate names":           {body: `{"id":"x","id":"a","message":"b"}`, id: "a", message: "b"},
		"escapes":                   {body: `{"id":"a","message":"\u0062\"c"}`, id: "a", message: `b"c`},
		"invalid UTF-8":             {body: "{\"id\":\"a\",\"message\":\"\xff\"}", id: "a", message: "\uFFFD"},
		"the token in an escape":    {body: `{"id":"a","message":"\u0064` + canary[1:] + `"}`, id: "a", message: "[redacted-1]"},
		"an object of other fields": {body: `{"errors":[]}`, message: `the body is not an API error (application/json, 13 bytes): {"errors":[]}`},
		"neither is text":           {body: `{"id":5}`, message: `the body is not an API error (application/json, 8 bytes): {"id":5}`},
		"a list":                    {body: `[{"id":"a"}]`, message: `the body is not an API error (application/json, 12 bytes): [{"id":"a"}]`},
		"a string":                  {body: `"no"`, message: `the body is not an API error (application/json, 4 bytes): "no"`},
		"null":                      {body: `null`, message: `the body is not an API error (application/json, 4 bytes): null`},
		"broken JSON":               {body: `{"id":"a","message":"b"`, message: `the body is not an API error (application/json, 23 bytes): {"id":"a","message":"b"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, respond(400, test.body, nil)).Get(t.Context(), 42)
			e := failed(t, err)
			assert.Equal(t, test.id, e.ID)
			assert.Equal(t, test.message, e.Message)
			assert.Equal(t, test.requestID, e.RequestID)
			assert.NotContains(t, print(err), canary)
		})
	}
}

// A body that is not of the API is quoted: on one line, short, and without the token.
func TestExcerptOfABody(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"white space":             {body: " <html>\r\n\t<h1>no</h1>\n", want: "<html> <h1>no</h1>"},
		"control characters":      {body: "a\x1b[31m\x00b\u202ec\u2028d", want: "a [31m b c d"},
		"invalid UTF-8":           {body: "a\xff\xfeb", want: "a\uFFFD\uFFFDb"},
		"100 bytes":               {body: strings.Repeat("x", 100), want: strings.Repeat("x", 100)},
		"101 bytes":               {body: strings.Repeat("x", 101), want: strings.Repeat("x", 100) + "…"},
		"a character at the end":  {body: strings.Repeat("x", 99) + "éé", want: strings.Repeat("x", 99) + "…"},
		"the token":               {body: "who is " + canary + "?", want: "who is [redacted-1]?"},
		"the token at the end":    {body: strings.Repeat("x", 90) + canary + "y", want: strings.Repeat("x", 90) + "[redacted-…"},
		"a token in two parts":    {body: canary[:9] + "\x00" + canary[9:], want: canary[:9] + " " + canary[9:]},
		"spaces before the token": {body: strings.Repeat(" ", 1<<16) + canary, want: "[redacted-1]"},
		"nothing printable":       {body: "\x00\x01", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, respond(502, test.body, nil)).Get(t.Context(), 42)
			_, got, _ := strings.Cut(failed(t, err).Message, " bytes)")
			assert.Equal(t, test.want, strings.TrimPrefix(got, ": "))
			assert.NotContains(t, print(err), canary)
		})
	}
}

// Of a body that breaks off, the end may be part of the token.
func TestATruncatedRefusalIsNotQuoted(t *testing.T) {
	for _, code := range []int{404, 502} {
		s := &script{responses: []responder{func() (*http.Response, error) {
			resp, err := status(code, "")()
			body := io.MultiReader(strings.NewReader("who is "+canary[:len(canary)-1]), iotest.ErrReader(io.ErrUnexpectedEOF))
			resp.Body, resp.ContentLength = io.NopCloser(body), 1000
			return resp, err
		}}}
		_, err := s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1})).Get(t.Context(), 42)
		assert.Equal(t, "the body cannot be used: truncated after 29 bytes: unexpected EOF", failed(t, err).Message)
		assert.NotErrorIs(t, err, wrapper.ErrNotFound)
	}
}

// A refusal costs little, whatever a server sends: nesting, endless names or megabytes after the error.
func TestARefusalOfAnySizeCostsLittle(t *testing.T) {
	const size = 4 << 20
	for name, body := range map[string]string{
		"nesting":     `{"id":` + strings.Repeat("[", size),
		"a long id":   `{"id":"` + strings.Repeat("x", size) + `"}`,
		"names":       `{` + strings.Repeat(`"id":"a","b":1,`, size/15) + `"c":1}`,
		"white space": strings.Repeat(" ", size),
		"documents":   `{"id":"a","message":"b"}` + strings.Repeat("{}", size/2),
		"HTML":        "<html>" + strings.Repeat("<p>", size/3),
	} {
		client := (&script{responses: []responder{status(400, body)}}).client(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := client.Create(t.Context(), createParams)
		runtime.ReadMemStats(&after)
		assert.Less(t, len(failed(t, err).Error()), 1000, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(5*size), "%s: reading the body takes up to four times its size", name)
	}
}

// After the error of a create an image may follow, which the API may have made all the same.
func TestARefusedCreateWithAnImage(t *testing.T) {
	type call func(context.Context, *wrapper.Client) error
	byCreate := func(ctx context.Context, c *wrapper.Client) error { return second(c.Create(ctx, createParams)) }
	said := `{"id":"bad_request","message":"no"}`
	for name, test := range map[string]struct {
		call   call
		status int
		body   string
		want   int64
	}{
		"a create":               {call: byCreate, status: 400, body: unreachable, want: 92863202},
		"a create that waits":    {call: func(ctx context.Context, c *wrapper.Client) error { return second(c.CreateAndWait(ctx, createParams)) }, status: 400, body: unreachable, want: 92863202},
		"another status":         {call: byCreate, status: 422, body: said + `{"image":{"id":7}}`, want: 7},
		"a server error":         {call: byCreate, status: 500, body: said + `{"image":{"id":7}}`, want: 7},
		"another operation":      {call: func(ctx context.Context, c *wrapper.Client) error { return second(c.Update(ctx, 42, updateName)) }, status: 400, body: unreachable},
		"one document":           {call: byCreate, status: 400, body: said},
		"an object without one":  {call: byCreate, status: 400, body: said + `{}`},
		"an id of another type":  {call: byCreate, status: 400, body: said + `{"image":{"id":"7"}}`},
		"a negative id":          {call: byCreate, status: 400, body: said + `{"image":{"id":-7}}`},
		"an id out of range":     {call: byCreate, status: 400, body: said + `{"image":{"id":9223372036854775808}}`},
		"a fraction":             {call: byCreate, status: 400, body: said + `{"image":{"id":7.5}}`},
		"a list":                 {call: byCreate, status: 400, body: said + `[{"image":{"id":7}}]`},
		"broken JSON":            {call: byCreate, status: 400, body: said + `{"image":{"id":7}`},
		"text before the image":  {call: byCreate, status: 400, body: said + `x{"image":{"id":7}}`},
		"no error before it":     {call: byCreate, status: 400, body: `[]{"image":{"id":7}}`},
		"in the third document":  {call: byCreate, status: 400, body: said + `{}{"image":{"id":7}}`},
		"the token in the image": {call: byCreate, status: 400, body: said + `{"image":{"id":7,"name":"` + canary + `"}}`, want: 7},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.call(t.Context(), newClient(t, respond(test.status, test.body, nil)))
			e := failed(t, err)
			assert.Equal(t, test.want, e.ImageID)
			assert.Equal(t, test.want != 0, e.MayHaveActed)
			assert.Equal(t, test.want != 0, strings.Contains(err.Error(), "may exist"))
			assert.NotContains(t, print(err), canary)
		})
	}
	err := byCreate(t.Context(), newClient(t, respond(400, unreachable, nil)))
	assert.EqualError(t, err, `create image "a": 400 bad_request: Your source URL is unreachable (image 92863202 may exist)`)
}

// Only the API knows that there is no such image: a page of a gateway says nothing about it.
func TestNotFoundOnlyIfTheAPISaidIt(t *testing.T) {
	sentinels := []error{
		wrapper.ErrNoResponse, wrapper.ErrInvalidResponse, wrapper.ErrUnauthorized, wrapper.ErrForbidden, wrapper.ErrNotFound,
		wrapper.ErrAlreadyDeleted, wrapper.ErrUnprocessable, wrapper.ErrRateLimited, wrapper.ErrServer,
	}
	const foreign = "get image 42: 404 Not Found: not a response of the API; check the base URL (application/json, "
	for name, test := range map[string]struct {
		body, want string
		is         error
	}{
		"the API":         {body: apiNotFound, want: "get image 42: 404 not_found: The resource you were accessing could not be found.", is: wrapper.ErrNotFound},
		"a page":          {body: gatewayPage, want: foreign + "76 bytes): <html> <head><title>404 Not Found</title></head> <body>nginx</body></html>"},
		"nothing":         {body: "", want: foreign + "0 bytes)"},
		"an empty object": {body: "{}", want: foreign + "2 bytes): {}"},
		"only a message":  {body: `{"message":"no route"}`, want: foreign + `22 bytes): {"message":"no route"}`},
		"only an id": {
			body: `{"id":"not_found"}`,
			want: `get image 42: 404 not_found: not a response of the API; check the base URL (application/json, 18 bytes): {"id":"not_found"}`,
		},
		"already deleted": {body: `{"message":"already deleted"}`, want: foreign + `29 bytes): {"message":"already deleted"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{responses: []responder{status(404, test.body)}}
			_, err := s.client(t).Get(t.Context(), 42)
			assert.EqualError(t, err, test.want)
			assert.Equal(t, 404, failed(t, err).Status)
			assert.Len(t, s.at, 1, "it is not repeated")
			for _, sentinel := range sentinels {
				assert.Equal(t, sentinel == test.is, errors.Is(err, sentinel), sentinel)
			}
		})
	}
}

// A second DELETE has a class of its own, which the text alone does not make.
func TestASecondDelete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, again := status(404, apiNotFound), status(422, alreadyDeleted)
		page := status(404, gatewayPage)
		notFound, unprocessable, deleted := wrapper.ErrNotFound, wrapper.ErrUnprocessable, wrapper.ErrAlreadyDeleted
		all := []error{notFound, unprocessable, deleted}
		for name, test := range map[string]struct {
			responses []responder
			status    int // 0 for a success
			is        []error
			acted     bool
		}{
			"again":                 {responses: []responder{again}, status: 422, is: all},
			"lost, again":           {responses: []responder{reset, again}},
			"lost, gone":            {responses: []responder{reset, gone}},
			"lost, a page":          {responses: []responder{reset, page}, status: 404, acted: true},
			"a page":                {responses: []responder{page}, status: 404},
			"the text on a 400":     {responses: []responder{status(400, alreadyDeleted)}, status: 400},
			"lost, text on a 400":   {responses: []responder{reset, status(400, alreadyDeleted)}, status: 400, acted: true},
			"lost, text on a 409":   {responses: []responder{reset, status(409, alreadyDeleted)}, status: 409, acted: true},
			"another 422":           {responses: []responder{status(422, `{"id":"a","message":"in use"}`)}, status: 422, is: []error{unprocessable}},
			"a page with the text":  {responses: []responder{reset, status(422, "<p>already deleted image")}, status: 422, is: []error{unprocessable}, acted: true},
			"a truncated second":    {responses: []responder{reset, status(422, alreadyDeleted[:60])}, status: 422, is: []error{unprocessable}, acted: true},
			"lost, down, again":     {responses: []responder{reset, down, again}},
			"limited, again":        {responses: []responder{status(429, "", "retry-after", "1"), again}, status: 422, is: all},
			"refused, again":        {responses: []responder{refused, again}, status: 422, is: all},
			"another server, again": {responses: []responder{status(522, gatewayPage), again}},
		} {
			err := (&script{responses: test.responses}).client(t).Delete(t.Context(), 42)
			if test.status == 0 {
				assert.NoError(t, err, name)
				continue
			}
			e := failed(t, err)
			assert.Equal(t, test.status, e.Status, name)
			assert.Equal(t, test.acted, e.MayHaveActed, name)
			for _, sentinel := range all {
				assert.Equal(t, slices.Contains(test.is, sentinel), errors.Is(err, sentinel), "%s: %v", name, sentinel)
			}
		}
	})
}
