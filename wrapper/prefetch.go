package wrapper

import (
	"context"
	"fmt"
	"sync"
)

// prefetcher reads pages ahead of the one that is asked for, each on a goroutine of its own.
type prefetcher[P any] struct {
	ctx         context.Context
	cancel      context.CancelFunc
	what        string // for errors
	fetch       func(context.Context, int) (*P, error)
	concurrency int
	started     map[int]chan fetched[P] // by page number
	running     sync.WaitGroup
}

type fetched[P any] struct {
	page *P
	err  error
}

func newPrefetcher[P any](ctx context.Context, what string, fetch func(context.Context, int) (*P, error), concurrency int) *prefetcher[P] {
	ctx, cancel := context.WithCancel(ctx)
	return &prefetcher[P]{
		ctx: ctx, cancel: cancel, what: what, fetch: fetch, concurrency: concurrency,
		started: map[int]chan fetched[P]{},
	}
}

// get returns a page, and meanwhile reads those that follow, up to the last.
func (f *prefetcher[P]) get(number, last int) (*P, error) {
	f.start(number)
	for ahead := number + 1; ahead <= last && ahead-number < f.concurrency; ahead++ {
		f.start(ahead)
	}
	result := <-f.started[number]
	delete(f.started, number)
	return result.page, result.err
}

func (f *prefetcher[P]) start(number int) {
	if f.started[number] != nil {
		return
	}
	result := make(chan fetched[P], 1) // so that a page nobody asks for holds no goroutine back
	f.started[number] = result
	f.running.Go(func() {
		// Sent in a defer, since a transport may end its goroutine, as t.FailNow does.
		r := fetched[P]{err: fmt.Errorf("%s: page %d: the transport ended its goroutine", f.what, number)}
		defer func() { result <- r }()
		r.page, r.err = f.fetch(f.ctx, number)
	})
}

// stop ends the requests under way, and waits for their goroutines.
func (f *prefetcher[P]) stop() {
	f.cancel()
	f.running.Wait()
}
