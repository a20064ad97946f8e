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
		return ended(ctx)
	case <-time.After(d):
		return nil
	}
}

// callError is how a call of this package fails. An errgroup makes the error of one call the cause of its siblings'
// context, and there it is not to be taken for their own.
type callError interface {
	error
	ofCall()
}

// ended returns why a context ended, or nil: always its Err, so that errors.Is works, and the cause where there is one.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == err {
		return err
	}
	if errors.As(cause, new(callError)) {
		return fmt.Errorf("%w: %v", err, cause) // told, and not wrapped
	}
	return fmt.Errorf("%w: %w", err, cause)
}
