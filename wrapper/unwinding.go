package wrapper

import (
	"runtime"
	"sync"
)

// unwinding is how a function ended on a goroutine of this package, if it did not return. A caller's transport, limiter
// or progress function may panic, or end its goroutine as t.FailNow does in a test. The caller's own goroutine then
// has to go on with that: nobody recovers a panic of another, which ends the process.
type unwinding struct {
	value any // of the panic; nil if the goroutine was ended
}

// watch calls f, and then ended with how f ended: nil if it returned. It recovers a panic.
func watch(f func(), ended func(*unwinding)) {
	u := &unwinding{}
	defer func() {
		if u != nil {
			u.value = recover() // not nil, even for panic(nil)
		}
		ended(u)
	}()
	f()
	u = nil
}

// resume panics on this goroutine, or ends it.
func (u *unwinding) resume() {
	if u.value == nil {
		runtime.Goexit()
	}
	panic(u.value)
}

// crew runs functions on goroutines of their own, and keeps how the first of those that did not return ended.
type crew struct {
	running sync.WaitGroup

	mu    sync.Mutex
	ended *unwinding // the first
}

// run starts f. If f does not return, it calls abandon, which should end the others.
func (c *crew) run(abandon, f func()) {
	c.running.Go(func() {
		watch(f, func(u *unwinding) {
			if u == nil {
				return
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.ended == nil {
				c.ended = u
			}
			abandon()
		})
	})
}

// wait returns when every f has. If one did not return, it panics or ends the goroutine as that did.
func (c *crew) wait() {
	c.running.Wait()
	if c.ended != nil {
		c.ended.resume()
	}
}
