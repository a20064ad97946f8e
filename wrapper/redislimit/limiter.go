// Package redislimit is an example: replicas of a service that share one token share its request budget through Redis.
// It is a module of its own, so that nobody else needs a Redis client; copy it, or import it.
package redislimit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// perMinute stays below the 250 requests that the API allows in any minute: with a burst of 40 that is renewed by 200 a
// minute, no minute holds more than 240.
var perMinute = redis_rate.Limit{Rate: 200, Burst: 40, Period: time.Minute}

// Limiter is a wrapper.Limiter.
type Limiter struct {
	rates *redis_rate.Limiter
	key   string
}

// New returns a limiter whose budget is shared by all that use the same key in the same Redis. The key names the
// account, such as "digitalocean:team-a"; it must not be the token.
func New(client *redis.Client, key string) *Limiter {
	return &Limiter{redis_rate.NewLimiter(client), key}
}

// Wait implements wrapper.Limiter. When the deadline would come before the turn it fails at once. Without Redis nobody
// knows the budget, so that its failure is an error too.
func (l *Limiter) Wait(ctx context.Context) error {
	for {
		result, err := l.rates.Allow(ctx, l.key, perMinute)
		if err != nil {
			return fmt.Errorf("redis: %w", err)
		}
		if result.Allowed > 0 {
			return nil
		}
		// A little random time more, so that those that wait do not all ask at the same moment.
		pause := result.RetryAfter + rand.N(100*time.Millisecond)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
			return errors.New("the shared budget has room only in " + pause.String() + ", after the deadline")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
