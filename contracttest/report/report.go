package report

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
)

// Report counts what was checked. Contract.NewReport makes one. It is not for several goroutines at once.
type Report struct {
	Exchanges int
	Skipped   int             // exchanges that [Report.Skip] counted
	Findings  []check.Finding // the first 10,000 of them; CountAtLeast counts all
	FailOn    check.Severity  // the least severity that a report calls a failure; NewReport sets Breaking

	counts    map[check.Severity]int
	contract  *check.Contract
	baselines []*check.Baseline
	session   *check.Session
	kind      string // the provenance of the session
	cells     map[cell]*count
	coverage  *check.Coverage
}

// maxFindings bounds what a report holds of an archive in which everything is wrong.
const maxFindings = 10_000

// cell is a place in the table: an operation and a status that the contract documents for it, or default.
type cell struct{ operation, status string }

type count struct {
	checked int
	found   map[check.Severity]int
}

// NewReport returns a report of nothing. Of several baselines the first that knows a difference accepts it.
func New(c *check.Contract, baselines ...*check.Baseline) *Report {
	r := &Report{contract: c, baselines: baselines, cells: map[cell]*count{}, coverage: c.NewCoverage(), counts: map[check.Severity]int{}, FailOn: check.Breaking}
	r.NewSession("")
	return r
}

// NewSession says that the exchanges to come have nothing to do with those before, such as when another recording
// begins. Kind is its Provenance.Kind, or empty.
func (r *Report) NewSession(kind string) { r.session, r.kind = check.NewSession(), kind }

// CountAtLeast returns how many findings are of a severity or a worse one, those that are not held among them.
func (r *Report) CountAtLeast(severity check.Severity) int { return atLeast(r.counts, severity) }

func atLeast(counts map[check.Severity]int, severity check.Severity) (n int) {
	for s, count := range counts {
		if s.AtLeast(severity) {
			n += count
		}
	}
	return n
}

// Accepted returns how many findings a baseline accepts.
func (r *Report) Accepted() int { return r.counts[check.Accepted] }

// Omitted returns how many findings were counted and are not held in Findings.
func (r *Report) Omitted() int { return r.CountAtLeast(check.Accepted) - len(r.Findings) }

// Skip counts exchanges that were not checked, since they are not with the images API or have nothing to check.
func (r *Report) Skip(n int) { r.Skipped += n }

// Add checks an exchange and counts it. It returns what was found, all of it, whether the report holds it or not.
func (r *Report) Add(exchange traffic.Exchange) []check.Finding {
	return r.count(r.contract.Examine(exchange), false)
}

// AddResponse does as Add, but does not judge the request, where that breaks the contract on purpose.
func (r *Report) AddResponse(exchange traffic.Exchange) []check.Finding {
	return r.count(r.contract.Examine(exchange), true)
}

// Coverage returns how much of the contract the exchanges showed so far.
func (r *Report) Coverage() check.CoverageSummary { return r.coverage.Summary() }

// AddAll checks the exchanges of a sequence, on all cores, and counts them in the order in which they came. It holds a few
// for each core at a time, so that a sequence may be of any length. The first error of the sequence ends it and is
// returned, after what came before it was counted.
//
// The sequence runs while exchanges are counted. Of the report it may call [Report.Skip] and nothing else.
func (r *Report) AddAll(exchanges iter.Seq2[traffic.Exchange, error]) error {
	queue := newQueue(r.contract, func(result check.Result) { r.count(result, false) })
	defer queue.wait()
	for exchange, err := range exchanges {
		if err != nil {
			return err
		}
		queue.add(exchange)
	}
	return nil
}

func (r *Report) count(result check.Result, responseOnly bool) []check.Finding {
	found := result.Findings
	if responseOnly {
		found = slices.DeleteFunc(found, func(f check.Finding) bool { return strings.HasPrefix(f.In, "request") })
	}
	found = append(found, r.session.Check(result)...)
	for _, baseline := range r.baselines {
		baseline.Accept(found, r.kind)
	}
	r.coverage.Add(result)
	r.Exchanges++
	r.Findings = append(r.Findings, found[:min(len(found), maxFindings-len(r.Findings))]...)
	at := r.cellOf(result.Operation, result.Exchange.Status)
	if r.cells[at] == nil {
		r.cells[at] = &count{found: map[check.Severity]int{}}
	}
	r.cells[at].checked++
	for _, f := range found {
		r.counts[f.Severity]++
		r.cells[at].found[f.Severity]++
	}
	return found
}

// cellOf returns the place of an exchange in the table.
func (r *Report) cellOf(operation string, status int) cell {
	return cell{cmp.Or(operation, "no operation"), r.contract.Documents(operation, status)}
}

// Unchecked returns what the contract documents and no exchange showed, such as "images_get 404".
func (r *Report) Unchecked() []string {
	var list []string
	for _, operation := range r.contract.Operations() {
		for _, status := range r.contract.Statuses(operation) {
			if r.cells[cell{operation, status}] == nil {
				list = append(list, operation+" "+status)
			}
		}
	}
	return list
}
