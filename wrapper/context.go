package wrapper

import (
	"context"
	"fmt"
	"time"
)

// sleep waits for a time, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return contextError(ctx)
	case <-time.After(d):
		return nil
	}
}

// contextError returns why a context ended, or nil if it has not. It wraps the context's Err, which is Canceled or
// DeadlineExceeded unless the context is of the caller's own making, and the cause if there is one.
//
// An errgroup makes the error of one call the cause of its siblings' context, so no error of this package is found in
// the cause.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || isSame(cause, err) {
		return err
	}
	if _, isOurs := cause.(ours); isOurs {
		return fmt.Errorf("%w: %v", err, cause)
	}
	return fmt.Errorf("%w: %w", err, fromOutside(cause))
}
