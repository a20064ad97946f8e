package contracttest

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
)

// Report counts what was checked. Contract.NewReport makes one. It is not for several goroutines at once.
type Report struct {
	Exchanges int
	Skipped   int       // exchanges that are not with the images API, or have nothing to check
	Findings  []Finding // the first 10,000 of them; CountAtLeast counts all
	FailOn    Severity  // the least severity that a report calls a failure; NewReport sets Breaking

	counts    map[Severity]int
	contract  *Contract
	baselines []*Baseline
	session   *Session
	kind      string // the provenance of the session
	cells     map[cell]*count
	coverage  *Coverage
}

// maxFindings bounds what a report holds of an archive in which everything is wrong.
const maxFindings = 10_000

// cell is a place in the table: an operation and a status that the contract documents for it, or default.
type cell struct{ operation, status string }

type count struct {
	checked int
	found   map[Severity]int
}

// NewReport returns a report of nothing. Of several baselines the first that knows a difference accepts it.
func NewReport(c *Contract, baselines ...*Baseline) *Report {
	r := &Report{contract: c, baselines: baselines, cells: map[cell]*count{}, coverage: c.NewCoverage(), counts: map[Severity]int{}, FailOn: Breaking}
	r.NewSession("")
	return r
}

// NewSession says that the exchanges to come have nothing to do with those before, such as when another recording
// begins. Kind is its Provenance.Kind, or empty.
func (r *Report) NewSession(kind string) { r.session, r.kind = NewSession(), kind }

// CountAtLeast returns how many findings are of a severity or a worse one, those that are not held among them.
func (r *Report) CountAtLeast(severity Severity) int { return atLeast(r.counts, severity) }

func atLeast(counts map[Severity]int, severity Severity) (n int) {
	for s, count := range counts {
		if s.AtLeast(severity) {
			n += count
		}
	}
	return n
}

// Add checks an exchange and counts it. It returns what was found, all of it, whether the report holds it or not.
func (r *Report) Add(exchange Exchange) []Finding {
	return r.count(r.contract.Examine(exchange), false)
}

// AddResponse does as Add, but does not judge the request, where that breaks the contract on purpose.
func (r *Report) AddResponse(exchange Exchange) []Finding {
	return r.count(r.contract.Examine(exchange), true)
}

// Coverage returns how much of the contract the exchanges showed so far.
func (r *Report) Coverage() CoverageSummary { return r.coverage.Summary() }

// Concurrently checks, on all cores, the exchanges that read passes on, and counts them in the order in which they came.
// It holds a few for each core at a time, so that read may pass on any number. It returns what read returns.
func (r *Report) Concurrently(read func(add func(Exchange)) error) error {
	type job struct {
		exchange Exchange
		result   chan Examined
	}
	cores := runtime.GOMAXPROCS(0)
	todo, inOrder := make(chan job), make(chan chan Examined, 2*cores)
	var running sync.WaitGroup
	for range cores {
		running.Go(func() {
			for j := range todo {
				j.result <- r.contract.Examine(j.exchange)
			}
		})
	}
	running.Go(func() {
		for result := range inOrder {
			r.count(<-result, false)
		}
	})
	defer running.Wait()
	defer close(inOrder)
	defer close(todo)
	return read(func(exchange Exchange) {
		j := job{exchange, make(chan Examined, 1)}
		inOrder <- j.result
		todo <- j
	})
}

func (r *Report) count(result Examined, responseOnly bool) []Finding {
	found := result.Findings
	if responseOnly {
		found = slices.DeleteFunc(found, func(f Finding) bool { return strings.HasPrefix(f.In, "request") })
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
		r.cells[at] = &count{found: map[Severity]int{}}
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

// writeText writes the table of operations and statuses, and the findings.
func (r *Report) writeText(w io.Writer) error {
	columns := r.columns()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "operation")
	for _, status := range columns {
		fmt.Fprint(table, "\t", status)
	}
	fmt.Fprintln(table, "\tcovered")
	coverage := r.Coverage().Operations
	for _, operation := range r.contract.Operations() {
		fmt.Fprint(table, operation)
		for _, status := range columns {
			fmt.Fprint(table, "\t", r.cell(cell{operation, status}))
		}
		fmt.Fprintf(table, "\t%d/%d\n", coverage[operation].Covered, coverage[operation].Total)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "number of exchanges checked, !number of findings; - documented and not checked; . not documented")
	fmt.Fprintln(w)
	var reasons []string
	times := map[string]int{}
	for _, finding := range r.Findings {
		if finding.Severity != Accepted {
			fmt.Fprintf(w, "%s: %s\n", finding.Severity, finding)
			continue
		}
		if times[finding.Reason] == 0 {
			reasons = append(reasons, finding.Reason)
		}
		times[finding.Reason]++
	}
	for _, reason := range reasons {
		fmt.Fprintf(w, "accepted %d times: %s\n", times[reason], reason)
	}
	if more := r.CountAtLeast(Accepted) - len(r.Findings); more > 0 {
		fmt.Fprintf(w, "and %d more findings, which are counted and not held\n", more)
	}
	accepted := r.CountAtLeast(Accepted) - r.CountAtLeast(Note)
	_, err := fmt.Fprintf(w, "%d exchanges checked, %d skipped, %d findings (%d breaking) and %d accepted, %d documented responses not seen, %.1f %% of the contract covered\n",
		r.Exchanges, r.Skipped, r.CountAtLeast(Note), r.CountAtLeast(Breaking), accepted, len(r.Unchecked()), r.Coverage().Percent)
	return err
}

// columns returns every status that some operation documents.
func (r *Report) columns() []string {
	var all []string
	for _, operation := range r.contract.Operations() {
		all = append(all, r.contract.Statuses(operation)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r *Report) cell(at cell) string {
	switch n := r.cells[at]; {
	case n == nil && slices.Contains(r.contract.Statuses(at.operation), at.status):
		return "-"
	case n == nil:
		return "."
	case atLeast(n.found, Note) > 0:
		return fmt.Sprintf("%d!%d", n.checked, atLeast(n.found, Note))
	default:
		return strconv.Itoa(n.checked)
	}
}
