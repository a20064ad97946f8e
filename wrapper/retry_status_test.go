package wrapper_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// Cloudflare stands in front of the API and has statuses of its own, from 520 to 530.
func TestRetryOfStatuses(t *testing.T) {
	calls := map[string]func(context.Context, *wrapper.Client) error{
		"GET":    func(ctx context.Context, c *wrapper.Client) error { return second(c.Get(ctx, 42)) },
		"PUT":    func(ctx context.Context, c *wrapper.Client) error { return second(c.Update(ctx, 42, updateName)) },
		"DELETE": func(ctx context.Context, c *wrapper.Client) error { return c.Delete(ctx, 42) },
		"POST": func(ctx context.Context, c *wrapper.Client) error {
			return second(c.Create(ctx, createParams))
		},
	}
	synctest.Test(t, func(t *testing.T) {
		for code, isRepeated := range map[int]bool{
			500: true, 501: false, 502: true, 503: true, 504: true, 505: false,
			519: false, 520: true, 522: true, 525: true, 529: true, 530: true, 531: false,
		} {
			for method, call := range calls {
				s := &script{responses: []responder{status(code, "error code: 1033"), fine}}
				err := call(t.Context(), s.client(t))
				if isRepeated && method != "POST" {
					require.NoError(t, err, "%s %d", method, code)
					assert.Len(t, s.at, 2, "%s %d", method, code)
					continue
				}
				require.ErrorIs(t, err, wrapper.ErrServer, "%s %d", method, code)
				assert.Len(t, s.at, 1, "%s %d", method, code)
			}
		}
	})
}
