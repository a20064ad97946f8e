package report

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// Report checks exchanges and counts what was found. [New] makes one. It is not safe for concurrent use.
type Report struct {
	Exchanges int     // how many were checked
	Skipped   int     // how many were not; [Report.AddSkipped] counts them
	Findings  []Group // in the order of the first of each; CountAtLeast counts those that are not held as well

	// What fails a run beside what is added as a problem or a failure, and as a case that failed.
	FailOn      check.Severity // the least severity of a finding that does; New sets Breaking
	MinCoverage float64        // the least share of the contract to be seen, in percent, of which tenths count; 0 for any
	FailOnSkip  bool           // whether an exchange with the API that could not be checked does, or an empty input

	// Operations are those whose coverage is counted; all if there are none. [Seen] stands for those that appear.
	Operations []string

	// ListMissing adds to the text what of the contract was not seen, and to JUnit a skipped test case for each response
	// among it.
	ListMissing bool

	// ShowBodies adds to the first 200 groups of findings what the first exchange held there. Otherwise no report has
	// any of a body but the value that a finding is about.
	ShowBodies bool

	contract   *check.Contract
	baselines  []*check.Baseline
	session    *check.Session
	kind       string                 // the provenance of the session
	bySeverity map[check.Severity]int // how many findings, whether they are held or not
	accepted   accepted
	groups     groups
	excerpts   int // how many groups have one
	table      *table
	coverage   *check.Coverage
	evidence   evidence
	skips      skips
	unreadable int // exchanges that were checked but for a body that nothing can read
	cases      cases
	problems   sentences
	failures   sentences
	advice     sentences
}

// New returns a report of nothing. Of several baselines the first that knows a finding accepts it; nil ones are left
// out.
func New(contract *check.Contract, baselines ...*check.Baseline) *Report {
	r := &Report{
		FailOn:     check.Breaking,
		contract:   contract,
		baselines:  baselines,
		bySeverity: map[check.Severity]int{},
		accepted:   accepted{times: map[acceptedKey]int{}},
		groups:     newGroups(),
		table:      newTable(contract),
		coverage:   contract.NewCoverage(),
		evidence:   evidence{began: time.Now()},
		skips:      skips{by: map[string]*skipped{}},
	}
	r.NewSession("")
	return r
}

// NewSession says that the exchanges to come have nothing to do with those before, such as when another recording
// begins. The kind is that of its provenance, or empty: a baseline may accept a finding for one kind only, and how much
// of the contract each kind shows is counted apart. Exchanges without a kind count only in the sum.
func (r *Report) NewSession(kind string) {
	r.session, r.kind = check.NewSession(), kind
	r.coverage.SetOrigin(redact.Printable(kind))
}

// Add checks an exchange and counts it. It returns all that was found, whether the report holds it or not.
func (r *Report) Add(exchange traffic.Exchange) []check.Finding {
	return r.include(r.contract.Examine(exchange))
}

// AddAll checks the exchanges of a sequence, on all cores, and counts them in the order in which they came. It holds
// a few for each core at a time, so that a sequence may be of any length. The first error of the sequence ends it and
// is returned, after what came before it was counted.
//
// The sequence runs while exchanges are counted. Of the report it may call [Report.AddSkipped], [Report.AddProblem],
// [Report.AddFailure] and [Report.Advise], and nothing else.
func (r *Report) AddAll(exchanges iter.Seq2[traffic.Exchange, error]) error {
	return r.AddAllContext(context.Background(), exchanges)
}

// AddAllContext does as [Report.AddAll] until ctx ends, and then returns the cause at once, or as soon as the sequence
// yields. What was being checked at the time is not counted.
func (r *Report) AddAllContext(ctx context.Context, exchanges iter.Seq2[traffic.Exchange, error]) (err error) {
	queue := newQueue(ctx, r.contract, func(result check.Result) { r.include(result) })
	defer func() {
		queue.finish()
		if err == nil {
			err = context.Cause(ctx)
		}
	}()
	for exchange, err := range exchanges {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
		queue.examine(exchange)
	}
	return nil
}

// include takes in the result of a check: it compares the exchange with those before it, applies the baselines, and
// counts and holds what was found. Results come here in the order of their exchanges.
func (r *Report) include(result check.Result) []check.Finding {
	found := append(result.Findings, r.session.Check(result)...)
	for _, baseline := range r.baselines {
		baseline.Accept(found, r.kind)
	}
	r.Exchanges++
	r.coverage.Add(result)
	r.evidence.add(result.Exchange, r.kind)
	r.table.add(r.table.at(result.Operation, result.Exchange.Status), result.Exchange, found)
	for _, f := range found {
		r.hold(printable(f), result.Exchange)
	}
	r.Findings = r.groups.list
	return found
}

// hold counts a finding in its group, and begins a group while there is room for its severity.
func (r *Report) hold(f check.Finding, exchange traffic.Exchange) {
	if group := r.groups.add(f); group != nil && r.ShowBodies && r.excerpts < maxExcerpts {
		group.Excerpt = excerpt(exchange, f)
		r.excerpts++
	}
	r.bySeverity[f.Severity]++
	if f.Severity == check.Accepted {
		r.accepted.add(f)
	}
	if f.Check == "unreadable-body" && f.Severity == check.Note {
		r.unreadable++
	}
}

// unchecked returns how many exchanges with the API could not be checked, or not their bodies.
func (r *Report) unchecked() int { return r.skips.unchecked() + r.unreadable }

// AddResponse does as [Report.Add], but does not judge the request. It is for requests that break the contract on
// purpose, to see how the server responds.
func (r *Report) AddResponse(exchange traffic.Exchange) []check.Finding {
	result := r.contract.Examine(exchange)
	result.Findings = slices.DeleteFunc(result.Findings, func(f check.Finding) bool {
		return strings.HasPrefix(f.In, "request")
	})
	return r.include(result)
}
