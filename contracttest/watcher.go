package contracttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
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
	report   *Report
	name     string    // of the case that runs
	requests int       // of that case
	findings []Finding // in those
}

// begins says that the exchanges to come are those of a case.
func (w *watcher) begins(name string) { w.name, w.requests, w.findings = name, 0, nil }

// RoundTrip implements http.RoundTripper.
func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	exchange := Exchange{Method: req.Method, URL: req.URL, RequestHeader: req.Header}
	sent := req.Clone(req.Context())
	if req.Body != nil {
		defer req.Body.Close()
		var err error
		if exchange.RequestBody, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		sent.Body = io.NopCloser(bytes.NewReader(exchange.RequestBody))
	}
	if err := w.begin(req.Context(), &exchange); err != nil {
		return nil, err
	}
	exchange.Began = time.Now()
	resp, err := w.next.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	exchange.Status, exchange.Header = resp.StatusCode, resp.Header
	body, err := io.ReadAll(resp.Body)
	exchange.Ended, exchange.Truncated = time.Now(), err != nil
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	}
	exchange.Body = body
	w.end(exchange, isDeliberate(req.Context()))
	return resp, nil
}

func (w *watcher) begin(ctx context.Context, exchange *Exchange) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.budget <= w.reserve && (!isCleanUp(ctx) || w.budget == 0) {
		return errBudget
	}
	w.budget--
	w.requests++
	exchange.Source = fmt.Sprintf("%s#%d", w.name, w.requests)
	return nil
}

func (w *watcher) end(exchange Exchange, deliberate bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	add := w.report.Add
	if deliberate {
		add = w.report.AddResponse
	}
	w.findings = append(w.findings, add(exchange)...)
}

// failing is the end of a body that broke off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

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
