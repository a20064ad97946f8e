package check

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// Check returns how an exchange breaks the contract, in its request and in its response: nothing if
// it keeps it. It applies no baseline and looks at no other exchange; for those, see [Baseline] and
// [Session].
func (c *Contract) Check(exchange traffic.Exchange) []Finding { return c.Examine(exchange).Findings }

// Result is what checking one exchange found and decoded. A [Session] and a [Coverage] take it in.
type Result struct {
	Exchange  traffic.Exchange // in the form of [traffic.Exchange.Normalized]
	Findings  []Finding        // in the order in which the package comment lists the checks
	Operation string           // the operation id; empty if the contract has none for the request

	operation *operation // nil if Operation is empty
	request   any        // the bodies, each decoded once for every check; nil where one cannot be decoded
	response  any
	view      view
}

// Examine checks an exchange as [Contract.Check] does, and returns what it decoded as well, so that
// the exchange can be compared with others without a second look at its bodies.
func (c *Contract) Examine(exchange traffic.Exchange) Result {
	return c.ExamineContext(context.Background(), exchange)
}

// ExamineContext does as [Contract.Examine] until ctx ends. Then a finding says that not everything
// was judged.
func (c *Contract) ExamineContext(ctx context.Context, exchange traffic.Exchange) Result {
	written := exchange.URL
	exchange, isReadable := decompress.Normalized(exchange)
	request, ok := requestOf(exchange)
	if !ok {
		found := newFindings(exchange, "")
		found.add("request", "request", nil, "not an HTTP request")
		return Result{Exchange: exchange, Findings: found.redacted()}
	}
	operation, pathParams, err := c.find(request)
	isRewritten, isNotFound := exchange.URL != written, exchange.Status == http.StatusNotFound
	switch {
	case operation == nil:
		return undocumentedOperation(exchange, written)
	case err != nil:
		return unusableOperation(exchange, operation, err)
	case isRewritten && isNotFound && operation.Responses.Status(exchange.Status) == nil:
		// The API does not take this form of the path for the one of the contract.
		return undocumentedOperation(exchange, written)
	}
	checks := newChecker(operation, exchange)
	checks.ctx, checks.unreadable = ctx, !isReadable
	if isRewritten {
		checks.add("request-path", "request", nil, "the path is read as "+redact.Shorten(exchange.URL.EscapedPath()))
	}
	requestBody := checks.checkRequest(request, pathParams)
	if exchange.Status/100 == 4 {
		checks.lowerToNotes() // the API refused the request, as it should
	}
	responseBody := checks.checkResponse()
	checks.checkBudget()
	// Last, what the body means beside the request: where it does not have the form that the
	// contract gives it, the schemas have said so, and there is nothing to compare.
	seen := newView(exchange, responseBody)
	checks.checkResource(seen)
	checks.checkPages(seen)
	checks.checkActions(seen)
	checks.checkApplied(seen, requestBody)
	return Result{
		Exchange:  exchange,
		Findings:  checks.redacted(),
		Operation: operation.id,
		operation: operation,
		request:   requestBody,
		response:  responseBody,
		view:      seen,
	}
}

// unusableOperation returns the result for a request whose operation the document describes in a way
// that nothing can be judged by. Its finding breaks a run: nothing of the exchange was judged.
func unusableOperation(exchange traffic.Exchange, o *operation, err error) Result {
	found := newFindings(exchange, o.id)
	message := fmt.Sprintf("%s %s: not judged: %v", o.method, redact.Shorten(o.path), err)
	found.add("unusable-operation", "exchange", nil, message)
	return Result{Exchange: exchange, Findings: found.redacted(), Operation: o.id}
}

// undocumentedOperation returns the result for a request that the contract has no operation for, with its URL as it
// was written.
func undocumentedOperation(exchange traffic.Exchange, written *url.URL) Result {
	found := newFindings(exchange, "")
	path := redact.Shorten(written.EscapedPath())
	message := fmt.Sprintf("the contract has no operation for %s %s", exchange.Method, path)
	found.add("undocumented-operation", "request", nil, message)
	if exchange.Status/100 == 4 {
		found.lowerToNotes() // the API has no such operation either
	}
	return Result{Exchange: exchange, Findings: found.redacted()}
}
