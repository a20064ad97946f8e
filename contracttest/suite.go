package contracttest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
)

// Run runs every case as a subtest, each against a target of its own that factory returns. Cases that write are skipped
// unless the target allows it.
//
//	func TestContract(t *testing.T) {
//		contracttest.Run(t, func(t *testing.T) contracttest.Target {
//			return contracttest.Target{Token: fakeapi.Token, Transport: fakeapi.New(fakeapi.WithImportTime(0)), Write: true}
//		})
//	}
func Run(t *testing.T, factory func(*testing.T) Target) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			results, _, err := RunCases(t.Context(), factory(t), c)
			switch {
			case err != nil:
				t.Fatal(err)
			case results[0].Skipped != "":
				t.Skip(results[0].Skipped)
			case results[0].Err != nil:
				t.Errorf("%s\n%v", c.Proves, results[0].Err)
			}
		})
	}
}

// RunCases runs cases, all if none is named, one after the other against one target. The report has every exchange. The
// error is for a target that cannot be used; what failed is in the results.
func RunCases(ctx context.Context, target Target, cases ...Case) ([]Result, *report.Report, error) {
	target = target.withDefaults()
	if target.FailOn == check.Accepted || !slices.Contains(check.Severities(), target.FailOn) {
		return nil, nil, fmt.Errorf("FailOn: %q is none of breaking, drift and note", target.FailOn)
	}
	s, err := newSession(target)
	if err != nil {
		return nil, nil, err
	}
	if len(cases) == 0 {
		cases = Cases()
	}
	results := make([]Result, len(cases))
	for i, c := range cases {
		results[i] = s.runCase(ctx, c)
	}
	return results, s.watch.report, nil
}
