package contracttest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// errBudget is what a request gets when the run has made as many as it may.
var errBudget = errors.New("the request budget is used up")

// watcher is a transport that checks every exchange against the contract, and lets no more requests through than its
// budget. It changes neither request nor response.
type watcher struct {
	next    http.RoundTripper
	budget  int // requests left
	reserve int // of those, kept for removing what was made

	mu       sync.Mutex
	report   *report.Report
	name     string          // of the case that runs
	requests int             // of that case
	findings []check.Finding // in those
}

// begins says that the exchanges to come are those of a case.
func (w *watcher) begins(name string) { w.name, w.requests, w.findings = name, 0, nil }

// RoundTrip implements http.RoundTripper.
func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	source, err := w.begin(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, exchange, err := traffic.RoundTrip(w.next, req)
	if err != nil {
		return nil, err
	}
	exchange.Source = source
	w.end(exchange, isDeliberate(req.Context()))
	return resp, nil
}

// begin takes a request from the budget, and returns the name of its exchange.
func (w *watcher) begin(ctx context.Context) (source string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.budget <= w.reserve && (!isCleanUp(ctx) || w.budget == 0) {
		return "", errBudget
	}
	w.budget--
	w.requests++
	return fmt.Sprintf("%s#%d", w.name, w.requests), nil
}

func (w *watcher) end(exchange traffic.Exchange, deliberate bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	add := w.report.Add
	if deliberate {
		add = w.report.AddResponse
	}
	w.findings = append(w.findings, add(exchange)...)
}

type deliberateKey struct{}

// deliberately marks a request that breaks the contract on purpose, so that only its response is judged.
func deliberately(ctx context.Context) context.Context {
	return context.WithValue(ctx, deliberateKey{}, true)
}

type cleanUpKey struct{}

// cleaningUp marks the requests that may use the reserve.
func cleaningUp(ctx context.Context) context.Context {
	return context.WithValue(ctx, cleanUpKey{}, true)
}

func isCleanUp(ctx context.Context) bool { return ctx.Value(cleanUpKey{}) != nil }

func isDeliberate(ctx context.Context) bool { return ctx.Value(deliberateKey{}) != nil }
