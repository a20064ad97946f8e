package contracttest

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
)

// WriteCases writes a table of all cases: name, whether it writes, and what it does.
func WriteCases(w io.Writer) error {
	table := newTable(w)
	fmt.Fprintln(table, "case\twrites\twhat it does")
	for _, c := range Cases() {
		fmt.Fprintf(table, "%s\t%t\t%s\n", c.Name, c.Writes, c.Explanation)
	}
	return table.Flush()
}

// WriteResults writes a table of results, why cases failed or were skipped, and how many there were of each.
func WriteResults(w io.Writer, results []Result) error {
	table := newTable(w)
	fmt.Fprintln(table, "case\tresult\trequests\tproves")
	outcomes, requests := map[string]int{}, 0
	for _, r := range results {
		outcomes[r.outcome()]++
		requests += r.Requests
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", r.Case.Name, r.outcome(), r.Requests, r.Case.Proves)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, r := range results {
		writeReason(w, r)
	}
	counts := fmt.Sprintf("%d passed, %d failed, %d skipped", outcomes[passed], outcomes[failed], outcomes[skipped])
	if n := outcomes[notRun]; n > 0 {
		counts += fmt.Sprintf(", %d not run", n)
	}
	_, err := fmt.Fprintf(w, "%s: %s; %s\n", plural.Of(len(results), "case"), counts, plural.Of(requests, "request"))
	return err
}

// The outcomes of a case, as the table shows them. Failures stand out.
const (
	passed  = "pass"
	failed  = "FAIL"
	skipped = "skip"
	notRun  = "not run"
)

// outcome returns one of the four. A case that was skipped after a finding has failed.
func (r Result) outcome() string {
	switch {
	case r.NotRun():
		return notRun
	case r.Err != nil:
		return failed
	case r.Skipped != "":
		return skipped
	}
	return passed
}

// writeReason writes why a case failed or was skipped, if it was.
func writeReason(w io.Writer, r Result) {
	switch r.outcome() {
	case failed:
		fmt.Fprintf(w, "FAIL %s: %s\n  %s\n", r.Case.Name, r.Case.Explanation, indented(r.Err.Error(), "  "))
	case notRun:
		fmt.Fprintf(w, "not run %s: %s\n", r.Case.Name, indented(strings.TrimPrefix(r.Err.Error(), "not run: "), "  "))
	case skipped:
		fmt.Fprintf(w, "skip %s: %s\n", r.Case.Name, redact.Printable(r.Skipped))
	}
}

// indented returns a text whose lines after the first are indented, and print: it may quote a server.
func indented(text, by string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = redact.Printable(line)
	}
	return strings.Join(lines, "\n"+by)
}

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// WriteObservations writes whether a target confirms the observations of cases, refutes them, or does not show them,
// and below each what was seen, or why nothing was. Results of cases without an observation are left out.
func WriteObservations(w io.Writer, results []Result) error {
	verdicts := map[string]int{}
	observations := slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Case.Observed == "" })
	for _, r := range observations {
		verdicts[r.verdict()]++
		fmt.Fprintf(w, "%-9s %s: %s (%s)\n", r.verdict(), r.Case.Name, r.Case.Proves, r.Case.Observed)
		if detail := r.detail(); detail != "" {
			fmt.Fprintf(w, "          %s\n", indented(detail, "          "))
		}
	}
	_, err := fmt.Fprintf(w, "%s: %d confirmed, %d refuted, %d not seen, %d failed\n",
		plural.Of(len(observations), "observation"),
		verdicts[confirmed], verdicts[refutedHere], verdicts[notSeen], verdicts[notAsked])
	return err
}

// What a target says of an observation.
const (
	confirmed   = "confirmed"
	refutedHere = "REFUTED"
	notSeen     = "not seen" // it has nothing that could show it
	notAsked    = "failed"   // it could not be asked
)

// verdict returns one of these. Findings in the exchanges do not count: they are about the contract.
func (r Result) verdict() string {
	switch {
	case r.Refuted():
		return refutedHere
	case r.own != nil:
		return notAsked
	case r.Skipped != "":
		return notSeen
	}
	return confirmed
}

// detail returns what was seen instead, or why nothing was, or what else is worth knowing of a confirmation.
func (r Result) detail() string {
	if r.own != nil {
		return r.own.Error()
	}
	return cmp.Or(r.Skipped, r.Saw)
}
