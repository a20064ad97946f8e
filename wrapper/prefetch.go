package wrapper

import (
	"context"
	"sync"
)

// fetchPage reads one page, by its number.
type fetchPage[P any] func(ctx context.Context, number int) (*P, error)

// prefetcher reads pages ahead of the one that is asked for, each on a goroutine of its own.
type prefetcher[P any] struct {
	ctx         context.Context
	cancel      context.CancelFunc
	fetch       fetchPage[P]
	concurrency int                     // pages that are read at a time, the one asked for included
	started     map[int]chan fetched[P] // by page number; removed when the page is handed out
	running     sync.WaitGroup
}

// fetched is what became of a page.
type fetched[P any] struct {
	page  *P
	err   error
	ended *unwinding // nil if the fetch returned
}

func newPrefetcher[P any](ctx context.Context, fetch fetchPage[P], concurrency int) *prefetcher[P] {
	ctx, cancel := context.WithCancel(ctx)
	return &prefetcher[P]{
		ctx:         ctx,
		cancel:      cancel,
		fetch:       fetch,
		concurrency: concurrency,
		started:     map[int]chan fetched[P]{},
	}
}

// get returns a page. Meanwhile it reads those that follow, but none after the last.
//
// If the fetch panicked, so does get. The panic of a page that is never asked for is dropped: without reading ahead, it
// would not have come about.
func (f *prefetcher[P]) get(number, last int) (*P, error) {
	f.start(number)
	for ahead := number + 1; ahead <= last && ahead-number < f.concurrency; ahead++ {
		f.start(ahead)
	}
	result := <-f.started[number]
	delete(f.started, number)
	if result.ended != nil {
		result.ended.resume()
	}
	return result.page, result.err
}

func (f *prefetcher[P]) start(number int) {
	if f.started[number] != nil {
		return
	}
	result := make(chan fetched[P], 1) // buffered, so that the goroutine of a page that is not asked for can end
	f.started[number] = result
	f.running.Go(func() {
		var r fetched[P]
		watch(func() { r.page, r.err = f.fetch(f.ctx, number) }, func(u *unwinding) {
			r.ended = u
			result <- r
		})
	})
}

// stop cancels the requests under way and waits for their goroutines.
func (f *prefetcher[P]) stop() {
	f.cancel()
	f.running.Wait()
}
