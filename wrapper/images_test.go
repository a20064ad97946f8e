package wrapper_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func TestRequests(t *testing.T) {
	public, action := strings.Replace(image42, `"slug":null`, `"slug":"ubuntu-16-04-x64"`, 1), `{"action":`+actionJSON(1<<40, "in-progress")+`}`
	for name, test := range map[string]struct {
		status int
		body   string
		call   func(context.Context, *wrapper.Client) error
		want   string
	}{
		"Get": {status: 200, body: image42, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Get(ctx, 42))
		}, want: "GET /v2/images/42"},
		"GetBySlug": {status: 200, body: public, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.GetBySlug(ctx, "ubuntu-16-04-x64"))
		}, want: "GET /v2/images/ubuntu-16-04-x64"},
		"GetBySlug that needs escaping": {status: 200, body: public, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.GetBySlug(ctx, "../a b?c#d%e"))
		}, want: "GET /v2/images/..%2Fa%20b%3Fc%23d%25e"},
		"Create": {status: 202, body: image42, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Create(ctx, gen.ImageCreate{Name: "a", URL: "https://example.com/a.img", Region: gen.RegionSlugNyc3, Tags: []string{"b"}}))
		}, want: `POST /v2/images {"name":"a","region":"nyc3","tags":["b"],"url":"https://example.com/a.img"}`},
		"Update of a name": {status: 200, body: image42, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Update(ctx, 42, updateName))
		}, want: `PUT /v2/images/42 {"name":"new-image-name"}`},
		"Update that clears a description": {status: 200, body: image42, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Update(ctx, 42, gen.ImageUpdate{Description: ptr(""), Distribution: gen.DistributionRockyLinux}))
		}, want: `PUT /v2/images/42 {"description":"","distribution":"Rocky Linux"}`},
		"Delete": {status: 204, body: "", call: func(ctx context.Context, c *wrapper.Client) error {
			return c.Delete(ctx, 42)
		}, want: "DELETE /v2/images/42"},
		"Action": {status: 200, body: action, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Action(ctx, 42, 1<<40))
		}, want: "GET /v2/images/42/actions/1099511627776"},
		"Transfer": {status: 201, body: action, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Transfer(ctx, 42, "nyc2"))
		}, want: `POST /v2/images/42/actions {"region":"nyc2","type":"transfer"}`},
		"Convert": {status: 201, body: strings.Replace(action, "transfer", "convert", 1), call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Convert(ctx, 42))
		}, want: `POST /v2/images/42/actions {"type":"convert"}`},
		"CreateAccountTransfer to an account": {status: 201, body: `{"transfer_id":7}`, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.CreateAccountTransfer(ctx, 42, wrapper.Recipient{Email: "alice@example.com"}))
		}, want: `POST /v2/images/42/account_transfer {"recipient_email":"alice@example.com"}`},
		"CreateAccountTransfer to a team": {status: 201, body: `{"transfer_id":0}`, call: func(ctx context.Context, c *wrapper.Client) error {
			return second(c.CreateAccountTransfer(ctx, 42, wrapper.Recipient{UUID: "4f6c71e2"}))
		}, want: `POST /v2/images/42/account_transfer {"recipient_uuid":"4f6c71e2"}`},
		"AcceptAccountTransfer": {status: 201, body: "", call: func(ctx context.Context, c *wrapper.Client) error {
			return c.AcceptAccountTransfer(ctx, 42, 7, "4f6c71e2")
		}, want: `POST /v2/images/42/account_transfer/accept {"recipient_uuid":"4f6c71e2","transfer_id":7}`},
		"CancelAccountTransfer": {status: 204, body: "", call: func(ctx context.Context, c *wrapper.Client) error {
			return c.CancelAccountTransfer(ctx, 42, 7)
		}, want: `POST /v2/images/42/account_transfer/cancel {"transfer_id":7}`},
		"DeclineAccountTransfer": {status: 204, body: "", call: func(ctx context.Context, c *wrapper.Client) error {
			return c.DeclineAccountTransfer(ctx, 42, 7)
		}, want: `POST /v2/images/42/account_transfer/decline {"transfer_id":7}`},
	} {
		t.Run(name, func(t *testing.T) {
			var requests []string
			require.NoError(t, test.call(t.Context(), newClient(t, respond(test.status, test.body, &requests))))
			assert.Equal(t, []string{test.want}, requests)

			err := test.call(t.Context(), newClient(t, respond(404, apiNotFound, nil)))
			assert.ErrorIs(t, err, wrapper.ErrNotFound)
			assert.Regexp(t, `^[a-z ]+( \d+)?( of image)?( \d+)?( "[^"]+")?: 404 not_found: `, err.Error())
		})
	}
}

// Input that names another resource, or none, is an error before anything is sent.
func TestInputsThatAreNotSent(t *testing.T) {
	var requests []string
	client := newClient(t, respond(200, `{}`, &requests))
	for _, slug := range []string{"", ".", "..", "7555620", "-1", "99999999999999999999"} {
		_, err := client.GetBySlug(t.Context(), slug)
		assert.ErrorContains(t, err, "get image by slug", slug)
	}
	for field, params := range map[string]gen.ImageCreate{
		"name":   {URL: "u", Region: "r"},
		"url":    {Name: "n", Region: "r"},
		"region": {Name: "n", URL: "u"},
	} {
		_, err := client.Create(t.Context(), params)
		assert.EqualError(t, err, fmt.Sprintf("create image %q: the %s is missing", params.Name, field))
	}
	for range 20 { // if several are missing, it is always the first
		_, err := client.Create(t.Context(), gen.ImageCreate{})
		assert.EqualError(t, err, `create image "": the name is missing`)
	}
	for _, to := range []wrapper.Recipient{{}, {Email: "alice@example.com", UUID: "4f6c71e2"}} {
		_, err := client.CreateAccountTransfer(t.Context(), 42, to)
		assert.ErrorContains(t, err, "create account transfer of image 42: the recipient must be named by either")
	}
	assert.Empty(t, requests)
}

func TestAccountTransferID(t *testing.T) {
	for body, want := range map[string]int64{`{"transfer_id":3164444}`: 3164444, `{"transfer_id":0}`: 0} {
		id, err := newClient(t, respond(201, body, nil)).CreateAccountTransfer(t.Context(), 42, wrapper.Recipient{UUID: "4f6c71e2"})
		require.NoError(t, err)
		assert.Equal(t, want, id)
	}
	// 0 means accepted, so a response without the field must not decode as 0.
	_, err := newClient(t, respond(201, `{}`, nil)).CreateAccountTransfer(t.Context(), 42, wrapper.Recipient{UUID: "4f6c71e2"})
	assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
}

func TestUpdateWithAnotherImageInTheResponse(t *testing.T) {
	client := newClient(t, respond(200, `{"image":{"id":8,"status":"available"}}`, nil))
	_, err := client.Update(t.Context(), 42, updateName)
	assert.ErrorContains(t, err, "the id is 8, expected 42")
	assert.ErrorIs(t, err, wrapper.ErrInvalidResponse)
}

func TestUnknownEnumValuesSurvive(t *testing.T) {
	client := newClient(t, respond(200, `{"image":{"id":42,"status":"thawing","type":"frozen","distribution":"Unknown OS","regions":["mars1"]}}`, nil))
	image, err := client.Get(t.Context(), 42)
	require.NoError(t, err)
	assert.Equal(t, gen.ImageStatus("thawing"), image.Status)
	assert.False(t, image.Status.Valid())
	assert.Equal(t, gen.ImageType("frozen"), image.Type)
	assert.Equal(t, gen.Distribution("Unknown OS"), image.Distribution)
	assert.Equal(t, []gen.RegionSlug{"mars1"}, image.Regions)
}
