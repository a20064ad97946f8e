package report

import (
	"runtime"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
)

// queue examines exchanges on all cores, and hands the results out in the order in which the exchanges came. Only the
// examining runs elsewhere: results are taken on the goroutine of the caller, so that a report needs no lock.
type queue struct {
	todo    chan job
	pending []job // those whose results have not been taken, the oldest first
	limit   int   // the most that may be pending
}

type job struct {
	exchange traffic.Exchange
	result   chan check.Result // which holds one, so that no worker waits for it to be taken
}

// newQueue starts a worker for each core, until close.
func newQueue(contract *check.Contract) *queue {
	cores := runtime.GOMAXPROCS(0)
	q := &queue{
		limit: 4 * cores, // so that workers have something to do while results are taken
		todo:  make(chan job, 4*cores),
	}
	for range cores {
		go func() {
			for j := range q.todo {
				j.result <- contract.Examine(j.exchange)
			}
		}()
	}
	return q
}

// add takes an exchange in. It first hands the oldest result to take where too many are pending.
func (q *queue) add(exchange traffic.Exchange, take func(check.Result)) {
	if len(q.pending) == q.limit {
		take(<-q.pending[0].result)
		q.pending = q.pending[1:]
	}
	j := job{exchange: exchange, result: make(chan check.Result, 1)}
	q.pending = append(q.pending, j)
	q.todo <- j
}

// drain hands all pending results to take.
func (q *queue) drain(take func(check.Result)) {
	for _, j := range q.pending {
		take(<-j.result)
	}
	q.pending = nil
}

// close ends the workers.
func (q *queue) close() { close(q.todo) }
