package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/wrapper"
)

// goneError is an error of a caller that says by itself what it is, without wrapping anything.
type goneError struct{ class error }

func (goneError) Error() string          { return "gone" }
func (e goneError) Is(target error) bool { return target == e.class }

// hidingError shows what it holds only through its own methods.
type hidingError struct{ held error }

func (hidingError) Error() string          { return "hidden" }
func (e hidingError) Is(target error) bool { return errors.Is(e.held, target) }
func (e hidingError) As(target any) bool   { return errors.As(e.held, target) }

// An error of the caller's code is in no class of this package, even if a method of its own says so.
func TestErrorsThatSayWhatTheyAre(t *testing.T) {
	other := newClient(t, respond(404, apiNotFound, nil))
	_, notFound := other.Get(t.Context(), 7)
	own := &http.MaxBytesError{Limit: 1}
	for name, err := range map[string]error{
		"a method Is":          goneError{class: wrapper.ErrNotFound},
		"Is a changed list":    goneError{class: wrapper.ErrListChanged},
		"wrapped":              fmt.Errorf("closing: %w", goneError{class: wrapper.ErrNotFound}),
		"joined":               errors.Join(own, goneError{class: wrapper.ErrRateLimited}),
		"methods Is and As":    hidingError{held: notFound},
		"As finds another one": errors.Join(hidingError{held: errors.Join(own, notFound)}, errors.New("x")),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(err)
			_, ofGet := other.Get(ctx, 42)
			_, ofWait := other.WaitAvailable(ctx, 42)
			limiter := limiterFunc(func(context.Context) error { return err })
			_, ofLimiter := newClient(t, nil, wrapper.WithLimiter(limiter)).Get(t.Context(), 42)
			transport := roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
			client := newClient(t, nil, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
			_, ofTransport := client.Get(t.Context(), 42)
			for from, got := range map[string]error{
				"get": ofGet, "wait": ofWait, "limiter": ofLimiter, "transport": ofTransport,
			} {
				require.Error(t, got, from)
				assert.NotErrorIs(t, got, wrapper.ErrNotFound, from)
				assert.NotErrorIs(t, got, wrapper.ErrRateLimited, from)
				assert.NotErrorIs(t, got, wrapper.ErrListChanged, from)
				var e *wrapper.Error
				assert.False(t, errors.As(got, &e) && e.Status != 0, "%s: it is the error of another call", from)
				var found *http.MaxBytesError
				assert.Equal(t, errors.As(err, &found), errors.As(got, &found), "%s: what is the caller's own", from)
			}
		})
	}
}
