package wrapper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// In a log an error is a group of fields, so that they can be searched for.
func TestErrorInALog(t *testing.T) {
	for name, test := range map[string]struct {
		response responder
		call     func(context.Context, *wrapper.Client) error
		want     string
	}{
		"not found": {response: status(404, apiNotFound, "x-request-id", "one"), call: calls["get"],
			want: `{"message":"404 not_found: The resource you were accessing could not be found. (request id one)","attempts":1,"operation":"images_get","status":404,"id":"not_found","request_id":"one"}`},
		"no response": {response: failing(errors.New("reset by " + canary)), call: calls["create"],
			want: `{"message":"no response: Post \"https://api.digitalocean.com/v2/images\": reset by [redacted-1]","attempts":1,"operation":"images_create_custom","may_have_acted":true}`},
		"a limit": {response: status(429, "", "retry-after", "3"), call: calls["delete"],
			want: `{"message":"429 Too Many Requests: the body is empty (retry after 3s)","attempts":1,"operation":"images_delete","status":429,"retry_after":3000000000}`},
		"an image": {response: status(400, `{"id":"bad_request","message":"Your source URL is unreachable"}{"image":{"id":7}}`), call: calls["create"],
			want: `{"message":"400 bad_request: Your source URL is unreachable (image 7 may exist)","attempts":1,"operation":"images_create_custom","status":400,"id":"bad_request","may_have_acted":true,"image_id":7}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{responses: []responder{test.response}}
			err := test.call(t.Context(), s.client(t, wrapper.WithRetry(wrapper.Retry{Attempts: 1})))
			apiError := failed(t, err)
			var log bytes.Buffer
			slog.New(slog.NewJSONHandler(&log, nil)).Info("failed", "error", apiError)
			var line struct {
				Error json.RawMessage `json:"error"`
			}
			require.NoError(t, json.Unmarshal(log.Bytes(), &line))
			assert.Equal(t, test.want, string(line.Error))
		})
	}
}
