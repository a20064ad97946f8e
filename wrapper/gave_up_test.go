package wrapper_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// An error says which limit made the client give up: the caller can raise it.
func TestErrorsSayWhyTheClientGaveUp(t *testing.T) {
	const (
		ofMaxElapsed = "(gave up: the next attempt would come after MaxElapsed, 20s)"
		ofDeadline   = "(gave up: the next attempt would come after the deadline)"
		nothing      = ""
	)
	busy := status(503, "", "retry-after", "26")
	soon := status(503, "", "retry-after", "1")
	truncated := status(200, `{"image":`, "retry-after", "26")
	for name, test := range map[string]struct {
		responses []responder
		retry     wrapper.Retry
		deadline  time.Duration
		want      string
	}{
		"MaxElapsed":          {responses: []responder{busy}, retry: wrapper.Retry{MaxElapsed: 20 * time.Second}, want: ofMaxElapsed},
		"the deadline":        {responses: []responder{busy}, deadline: 20 * time.Second, want: ofDeadline},
		"the earlier of both": {responses: []responder{busy}, deadline: 20 * time.Second, retry: wrapper.Retry{MaxElapsed: 21 * time.Second}, want: ofDeadline},
		"and the other way":   {responses: []responder{busy}, deadline: 21 * time.Second, retry: wrapper.Retry{MaxElapsed: 20 * time.Second}, want: ofMaxElapsed},
		"a later attempt":     {responses: []responder{soon, soon, busy}, retry: wrapper.Retry{MaxElapsed: 20 * time.Second}, want: ofMaxElapsed},
		"without a response":  {responses: []responder{reset}, deadline: 1, want: ofDeadline},
		"attempts used up":    {responses: []responder{busy}, retry: wrapper.Retry{Attempts: 1}, deadline: 20 * time.Second, want: nothing},
		"all five of them":    {responses: []responder{soon}, want: nothing},
		"nothing to repeat":   {responses: []responder{status(422, "", "retry-after", "26")}, deadline: 20 * time.Second, want: nothing},
		"a broken success":    {responses: []responder{truncated}, deadline: 20 * time.Second, want: nothing},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				s := &script{responses: test.responses}
				_, err := s.client(t, wrapper.WithRetry(test.retry)).Get(ctx, 42)
				require.Error(t, err)
				if test.want == nothing {
					assert.NotContains(t, err.Error(), "gave up")
					return
				}
				assert.ErrorContains(t, err, test.want)
			})
		})
	}
}

// A request that is not sent at all, since its turn comes too late, and a wait say the same.
func TestCallsThatComeTooLateSayWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []responder{status(429, "", "retry-after", "60")}}
		client := s.client(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := client.WaitAvailable(ctx, 42)
		require.ErrorContains(t, err, "(gave up: the next poll would come after the deadline)")
		require.ErrorContains(t, err, "; 1 poll in 0s")
		require.ErrorIs(t, err, wrapper.ErrRateLimited)
		for _, err := range client.WaitAllAvailable(ctx, []int64{42, 43}) {
			require.ErrorContains(t, err, "(gave up: its turn would come after the deadline)")
			require.Equal(t, 1, strings.Count(err.Error(), "gave up"), err)
		}
		_, err = client.Get(ctx, 42)
		require.ErrorContains(t, err, "(gave up: its turn would come after the deadline)")
	})
}

// A pause is told as exactly as a reader needs it.
func TestPausesInErrorsAreRounded(t *testing.T) {
	for want, pause := range map[string]time.Duration{
		"(retry after 49.3s)":  49*time.Second + 333333334,
		"(retry after 100ms)":  time.Millisecond, // not 0s, which would mean at once
		"(retry after 26s)":    26 * time.Second,
		"(retry after 20m0s)":  20*time.Minute + time.Millisecond,
		"(retry after 59m59s)": time.Hour - time.Second,
	} {
		err := &wrapper.Error{Status: 429, RetryAfter: pause}
		assert.ErrorContains(t, err, want)
	}
}
