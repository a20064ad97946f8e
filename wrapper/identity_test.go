package wrapper_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// callsWithID are the methods that take an id, with a good value for all but the id.
var callsWithID = map[string]func(context.Context, *wrapper.Client, int64) error{
	"Get": func(ctx context.Context, c *wrapper.Client, id int64) error { return second(c.Get(ctx, id)) },
	"Update": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.Update(ctx, id, updateName))
	},
	"Delete": func(ctx context.Context, c *wrapper.Client, id int64) error { return c.Delete(ctx, id) },
	"Actions": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(wrapper.Collect(c.Actions(ctx, id)))
	},
	"ActionPages": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(wrapper.Collect(c.ActionPages(ctx, id)))
	},
	"Action of image": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.Action(ctx, id, 1))
	},
	"Action": func(ctx context.Context, c *wrapper.Client, id int64) error { return second(c.Action(ctx, 1, id)) },
	"Transfer": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.Transfer(ctx, id, gen.RegionSlugFra1))
	},
	"Convert": func(ctx context.Context, c *wrapper.Client, id int64) error { return second(c.Convert(ctx, id)) },
	"Distribute": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.Distribute(ctx, id, []gen.RegionSlug{gen.RegionSlugFra1})
	},
	"WaitAvailable": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.WaitAvailable(ctx, id, wrapper.WithJustCreated()))
	},
	"WaitAction of image": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.WaitAction(ctx, id, 1))
	},
	"WaitAction": func(ctx context.Context, c *wrapper.Client, id int64) error { return second(c.WaitAction(ctx, 1, id)) },
	"WaitAllAvailable": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(wrapper.Collect(c.WaitAllAvailable(ctx, []int64{id}, wrapper.WithJustCreated())))
	},
	"CreateAccountTransfer": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return second(c.CreateAccountTransfer(ctx, id, wrapper.Recipient{Email: "bob@example.org"}))
	},
	"AcceptAccountTransfer of image": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.AcceptAccountTransfer(ctx, id, 1, "22222222-2222-4222-8222-222222222222")
	},
	"AcceptAccountTransfer": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.AcceptAccountTransfer(ctx, 1, id, "22222222-2222-4222-8222-222222222222")
	},
	"CancelAccountTransfer of image": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.CancelAccountTransfer(ctx, id, 1)
	},
	"CancelAccountTransfer": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.CancelAccountTransfer(ctx, 1, id)
	},
	"DeclineAccountTransfer of image": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.DeclineAccountTransfer(ctx, id, 1)
	},
	"DeclineAccountTransfer": func(ctx context.Context, c *wrapper.Client, id int64) error {
		return c.DeclineAccountTransfer(ctx, 1, id)
	},
}

func TestIDsThatAreNone(t *testing.T) {
	for name, call := range callsWithID {
		for _, id := range []int64{0, -1} {
			t.Run(fmt.Sprint(name, " ", id), func(t *testing.T) {
				var requests []string
				client := newClient(t, respond(500, ``, &requests))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err := call(ctx, client, id)
				require.ErrorContains(t, err, fmt.Sprintf("id is %d, but ids are positive", id))
				assert.NotErrorAs(t, err, new(*wrapper.Error))
				assert.NotErrorAs(t, err, new(*wrapper.WaitError))
				assert.Empty(t, requests)
			})
		}
	}
}

// An id that is none is one of many in WaitAllAvailable, where the others go on.
func TestWaitAllAvailableWithoutAnID(t *testing.T) {
	client, counter := fakeClient(t, fakeapi.New(fakeapi.WithImages(gen.Image{ID: 2})))
	ended := map[int64]bool{}
	for image, err := range client.WaitAllAvailable(t.Context(), []int64{0, 2, -5}, wrapper.WithJustCreated()) {
		ended[image.ID] = err == nil
	}
	assert.Equal(t, map[int64]bool{0: false, 2: true, -5: false}, ended)
	assert.Equal(t, map[int]int{200: 1}, counter.seen)

	for _, err := range client.WaitAllAvailable(t.Context(), []int64{0, 2, -5}) {
		assert.Error(t, err)
		break
	}
}

// What is as necessary as an id is asked for, too.
func TestInputThatIsMissing(t *testing.T) {
	for name, test := range map[string]struct {
		call func(context.Context, *wrapper.Client) error
		want string
	}{
		"a transfer's region": {
			call: func(ctx context.Context, c *wrapper.Client) error { return second(c.Transfer(ctx, 42, "")) },
			want: "transfer image 42: the region is missing",
		},
		"a team's UUID": {
			call: func(ctx context.Context, c *wrapper.Client) error { return c.AcceptAccountTransfer(ctx, 42, 7, "") },
			want: "accept account transfer 7 of image 42: the UUID of the team is missing",
		},
		"a recipient": {
			call: func(ctx context.Context, c *wrapper.Client) error {
				return second(c.CreateAccountTransfer(ctx, 42, wrapper.Recipient{}))
			},
			want: "create account transfer of image 42: the recipient must be named by either e-mail address or UUID",
		},
		"a name": {
			call: func(ctx context.Context, c *wrapper.Client) error { return second(c.GetByName(ctx, "")) },
			want: "get image by name: the name is missing",
		},
		"a new name": {
			call: func(ctx context.Context, c *wrapper.Client) error {
				return second(c.Update(ctx, 42, gen.ImageUpdate{Name: ptr("")}))
			},
			want: "update image 42: the name is empty",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var requests []string
			err := test.call(t.Context(), newClient(t, respond(500, ``, &requests)))
			assert.EqualError(t, err, test.want)
			assert.Empty(t, requests)
		})
	}
}

// One region without a name does not keep an image out of the others.
func TestDistributeToNoRegion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}))
		client, _ := fakeClient(t, fake)
		err := client.Distribute(t.Context(), 42, []gen.RegionSlug{"", "fra1"})
		require.ErrorContains(t, err, "the region is missing")
		assert.Equal(t, 1, fake.Done("imageActions_post"))
	})
}

func TestIdentityOfActions(t *testing.T) {
	action := func(id int64, resource, kind string) string {
		return fmt.Sprintf(`{"id":%d,"status":"completed","type":%q,"resource_id":%s,"resource_type":"image"}`, id, kind, resource)
	}
	get := func(ctx context.Context, c *wrapper.Client) error { return second(c.Action(ctx, 42, 7)) }
	transfer := func(ctx context.Context, c *wrapper.Client) error {
		return second(c.Transfer(ctx, 42, gen.RegionSlugFra1))
	}
	convert := func(ctx context.Context, c *wrapper.Client) error { return second(c.Convert(ctx, 42)) }
	wait := func(ctx context.Context, c *wrapper.Client) error {
		return second(c.WaitAction(ctx, 42, 7, wrapper.WithInterval(time.Millisecond, time.Millisecond)))
	}
	list := func(ctx context.Context, c *wrapper.Client) error { return second(wrapper.Collect(c.Actions(ctx, 42))) }
	const expected42 = "action 7 is of image 43, expected 42"
	for name, test := range map[string]struct {
		call   func(context.Context, *wrapper.Client) error
		action string
		want   string // empty if the action is right
	}{
		"get":                       {call: get, action: action(7, "42", "transfer")},
		"get, of no image":          {call: get, action: action(7, "null", "image_destroy")},
		"get, of another image":     {call: get, action: action(7, "43", "transfer"), want: expected42},
		"get, another action":       {call: get, action: action(8, "42", "transfer"), want: "the id is 8, expected 7"},
		"get, a negative id":        {call: get, action: action(-7, "42", "transfer"), want: "the id is -7, but ids are positive"},
		"transfer":                  {call: transfer, action: action(7, "42", "transfer")},
		"transfer, of no image":     {call: transfer, action: action(7, "null", "transfer")},
		"transfer, of another":      {call: transfer, action: action(7, "43", "transfer"), want: expected42},
		"transfer, a conversion":    {call: transfer, action: action(7, "42", "convert"), want: `action 7 is of the type "convert", expected "transfer"`},
		"transfer, without a type":  {call: transfer, action: action(7, "42", ""), want: `action 7 is of the type "", expected "transfer"`},
		"convert":                   {call: convert, action: action(7, "42", "convert")},
		"convert, of another":       {call: convert, action: action(7, "43", "convert"), want: expected42},
		"convert, a transfer":       {call: convert, action: action(7, "42", "transfer"), want: `action 7 is of the type "transfer", expected "convert"`},
		"wait":                      {call: wait, action: action(7, "42", "convert")},
		"wait, of another":          {call: wait, action: action(7, "43", "transfer"), want: expected42},
		"list":                      {call: list, action: action(7, "42", "transfer")},
		"list, of another":          {call: list, action: action(7, "43", "transfer"), want: "at index 0: " + expected42},
		"an image of a long number": {call: get, action: action(7, strings.Repeat("9", 18), "transfer"), want: "expected 42"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				body := `{"action":` + test.action + `}`
				if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/actions") {
					body = `{"actions":[` + test.action + `],"links":{},"meta":{"total":1}}`
				}
				reply(w, 200, body)
			})
			err := test.call(t.Context(), client)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestIdentityOfAnImageReadBySlug(t *testing.T) {
	for name, test := range map[string]struct{ slug, want string }{
		"null":    {slug: `null`, want: "image 42 has no slug"},
		"empty":   {slug: `""`, want: "image 42 has no slug"},
		"another": {slug: `"debian-13-x64"`}, // for the checks to say: a slug may have become another name of it
	} {
		t.Run(name, func(t *testing.T) {
			image := strings.Replace(imageJSON(42, "available"), `"slug":null`, `"slug":`+test.slug, 1)
			_, err := newClient(t, respond(200, `{"image":`+image+`}`, nil)).GetBySlug(t.Context(), "ubuntu-24-04-x64")
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

// Only of what may be the name of a private image.
func TestUnknownSlugHintsAtNames(t *testing.T) {
	client := newClient(t, respond(404, apiNotFound, nil))
	_, err := client.GetBySlug(t.Context(), "web")
	require.ErrorIs(t, err, wrapper.ErrNotFound)
	require.ErrorAs(t, err, new(*wrapper.Error))
	assert.ErrorContains(t, err, "GetByName")

	_, err = newClient(t, respond(404, `<html>`, nil)).GetBySlug(t.Context(), "web")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "GetByName", "a gateway's page says nothing about images")
}

func TestTransferIDThatIsNone(t *testing.T) {
	to := wrapper.Recipient{Email: "bob@example.org"}
	id, err := newClient(t, respond(201, `{"transfer_id":0}`, nil)).CreateAccountTransfer(t.Context(), 42, to)
	require.NoError(t, err, "accepted at once")
	assert.Zero(t, id)
	_, err = newClient(t, respond(201, `{"transfer_id":-1}`, nil)).CreateAccountTransfer(t.Context(), 42, to)
	require.ErrorIs(t, err, wrapper.ErrInvalidResponse)
	assert.ErrorContains(t, err, "its transfer_id is -1")
}
