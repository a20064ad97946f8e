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
	"net/url"
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
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// What the wrapper makes of a recorded response must hold every value of the recorded body.
func TestReplayThroughTheWrapper(t *testing.T) {
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		player, err := recorder.New(strings.TrimSuffix(file, ".yaml"),
			recorder.WithMode(recorder.ModeReplayOnly), recorder.WithSkipRequestLatency(true), recorder.WithMatcher(sameRequest))
		require.NoError(t, err)
		client, err := wrapper.NewClient("token", wrapper.WithHTTPClient(&http.Client{Transport: player}),
			wrapper.WithRetry(wrapper.Retry{Attempts: 1}), wrapper.WithoutAdaptiveLimit())
		require.NoError(t, err)

		// The player gives each interaction once and in order, so that the nth call gets the nth response.
		for _, exchange := range exchanges {
			t.Run(exchange.Source, func(t *testing.T) {
				if reason := notSent[exchange.URL.RawQuery]; reason != "" {
					t.Skip(reason)
				}
				operation := testkit.Contract(t).Examine(exchange).Operation
				call := calls[operation]
				require.NotNil(t, call, "no call of the wrapper for %s", operation)
				got, err := call(t.Context(), client, recordedRequest(exchange))
				if exchange.Status >= 400 {
					var apiError *wrapper.Error
					require.ErrorAs(t, err, &apiError)
					assert.Equal(t, operation, apiError.Operation)
					assert.Equal(t, exchange.Status, apiError.Status)
					if remaining := exchange.Header.Get("Ratelimit-Remaining"); remaining != "" {
						assert.Equal(t, remaining, strconv.Itoa(apiError.RateLimit.Remaining))
					}
					if after := exchange.Header.Get("Retry-After"); after != "" {
						assert.Equal(t, after+"s", apiError.RetryAfter.String())
					}
					got = map[string]string{
						"id":         apiError.ID,
						"message":    apiError.Message,
						"request_id": apiError.RequestID,
					}
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

// notSent has, by their queries, the recorded requests that the wrapper does not send.
var notSent = map[string]string{
	"page=1&per_page=1&type=fruit":   "the wrapper refuses a type that is off the contract",
	"per_page=0":                     "the wrapper asks for pages of a size of its own",
	"page=7&per_page=2&private=true": "the wrapper reads no page after the end",
}

// onceEach leaves out images that a body holds again, as an example of the documentation does: a list passes each on
// once.
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

// recorded is a recorded request, as the arguments of the call that sends it.
type recorded struct {
	ids   []int64 // in the path
	slug  string  // in the path
	query url.Values
	body  []byte
}

func recordedRequest(exchange traffic.Exchange) recorded {
	r := recorded{query: exchange.URL.Query(), body: exchange.RequestBody}
	for part := range strings.SplitSeq(strings.TrimPrefix(exchange.URL.Path, "/v2/images"), "/") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			r.ids = append(r.ids, id)
		} else if part != "" {
			r.slug = part
		}
	}
	return r
}

// decodeBody returns the body of a request as a type.
func decodeBody[T any](r recorded) (value T) {
	if err := json.Unmarshal(r.body, &value); err != nil {
		panic(err)
	}
	return value
}

// calls has, for each operation, the call of the wrapper that sends a recorded request.
var calls = map[string]func(context.Context, *wrapper.Client, recorded) (any, error){
	"images_list": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return first(c.ImagePages(ctx, wrapper.ListParams{
			Type:    gen.ImagesListParamsType(r.query.Get("type")),
			Private: r.query.Get("private") == "true",
			TagName: r.query.Get("tag_name"),
		}))
	},
	"images_get": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		if len(r.ids) == 0 {
			return inEnvelope("image")(c.GetBySlug(ctx, r.slug))
		}
		return inEnvelope("image")(c.Get(ctx, r.ids[0]))
	},
	"images_create_custom": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return inEnvelope("image")(c.Create(ctx, decodeBody[gen.ImageCreate](r)))
	},
	"images_update": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return inEnvelope("image")(c.Update(ctx, r.ids[0], decodeBody[gen.ImageUpdate](r)))
	},
	"images_delete": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return nil, c.Delete(ctx, r.ids[0])
	},
	"imageActions_list": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return first(c.ActionPages(ctx, r.ids[0]))
	},
	"imageActions_get": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return inEnvelope("action")(c.Action(ctx, r.ids[0], r.ids[1]))
	},
	"imageActions_post": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		action := decodeBody[struct {
			Type   string         `json:"type"`
			Region gen.RegionSlug `json:"region"`
		}](r)
		if action.Type == "convert" {
			return inEnvelope("action")(c.Convert(ctx, r.ids[0]))
		}
		return inEnvelope("action")(c.Transfer(ctx, r.ids[0], action.Region))
	},
	"images_post_account_transfer_create": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		offer := decodeBody[offer](r)
		recipient := wrapper.Recipient{Email: offer.RecipientEmail, UUID: offer.RecipientUUID}
		return inEnvelope("transfer_id")(c.CreateAccountTransfer(ctx, r.ids[0], recipient))
	},
	"images_post_account_transfer_accept": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		offer := decodeBody[offer](r)
		return nil, c.AcceptAccountTransfer(ctx, r.ids[0], offer.TransferID, offer.RecipientUUID)
	},
	"images_post_account_transfer_cancel": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return nil, c.CancelAccountTransfer(ctx, r.ids[0], decodeBody[offer](r).TransferID)
	},
	"images_post_account_transfer_decline": func(ctx context.Context, c *wrapper.Client, r recorded) (any, error) {
		return nil, c.DeclineAccountTransfer(ctx, r.ids[0], decodeBody[offer](r).TransferID)
	},
}

// offer is the body of every request about an account transfer.
type offer struct {
	TransferID     int64  `json:"transfer_id"`
	RecipientUUID  string `json:"recipient_uuid"`
	RecipientEmail string `json:"recipient_email"`
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
func sameRequest(got *http.Request, interaction cassette.Request) bool {
	want, err := http.NewRequest(interaction.Method, interaction.URL, nil)
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
	_, _ = json.Unmarshal(body, &gotBody), json.Unmarshal([]byte(interaction.Body), &wantBody)
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
	case json.Number: // 1.0 is 1
		have, _ := got.(json.Number)
		wanted, err1 := want.Float64()
		given, err2 := have.Float64()
		if err1 != nil || err2 != nil || wanted != given {
			list = append(list, at)
		}
	default:
		if want != got {
			list = append(list, at)
		}
	}
	return list
}
