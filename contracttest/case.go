package contracttest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
)

// Case is one thing that the suite proves. [Cases] returns all of them.
type Case struct {
	// Name identifies the case in results, subtests and the sources of findings, such as walk-pages-of-20.
	Name string

	// Explanation says what the case does.
	Explanation string

	// Proves says what holds if the case passes.
	Proves string

	// Observed says who published what the case holds, and when; empty for a case that holds what is documented.
	Observed string

	// Writes reports whether the case creates, changes and deletes images, which needs [Target.Write].
	Writes bool

	run func(context.Context, *session) error
}

// Result is the outcome of a case: it passed if Err is nil and Skipped is empty.
type Result struct {
	Case Case

	// Err says why the case failed. It joins the error of the case itself with the first five findings that fail it.
	Err error

	// Skipped says why the case was not run, or not to its end; empty if it was.
	Skipped string

	// Saw is what the case saw, where that says more than that it passed.
	Saw string

	// Requests is how many requests the case sent.
	Requests int

	own      error // Err without the findings
	cutShort bool  // whether own says that the run ended before the case did
}

// NotRun reports whether the case was not run to its end, since the budget or the time of the run was used up or the
// run was interrupted. Err says which of these it was. That says nothing of the target.
func (r Result) NotRun() bool { return r.cutShort }

// Refuted reports whether the target contradicts what was observed of the API, so that [Case.Observed] does not hold
// for it. A case that fails for another reason, such as a token that was refused, says nothing of that.
func (r Result) Refuted() bool {
	var refutes refutation
	return errors.As(r.own, &refutes)
}

// errSkip is the error of a case for which the target lacks something. It says what.
type errSkip string

func (e errSkip) Error() string { return string(e) }

// refutation is the error of a case whose observation does not hold for the target. It says what was seen instead.
type refutation string

func (r refutation) Error() string { return string(r) }

func refuted(format string, args ...any) error { return refutation(fmt.Sprintf(format, args...)) }

// runCase runs a case. It fails by its own error, and by findings in any of its exchanges.
func (s *session) runCase(ctx context.Context, c Case) Result {
	result := Result{Case: c}
	if c.Writes && !s.Write {
		result.Skipped = "it writes, which the target does not allow"
		return result
	}
	if ctx.Err() != nil {
		result.own, result.cutShort = fmt.Errorf("not run: %w", context.Cause(ctx)), true
		result.Err = result.own
		return result
	}
	s.watch.beginCase(c.Name)
	s.seen = ""
	err := c.run(ctx, s)
	requests, findings := s.watch.endCase()
	// Compared without unwrapping: joined to the reason may be an error about an image that could not be removed.
	if reason, ok := err.(errSkip); ok {
		result.Skipped, err = string(reason), nil
	}
	result.own = s.redact(err)
	failing := findingsError(findings, s.FailOn)
	result.Err = errors.Join(result.own, failing)
	result.cutShort = failing == nil && isCutShort(ctx, err)
	result.Saw, result.Requests = s.seen, requests
	return result
}

// isCutShort reports whether an error of a case says only that the run ended before it. An image that is left behind is
// more than that.
func isCutShort(ctx context.Context, err error) bool {
	if errors.Is(err, errLeftBehind) {
		return false
	}
	ended := ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
	return ended || errors.Is(err, errBudget)
}

// maxQuotedFindings bounds how many findings an error quotes. What is wrong with one image of a page is often wrong
// with all of them, and the report has the rest.
const maxQuotedFindings = 5

// findingsError returns an error that quotes the findings of a severity and worse, or nil if there are none.
func findingsError(findings []check.Finding, failOn check.Severity) error {
	failing := slices.DeleteFunc(findings, func(f check.Finding) bool { return !f.Severity.AtLeast(failOn) })
	var errs []error
	for _, finding := range failing[:min(maxQuotedFindings, len(failing))] {
		errs = append(errs, errors.New(finding.String()))
	}
	if more := len(failing) - maxQuotedFindings; more > 0 {
		errs = append(errs, errors.New("and "+plural.Of(more, "more finding")))
	}
	return errors.Join(errs...)
}
