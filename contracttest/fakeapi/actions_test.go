package fakeapi_test

import (
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

func threeImages() fakeapi.Option {
	in := []gen.RegionSlug{gen.RegionSlugNyc3}
	return fakeapi.WithImages(
		gen.Image{ID: 1, Type: gen.ImageTypeSnapshot, Regions: in},
		gen.Image{ID: 2, Type: gen.ImageTypeBackup, Regions: in},
		gen.Image{ID: 3, Type: gen.ImageTypeCustom, Regions: in},
	)
}

func TestTransferIsACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(threeImages(), fakeapi.WithActionTime(20*time.Minute)), fakeapi.Token)
		started, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
		require.NoError(t, err)
		assert.Greater(t, started.ID, int64(1)<<31)
		assert.Equal(t, gen.ActionStatusInProgress, started.Status)
		assert.Equal(t, "Frankfurt 1", started.Region.Name)
		assert.Nil(t, started.CompletedAt)
		image, err := client.Get(t.Context(), 1)
		require.NoError(t, err)
		assert.Equal(t, []gen.RegionSlug{"nyc3"}, image.Regions)

		began := time.Now()
		ended, err := client.WaitAction(t.Context(), 1, started.ID)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(began), 20*time.Minute)
		assert.NotNil(t, ended.CompletedAt)
		image, err = client.Get(t.Context(), 1)
		require.NoError(t, err)
		assert.Equal(t, []gen.RegionSlug{"nyc3", "fra1"}, image.Regions)

		_, err = client.Action(t.Context(), 2, started.ID)
		assert.ErrorIs(t, err, wrapper.ErrNotFound)
		actions, err := wrapper.Collect(client.Actions(t.Context(), 1))
		require.NoError(t, err)
		assert.Equal(t, []gen.Action{*ended}, actions)
	})
}

func TestConvertByPolls(t *testing.T) {
	client := newClient(t, fakeapi.New(threeImages(), fakeapi.WithActionPolls(2)), fakeapi.Token)
	for _, id := range []int64{2, 3} {
		started, err := client.Convert(t.Context(), id)
		require.NoError(t, err)
		for _, want := range []gen.ActionStatus{gen.ActionStatusInProgress, gen.ActionStatusCompleted} {
			action, err := client.Action(t.Context(), id, started.ID)
			require.NoError(t, err)
			assert.Equal(t, want, action.Status)
		}
		image, err := client.Get(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, gen.ImageTypeSnapshot, image.Type)
	}
}

func TestActionByPollsOfItsLists(t *testing.T) {
	fake := fakeapi.New(threeImages(), fakeapi.WithActionPolls(3))
	_, err := newClient(t, fake, fakeapi.Token).Convert(t.Context(), 2)
	require.NoError(t, err)
	for _, step := range []struct{ path, want string }{
		{path: "/v2/images/2/actions", want: `"in-progress"`},
		{path: "/v2/images/2/actions?page=2", want: `"actions":[]`}, // has no action, and so does not count
		{path: "/v2/actions", want: `"in-progress"`},
		{path: "/v2/images/2/actions", want: `"completed"`},
	} {
		_, text := fetch(t, fake, step.path)
		assert.Contains(t, text, step.want)
	}
}

// What the API does is unknown. Here both run, as a client has to expect.
func TestTransferBesideAnother(t *testing.T) {
	client := newClient(t, fakeapi.New(threeImages(), fakeapi.WithActionPolls(1)), fakeapi.Token)
	var started []int64
	for range 2 {
		action, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
		require.NoError(t, err)
		started = append(started, action.ID)
	}
	for _, id := range started {
		action, err := client.Action(t.Context(), 1, id)
		require.NoError(t, err)
		assert.Equal(t, gen.ActionStatusCompleted, action.Status)
	}
	image, err := client.Get(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []gen.RegionSlug{gen.RegionSlugNyc3, gen.RegionSlugFra1}, image.Regions)
}

func TestActionsRefused(t *testing.T) {
	fake := fakeapi.New(threeImages(), fakeapi.WithImportPolls(1))
	client := newClient(t, fake, fakeapi.Token)
	_, err := client.Transfer(t.Context(), 2, gen.RegionSlugFra1)
	assert.ErrorContains(t, err, "422 unprocessable_entity: Backups can not be transfered to other regions")
	_, err = client.Transfer(t.Context(), 1, gen.RegionSlugNyc3)
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	_, err = client.Transfer(t.Context(), 1, "mars1")
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	_, err = client.Convert(t.Context(), 1)
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable)
	_, err = client.Convert(t.Context(), 9)
	assert.ErrorIs(t, err, wrapper.ErrNotFound)
	created, err := client.Create(t.Context(), newImage)
	require.NoError(t, err)
	_, err = client.Convert(t.Context(), created.ID)
	assert.ErrorIs(t, err, wrapper.ErrUnprocessable, "its import has not ended")

	for _, body := range []string{`{}`, `{"type":"resize"}`} {
		resp, text := sendJSON(t, fake, http.MethodPost, "/v2/images/1/actions", body)
		assert.Equal(t, http.StatusNotFound, resp.StatusCode)
		assert.Contains(t, text, "The specified action type is not available.")
	}
}

func TestActionOnADeletedImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, fakeapi.New(threeImages()), fakeapi.Token)
		started, err := client.Transfer(t.Context(), 1, gen.RegionSlugFra1)
		require.NoError(t, err)
		require.NoError(t, client.Delete(t.Context(), 1))
		time.Sleep(time.Hour)
		_, err = client.Action(t.Context(), 1, started.ID)
		assert.ErrorIs(t, err, wrapper.ErrNotFound)
	})
}

func TestAccountTransfers(t *testing.T) {
	const team, second = "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"
	setUp := func(t *testing.T) (alice, bob *wrapper.Client) {
		fake := fakeapi.New(threeImages(), fakeapi.WithAccounts(
			fakeapi.Account{
				Token: "alice",
				Email: "alice@example.com",
				UUID:  "11111111-1111-4111-8111-111111111111",
				Teams: []string{second},
			},
			fakeapi.Account{Token: "bob", Email: "bob@example.com", UUID: team},
			fakeapi.Account{Token: "second", UUID: second},
		))
		return newClient(t, fake, "alice"), newClient(t, fake, "bob")
	}
	ctx := t.Context()

	t.Run("accepted", func(t *testing.T) {
		for _, to := range []wrapper.Recipient{{Email: "bob@example.com"}, {UUID: team}} {
			alice, bob := setUp(t)
			id, err := alice.CreateAccountTransfer(ctx, 1, to)
			require.NoError(t, err)
			require.NotZero(t, id)
			_, err = bob.Get(ctx, 1)
			assert.ErrorIs(t, err, wrapper.ErrNotFound, "pending")
			assert.ErrorIs(t, alice.AcceptAccountTransfer(ctx, 1, id, team), wrapper.ErrNotFound, "not the recipient")
			assert.ErrorIs(t, bob.AcceptAccountTransfer(ctx, 2, id, team), wrapper.ErrNotFound, "another image")
			require.NoError(t, bob.AcceptAccountTransfer(ctx, 1, id, team))
			_, err = bob.Get(ctx, 1)
			assert.NoError(t, err)
			_, err = alice.Get(ctx, 1)
			assert.ErrorIs(t, err, wrapper.ErrNotFound, "it has moved")
			assert.ErrorIs(t, bob.AcceptAccountTransfer(ctx, 1, id, team), wrapper.ErrNotFound, "only once")
		}
	})
	t.Run("accepted at once", func(t *testing.T) {
		alice, _ := setUp(t)
		id, err := alice.CreateAccountTransfer(ctx, 1, wrapper.Recipient{UUID: second})
		require.NoError(t, err)
		assert.Zero(t, id)
		_, err = alice.Get(ctx, 1)
		assert.ErrorIs(t, err, wrapper.ErrNotFound)
	})
	t.Run("canceled only by the sender", func(t *testing.T) {
		alice, bob := setUp(t)
		id, err := alice.CreateAccountTransfer(ctx, 1, wrapper.Recipient{Email: "bob@example.com"})
		require.NoError(t, err)
		assert.ErrorIs(t, bob.CancelAccountTransfer(ctx, 1, id), wrapper.ErrNotFound)
		require.NoError(t, alice.CancelAccountTransfer(ctx, 1, id))
		assert.ErrorIs(t, bob.AcceptAccountTransfer(ctx, 1, id, team), wrapper.ErrNotFound)
	})
	t.Run("declined only by the recipient", func(t *testing.T) {
		alice, bob := setUp(t)
		id, err := alice.CreateAccountTransfer(ctx, 1, wrapper.Recipient{Email: "bob@example.com"})
		require.NoError(t, err)
		assert.ErrorIs(t, alice.DeclineAccountTransfer(ctx, 1, id), wrapper.ErrNotFound)
		require.NoError(t, bob.DeclineAccountTransfer(ctx, 1, id))
		_, err = alice.Get(ctx, 1)
		assert.NoError(t, err)
	})
	t.Run("of an image that is deleted", func(t *testing.T) {
		alice, bob := setUp(t)
		id, err := alice.CreateAccountTransfer(ctx, 1, wrapper.Recipient{Email: "bob@example.com"})
		require.NoError(t, err)
		require.NoError(t, alice.Delete(ctx, 1))
		assert.ErrorIs(t, alice.CancelAccountTransfer(ctx, 1, id), wrapper.ErrNotFound)
		assert.ErrorIs(t, bob.DeclineAccountTransfer(ctx, 1, id), wrapper.ErrNotFound)
		assert.ErrorIs(t, bob.AcceptAccountTransfer(ctx, 1, id, team), wrapper.ErrNotFound)
	})
	t.Run("refused", func(t *testing.T) {
		alice, _ := setUp(t)
		_, err := alice.CreateAccountTransfer(ctx, 2, wrapper.Recipient{Email: "bob@example.com"})
		assert.ErrorIs(t, err, wrapper.ErrUnprocessable, "a backup")
		for body, want := range map[string]int{
			`{`:                     http.StatusBadRequest,
			``:                      http.StatusBadRequest,
			`{"recipient_email":1}`: http.StatusBadRequest,
			`{}`:                    http.StatusUnprocessableEntity,
			`{"recipient_email":"a","recipient_uuid":"b"}`: http.StatusUnprocessableEntity,
		} {
			resp, err := alice.API().ImagesPostAccountTransferCreateWithBodyWithResponse(ctx, 1,
				"application/json", strings.NewReader(body))
			require.NoError(t, err)
			assert.Equal(t, want, resp.StatusCode(), body)
		}
	})
	t.Run("accepted without a recipient", func(t *testing.T) {
		alice, bob := setUp(t)
		id, err := alice.CreateAccountTransfer(ctx, 1, wrapper.Recipient{Email: "bob@example.com"})
		require.NoError(t, err)
		for _, transfer := range []int64{id, id + 1} { // the wrapper would not send it
			resp, err := bob.API().ImagesPostAccountTransferAcceptWithResponse(ctx, 1,
				gen.AccountTransferAccept{TransferID: transfer})
			require.NoError(t, err)
			assert.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode())
		}
		assert.NoError(t, bob.AcceptAccountTransfer(ctx, 1, id, team), "the transfer is still pending")
	})
}
