package report

import (
	"bytes"
	"context"
	"runtime"
	"sync"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
)

// queue examines exchanges on all cores, and hands the results on in the order in which the exchanges came.
type queue struct {
	ctx     context.Context
	todo    chan job
	ordered chan job // the same jobs, for the goroutine that hands the results on
	hander  sync.WaitGroup
	held    held
}

type job struct {
	exchange traffic.Exchange
	weight   int
	result   chan check.Result // which holds one, so that a worker need not wait until it is handed on
}

// newQueue starts a worker for each core, and a goroutine that hands each result to include. They run until finish, or
// until ctx ends. Then results are not handed on any more, and what a worker is at comes to nothing.
func newQueue(ctx context.Context, contract *check.Contract, include func(check.Result)) *queue {
	cores := runtime.GOMAXPROCS(0)
	q := &queue{
		ctx:     ctx,
		todo:    make(chan job),
		ordered: make(chan job, 2*cores), // which bounds how many exchanges are held
	}
	q.held.freed.L = &q.held.mu
	for range cores {
		go func() {
			for j := range q.todo {
				j.result <- contract.ExamineContext(ctx, j.exchange)
			}
		}()
	}
	q.hander.Go(func() {
		for j := range q.ordered {
			q.hand(j, include)
		}
	})
	return q
}

// hand waits for a result and hands it on, unless ctx ends.
func (q *queue) hand(j job, include func(check.Result)) {
	defer q.held.release(j.weight)
	select {
	case <-q.ctx.Done():
		return
	case result := <-j.result:
		if q.ctx.Err() == nil {
			include(result)
		}
	}
}

// examine has an exchange examined. It waits while too many are held, and does nothing when ctx has ended.
func (q *queue) examine(exchange traffic.Exchange) {
	j := job{
		exchange: exchange,
		weight:   weightOf(exchange),
		result:   make(chan check.Result, 1),
	}
	q.held.acquire(j.weight)
	q.ordered <- j
	select {
	case q.todo <- j:
	case <-q.ctx.Done():
	}
}

// finish returns when the result of every exchange was handed on, or ctx has ended. No other exchange may come then.
func (q *queue) finish() {
	close(q.todo)
	close(q.ordered)
	q.hander.Wait()
}

// maxHeld is how much memory the exchanges that are held may take, in bytes. One that takes more is held by itself.
const maxHeld = 32 << 20

// held counts the memory of the exchanges that are held.
type held struct {
	mu    sync.Mutex
	freed sync.Cond
	bytes int
}

// acquire waits until there is room for so many bytes.
func (h *held) acquire(bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.bytes > 0 && h.bytes+bytes > maxHeld {
		h.freed.Wait()
	}
	h.bytes += bytes
}

func (h *held) release(bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes -= bytes
	h.freed.Signal()
}

const (
	valueWeight = 128   // of a value with what is found in it, in bytes: an empty object takes some 120
	maxValues   = 2e5   // that are decoded of a body
	maxGrowth   = 1_032 // by which gzip decompresses at most; other codings are taken for it
)

// weightOf returns about how much memory an exchange takes while it is checked, in bytes, and rather too much.
func weightOf(exchange traffic.Exchange) int {
	weight := 0
	for _, body := range [][]byte{exchange.RequestBody, exchange.Body} {
		length, values := len(body), 0
		for _, before := range []string{",", "[", "{"} { // each value but the first follows one of these
			values += bytes.Count(body, []byte(before))
		}
		isGzip := bytes.HasPrefix(body, []byte{0x1f, 0x8b})
		if isGzip || exchange.Header.Get("Content-Encoding") != "" { // such as br, which has no such beginning
			length = min(length, traffic.MaxBody/maxGrowth) * maxGrowth
			values = length / 2
		}
		weight += length + min(values, maxValues)*valueWeight
	}
	return weight
}
