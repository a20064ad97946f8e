package wrapper

import (
	"context"
	"errors"
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

// callError is an error with which a call of this package ends.
type callError interface {
	error
	ofCall()
}

// contextError returns why a context ended, or nil if it has not. It wraps the context's Err, which is Canceled or
// DeadlineExceeded, and the cause if there is one.
//
// A cause that is a callError is quoted but not wrapped. An errgroup makes the error of one call the cause of its
// siblings' context. Wrapped, the "not found" of one call would look like that of every other.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == err {
		return err
	}
	if errors.As(cause, new(callError)) {
		return fmt.Errorf("%w: %v", err, cause)
	}
	return fmt.Errorf("%w: %w", err, cause)
}
