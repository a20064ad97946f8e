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

// errBudget is the error of a request that the budget no longer allows.
var errBudget = errors.New("the request budget is used up")

// watcher is a transport that checks every exchange against the contract, and sends no more requests than its budget
// allows. It changes neither requests nor responses.
//
// The budget protects the rate limit of a real account: a server whose lists never end must not use it up.
type watcher struct {
	next    http.RoundTripper
	base    traffic.Base // where the target has the API
	token   string       // of the target, which findings do not show
	budget  int          // requests that may still be sent
	reserve int          // how many of those only the removal of images may use

	mu       sync.Mutex
	report   *report.Report
	caseName string          // the case that runs
	requests int             // that it sent
	findings []check.Finding // in its exchanges
}

// beginCase attributes the exchanges that follow to a case.
func (w *watcher) beginCase(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.caseName, w.requests, w.findings = name, 0, nil
}

// endCase returns what the exchanges of the case came to.
func (w *watcher) endCase() (requests int, findings []check.Finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests, w.findings
}

// RoundTrip implements [http.RoundTripper].
func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	source, err := w.spend(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // as a RoundTripper must, on errors too
		}
		return nil, err
	}
	resp, exchange, err := traffic.RoundTrip(w.next, req)
	if err != nil {
		return nil, err
	}
	if exchange.Truncated && req.Context().Err() != nil {
		return resp, nil // the run has ended, which says nothing about the target; whoever reads on gets the error
	}
	exchange, _ = w.base.Exchange(exchange)
	exchange.Source, exchange.Secrets = source, []string{w.token}
	w.add(exchange, isInvalidOnPurpose(req.Context()))
	return resp, nil
}

// spend takes a request from the budget, and returns the name of its exchange, such as get-by-id#3.
func (w *watcher) spend(ctx context.Context) (source string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reserve := w.reserve
	if isRemoval(ctx) {
		reserve = 0
	}
	if w.budget <= reserve {
		return "", errBudget
	}
	w.budget--
	w.requests++
	return fmt.Sprintf("%s#%d", w.caseName, w.requests), nil
}

// add checks an exchange, its request only if that is meant to be valid.
func (w *watcher) add(exchange traffic.Exchange, invalidOnPurpose bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if invalidOnPurpose {
		w.findings = append(w.findings, w.report.AddResponse(exchange)...)
	} else {
		w.findings = append(w.findings, w.report.Add(exchange)...)
	}
}

type invalidOnPurposeKey struct{}

// invalidOnPurpose marks a request that breaks the contract, so that only its response is checked.
func invalidOnPurpose(ctx context.Context) context.Context {
	return context.WithValue(ctx, invalidOnPurposeKey{}, true)
}

func isInvalidOnPurpose(ctx context.Context) bool { return ctx.Value(invalidOnPurposeKey{}) != nil }

type removalKey struct{}

// removal marks requests that remove images, so that they may use the reserve.
func removal(ctx context.Context) context.Context {
	return context.WithValue(ctx, removalKey{}, true)
}

func isRemoval(ctx context.Context) bool { return ctx.Value(removalKey{}) != nil }
