package contracttest

import (
	"context"
	"testing"

	"example.com/doimages/contracttest/report"
)

// Run runs every case as a subtest, each against a target of its own that factory returns. Cases that write are
// skipped unless the target allows it.
//
//	func TestContract(t *testing.T) {
//		contracttest.Run(t, func(t *testing.T) contracttest.Target {
//			fake := fakeapi.New(fakeapi.WithImportTime(0), fakeapi.WithActionTime(0))
//			return contracttest.Target{Token: fakeapi.Token, Transport: fake, Write: true}
//		})
//	}
func Run(t *testing.T, factory func(*testing.T) Target) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) { runAsTest(t, c, factory(t)) })
	}
}

// runAsTest runs one case, and passes its result on to a test.
func runAsTest(t *testing.T, c Case, target Target) {
	t.Helper()
	results, _, err := RunCases(t.Context(), target, c)
	if err != nil {
		t.Fatal(err)
	}
	result := results[0]
	if result.Err != nil {
		t.Errorf("%s\n%v", c.Proves, result.Err)
	}
	if result.Skipped != "" {
		t.Skip(result.Skipped)
	}
}

// RunCases runs cases, all of them if none is named, one after the other against one target. If ctx ends, the case
// that runs removes what it made, and those after it fail without a request; see [Result.NotRun].
//
// The report has every exchange; see [report.Report.Write]. The error says that the target cannot be used: its
// base URL, its token, FailOn or Budget is invalid. Whether a case failed is in its [Result].
func RunCases(ctx context.Context, target Target, cases ...Case) ([]Result, *report.Report, error) {
	target = target.withDefaults()
	if err := target.validate(); err != nil {
		return nil, nil, err
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
		if target.AfterCase != nil {
			target.AfterCase(c.Name, s.watch.report)
		}
	}
	return results, s.watch.report, nil
}
