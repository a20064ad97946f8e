package contracttest

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteCases writes a table of all cases.
func WriteCases(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "case\twrites\tSchemathesis\twhat it does")
	for _, c := range Cases() {
		fmt.Fprintf(table, "%s\t%t\t%s\t%s\n", c.Name, c.Writes, c.Schemathesis, c.Explanation)
	}
	return table.Flush()
}

// WriteResults writes a table of the cases and, for those that failed, why.
func WriteResults(w io.Writer, results []Result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "case\tresult\trequests\tproves")
	failed, skipped, requests := 0, 0, 0
	for _, r := range results {
		outcome := "pass"
		switch {
		case r.Err != nil:
			outcome = "FAIL"
			failed++
		case r.Skipped != "":
			outcome = "skip"
			skipped++
		}
		requests += r.Requests
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", r.Case.Name, outcome, r.Requests, r.Case.Proves)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, r := range results {
		if r.Err != nil {
			fmt.Fprintf(w, "FAIL %s: %s\n  %s\n", r.Case.Name, r.Case.Explanation, strings.ReplaceAll(r.Err.Error(), "\n", "\n  "))
		} else if r.Skipped != "" {
			fmt.Fprintf(w, "skip %s: %s\n", r.Case.Name, r.Skipped)
		}
	}
	_, err := fmt.Fprintf(w, "%d cases: %d passed, %d failed, %d skipped; %d requests\n",
		len(results), len(results)-failed-skipped, failed, skipped, requests)
	return err
}
