package report

import (
	"runtime"
	"sync"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
)

// queue examines exchanges on all cores, and hands the results on in the order in which the exchanges came.
type queue struct {
	todo    chan job
	ordered chan job // the same jobs, for the goroutine that hands the results on
	running sync.WaitGroup
}

type job struct {
	exchange traffic.Exchange
	result   chan check.Result // which holds one, so that a worker need not wait until it is handed on
}

// newQueue starts a worker for each core, and a goroutine that hands each result to include. They run until finish.
func newQueue(contract *check.Contract, include func(check.Result)) *queue {
	cores := runtime.GOMAXPROCS(0)
	q := &queue{
		todo:    make(chan job),
		ordered: make(chan job, 2*cores), // which bounds how many exchanges are held
	}
	for range cores {
		q.running.Go(func() {
			for j := range q.todo {
				j.result <- contract.Examine(j.exchange)
			}
		})
	}
	q.running.Go(func() {
		for j := range q.ordered {
			include(<-j.result)
		}
	})
	return q
}

// examine has an exchange examined. It waits while too many are held.
func (q *queue) examine(exchange traffic.Exchange) {
	j := job{exchange: exchange, result: make(chan check.Result, 1)}
	q.ordered <- j
	q.todo <- j
}

// finish returns when every exchange was examined and its result handed on. No other may come then.
func (q *queue) finish() {
	close(q.todo)
	close(q.ordered)
	q.running.Wait()
}
