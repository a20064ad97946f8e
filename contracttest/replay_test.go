package contracttest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// What the wrapper makes of a recorded response must hold every value of the recorded body.
func TestReplayThroughTheWrapper(t *testing.T) {
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		provenance, err := recording.ReadProvenance(file)
		require.NoError(t, err)
		player, err := recorder.New(strings.TrimSuffix(file, ".yaml"),
			recorder.WithMode(recorder.ModeReplayOnly), recorder.WithSkipRequestLatency(true), recorder.WithMatcher(sameRequest))
		require.NoError(t, err)
		client, err := wrapper.NewClient("token", wrapper.WithHTTPClient(&http.Client{Transport: player}),
			wrapper.WithRetry(wrapper.Retry{Attempts: 1}), wrapper.WithoutAdaptiveLimit())
		require.NoError(t, err)

		// The player gives each interaction once and in order, so that the nth call gets the nth response.
		for _, exchange := range exchanges {
			t.Run(exchange.Source, func(t *testing.T) {
				got, err := call(t.Context(), client, provenance.Operation, exchange)
				if exchange.Status >= 400 {
					var apiError *wrapper.Error
					require.ErrorAs(t, err, &apiError)
					assert.Equal(t, provenance.Operation, apiError.Operation)
					assert.Equal(t, exchange.Status, apiError.Status)
					assert.Equal(t, exchange.Header.Get("Ratelimit-Remaining"), strconv.Itoa(apiError.RateLimit.Remaining))
					if after := exchange.Header.Get("Retry-After"); after != "" {
						assert.Equal(t, after+"s", apiError.RetryAfter.String())
					}
					got = map[string]string{"id": apiError.ID, "message": apiError.Message, "request_id": apiError.RequestID}
				} else {
					require.NoError(t, err)
				}
				if len(exchange.Body) == 0 {
					assert.Nil(t, got)
					return
				}
				returned, err := json.Marshal(got)
				require.NoError(t, err)
				assert.Empty(t, missing("", onceEach(testkit.Decode(t, exchange.Body)), testkit.Decode(t, returned)))
			})
		}
	}
}

// onceEach leaves out images that a body holds again, as an example of the documentation does: a list passes each on once.
func onceEach(body any) any {
	object, _ := body.(map[string]any)
	if images, ok := object["images"].([]any); ok {
		seen := map[any]bool{}
		object["images"] = slices.DeleteFunc(images, func(image any) bool {
			id := image.(map[string]any)["id"]
			defer func() { seen[id] = true }()
			return seen[id]
		})
	}
	return body
}

// call makes the call of the wrapper that sends the recorded request.
func call(ctx context.Context, c *wrapper.Client, operation string, exchange traffic.Exchange) (any, error) {
	var ids []int64
	slug := ""
	for _, part := range strings.Split(strings.TrimPrefix(exchange.URL.Path, "/v2/images"), "/") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, id)
		} else if part != "" {
			slug = part
		}
	}
	var body struct {
		Type          string         `json:"type"`
		Region        gen.RegionSlug `json:"region"`
		TransferID    int64          `json:"transfer_id"`
		RecipientUUID string         `json:"recipient_uuid"`
		Recipient     string         `json:"recipient_email"`
	}
	decodeInto := func(target any) {
		if err := json.Unmarshal(exchange.RequestBody, target); err != nil {
			panic(err)
		}
	}
	if len(exchange.RequestBody) > 0 {
		decodeInto(&body)
	}
	switch operation {
	case "images_list":
		query := exchange.URL.Query()
		return first(c.ImagePages(ctx, wrapper.ListParams{
			Type: gen.ImagesListParamsType(query.Get("type")), Private: query.Get("private") == "true", TagName: query.Get("tag_name"),
		}))
	case "images_get":
		if len(ids) == 0 {
			return inEnvelope("image")(c.GetBySlug(ctx, slug))
		}
		return inEnvelope("image")(c.Get(ctx, ids[0]))
	case "images_create_custom":
		var params gen.ImageCreate
		decodeInto(&params)
		return inEnvelope("image")(c.Create(ctx, params))
	case "images_update":
		var params gen.ImageUpdate
		decodeInto(&params)
		return inEnvelope("image")(c.Update(ctx, ids[0], params))
	case "images_delete":
		return nil, c.Delete(ctx, ids[0])
	case "imageActions_list":
		return first(c.ActionPages(ctx, ids[0]))
	case "imageActions_get":
		return inEnvelope("action")(c.Action(ctx, ids[0], ids[1]))
	case "imageActions_post":
		if body.Type == "convert" {
			return inEnvelope("action")(c.Convert(ctx, ids[0]))
		}
		return inEnvelope("action")(c.Transfer(ctx, ids[0], body.Region))
	case "images_post_account_transfer_create":
		return inEnvelope("transfer_id")(c.CreateAccountTransfer(ctx, ids[0], wrapper.Recipient{Email: body.Recipient, UUID: body.RecipientUUID}))
	case "images_post_account_transfer_accept":
		return nil, c.AcceptAccountTransfer(ctx, ids[0], body.TransferID, body.RecipientUUID)
	case "images_post_account_transfer_cancel":
		return nil, c.CancelAccountTransfer(ctx, ids[0], body.TransferID)
	case "images_post_account_transfer_decline":
		return nil, c.DeclineAccountTransfer(ctx, ids[0], body.TransferID)
	}
	return nil, errors.New("no call of the wrapper for " + operation)
}

func inEnvelope(key string) func(value any, err error) (any, error) {
	return func(value any, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return map[string]any{key: value}, nil
	}
}

func first[T any](seq iter.Seq2[T, error]) (any, error) {
	for item, err := range seq {
		return item, err
	}
	return nil, errors.New("the sequence is empty")
}

// sameRequest matches what the wrapper sends with a recorded request. Page sizes are the wrapper's own affair.
func sameRequest(got *http.Request, recorded cassette.Request) bool {
	want, err := http.NewRequest(recorded.Method, recorded.URL, nil)
	if err != nil {
		return false
	}
	gotQuery, wantQuery := got.URL.Query(), want.URL.Query()
	for _, paging := range []string{"page", "per_page"} {
		gotQuery.Del(paging)
		wantQuery.Del(paging)
	}
	body := []byte{}
	if got.Body != nil {
		if body, err = io.ReadAll(got.Body); err != nil {
			return false
		}
		got.Body = io.NopCloser(bytes.NewReader(body))
	}
	var gotBody, wantBody any
	_, _ = json.Unmarshal(body, &gotBody), json.Unmarshal([]byte(recorded.Body), &wantBody)
	return got.Method == want.Method && got.URL.Path == want.URL.Path &&
		gotQuery.Encode() == wantQuery.Encode() && reflect.DeepEqual(gotBody, wantBody)
}

// missing returns the pointers to values of want that got does not hold.
func missing(at string, want, got any) []string {
	var list []string
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		for key, value := range want {
			if have, ok := got[key]; ok {
				list = append(list, missing(at+"/"+key, value, have)...)
			} else {
				list = append(list, at+"/"+key)
			}
		}
	case []any:
		got, _ := got.([]any)
		if len(got) != len(want) {
			return []string{at}
		}
		for i := range want {
			list = append(list, missing(fmt.Sprintf("%s/%d", at, i), want[i], got[i])...)
		}
	default:
		if want != got {
			list = append(list, at)
		}
	}
	return list
}
