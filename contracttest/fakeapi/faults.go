package fakeapi

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

// Fault makes requests go wrong. Do says how, all other fields which: a request has to match each of them, and the
// zero value of each matches every request that the effect can concern: one operation for [FailImport] and
// [FailAction], and all for the others. [WithFaults] and [API.Inject] give faults to a fake; [ParseFault] reads
// them from text.
type Fault struct {
	// Operation is an operationId of the document, such as images_list. Empty is every operation.
	Operation string

	// Page is a page of a list, from 1. A request for anything but a list does not match it. 0 is every page.
	Page int

	// After is how many matching requests are spared first. For [FailImport] and [FailAction] a request that is
	// refused, or not carried out, does not count: it starts nothing that could fail.
	After int

	// Count is how many requests are struck at most. 0 is no limit. What After does not count, Count does not either.
	Count int

	// Probability is how likely each matching request is struck. 0 is always.
	Probability float64

	// Seed is that of Probability. The same seed strikes the same requests if they reach the fake in the same order.
	// Requests that are sent at the same time need not.
	Seed uint64

	// Do is what happens to the requests that are struck.
	Do Effect
}

// mustBePossible panics if a fault could never strike, or would do nothing.
func (f Fault) mustBePossible() {
	if f.Operation != "" {
		mustBeOperation(f.Operation)
	}
	if err := f.problem(); err != nil {
		panic("fakeapi: " + err.Error())
	}
}

// problem returns why a fault of an existing operation could never strike, or would do nothing, or nil.
func (f Fault) problem() error {
	if f.Do.name == "" {
		return fmt.Errorf("%s: the fault has no effect: Do is not set", cmp.Or(f.Operation, "every operation"))
	}
	if f.Do.only != "" && f.Operation != "" && f.Operation != f.Do.only {
		return fmt.Errorf("%s: %s concerns only %s", f.Operation, f.Do.name, f.Do.only)
	}
	if f.Page < 0 {
		return fmt.Errorf("page %d: pages count from 1", f.Page)
	}
	if operation := cmp.Or(f.Operation, f.Do.only); f.Page != 0 && operation != "" && !isList(operation) {
		return fmt.Errorf("%s has no pages", operation)
	}
	return nil
}

// isList reports whether an operation returns pages.
func isList(operation string) bool { return strings.HasSuffix(operation, "_list") }

// fault is a Fault in use.
type fault struct {
	Fault
	counts
	rng *rand.Rand
}

// counts is what a fault has counted.
type counts struct {
	seen   int // requests that matched
	struck int // requests that were struck
}

func newFault(f Fault) *fault {
	return &fault{Fault: f, rng: rand.New(rand.NewPCG(f.Seed, 0))}
}

// strikes reports whether the fault strikes a request, and counts it.
func (f *fault) strikes(operation string, r *http.Request) bool {
	if !f.matches(operation, r) {
		return false
	}
	f.seen++
	if f.seen <= f.After {
		return false
	}
	if f.Count > 0 && f.struck >= f.Count {
		return false
	}
	if f.Probability > 0 && f.rng.Float64() >= f.Probability {
		return false
	}
	f.struck++
	return true
}

// matches reports whether a request is for the operation and page of the fault.
func (f *fault) matches(operation string, r *http.Request) bool {
	if wanted := cmp.Or(f.Operation, f.Do.only); wanted != "" && wanted != operation {
		return false
	}
	return f.Page == 0 || f.Page == pageOf(operation, r)
}

// pageOf returns the page that a request to a list asks for, and 0 for other requests.
func pageOf(operation string, r *http.Request) int {
	if !isList(operation) {
		return 0
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return max(page, 1)
}

// countsOf returns what faults have counted so far.
func countsOf(faults []*fault) []counts {
	all := make([]counts, len(faults))
	for i, f := range faults {
		all[i] = f.counts
	}
	return all
}

// uncount makes faults that concern started work count as before, after a request that has started none.
func uncount(faults []*fault, before []counts) {
	for i, f := range faults {
		if f.Do.failWith != nil {
			f.counts = before[i]
		}
	}
}

// effectOn returns what happens to a request: the effect of the first fault that strikes it, or none.
func effectOn(faults []*fault, operation string, r *http.Request) Effect {
	for _, f := range faults {
		if f.strikes(operation, r) {
			return f.Do
		}
	}
	return Effect{}
}
