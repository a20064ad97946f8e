// Package redislimit is an example of a limiter that processes share: replicas of a service with one token share its
// request budget through Redis. It is a module of its own, so that only those who import it need a Redis client.
// Import it or copy it.
//
//	limiter := redislimit.New(redis.NewClient(&redis.Options{Addr: "localhost:6379"}), "digitalocean:team-a")
//	client, err := wrapper.NewClient(token, wrapper.WithLimiter(limiter))
package redislimit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// perMinute stays below the 250 requests that the API allows in any minute. With a burst of 40 that refills at 200 a
// minute, no minute has more than 240.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
var perMinute = redis_rate.Limit{Rate: 200, Burst: 40, Period: time.Minute}

// maxJitter is added to pauses at random, so that the processes that wait do not all ask at the same moment.
const maxJitter = 100 * time.Millisecond

// Limiter implements wrapper.Limiter.
type Limiter struct {
	rates *redis_rate.Limiter
	key   string
}

// New returns a limiter. All limiters with the same key in the same Redis share one budget. The key names the
// account, such as "digitalocean:team-a"; it must not be the token.
func New(client *redis.Client, key string) *Limiter {
	return &Limiter{rates: redis_rate.NewLimiter(client), key: key}
}

// Wait implements wrapper.Limiter: it returns when a request may be sent. It fails at once if the deadline precedes
// the turn, or if Redis fails: without Redis the budget is unknown.
func (l *Limiter) Wait(ctx context.Context) error {
	for {
		result, err := l.rates.Allow(ctx, l.key, perMinute)
		if err != nil {
			return fmt.Errorf("redis: %w", err)
		}
		if result.Allowed > 0 {
			return nil
		}
		pause := result.RetryAfter + rand.N(maxJitter)
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
			return fmt.Errorf("the shared budget has room only in %s, after the deadline", pause)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
