package contracttest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// Target is the API that the suite runs against.
type Target struct {
	BaseURL   string            // as for wrapper.WithBaseURL
	Token     string            // of an account that may read and, with Write, create, update and delete
	Transport http.RoundTripper // http.DefaultTransport if nil

	Write     bool                 // also run the cases that make images; they remove what they made
	ImageURL  string               // what those import; a small Ubuntu image if empty
	Region    gen.RegionSlug       // where to; nyc3 if empty
	Recipient string               // e-mail address to offer an image to, and take it back; without one that case is skipped
	FailOn    Severity             // the least severity of a finding that fails a case; Breaking if empty
	Budget    int                  // requests that a run may make; 200 if zero. With Write the last 5 are kept for removal
	Baseline  *Baseline            // known differences beside those of openapi.Baseline; may be nil
	Wait      []wrapper.WaitOption // how to wait for imports and actions
}

// Case is one thing that the suite proves.
type Case struct {
	Name         string
	Explanation  string // what the case does
	Proves       string // what holds when it passes
	Schemathesis string // the check of Schemathesis that asks the same, where there is one
	Writes       bool   // whether it makes, changes and deletes an image

	run func(context.Context, *session) error
}

// Result is what came of a case.
type Result struct {
	Case     Case
	Err      error  // why it failed: the case's own errors and the first five of the findings that fail it, joined
	Skipped  string // why it could not be run, if it was not
	Requests int
}

// errSkip says that the target lacks what a case needs.
type errSkip string

func (e errSkip) Error() string { return string(e) }

// session is what a case works with.
type session struct {
	Target
	watch  *watcher
	client *wrapper.Client // every exchange of which is checked
	http   *http.Client    // the same transport, for requests that the wrapper would not make
}

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
func RunCases(ctx context.Context, target Target, cases ...Case) ([]Result, *Report, error) {
	target = target.withDefaults()
	if target.FailOn == Accepted || !slices.Contains(Severities(), target.FailOn) {
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

// withDefaults returns a target in which nothing is left to be said.
func (t Target) withDefaults() Target {
	if t.Transport == nil {
		t.Transport = http.DefaultTransport
	}
	t.FailOn = cmp.Or(t.FailOn, Breaking)
	t.Budget = cmp.Or(t.Budget, 200)
	t.Region = cmp.Or(t.Region, gen.RegionSlugNyc3)
	t.ImageURL = cmp.Or(t.ImageURL, "http://cloud-images.ubuntu.com/minimal/releases/noble/release/ubuntu-24.04-minimal-cloudimg-amd64.img")
	t.BaseURL = strings.TrimSuffix(cmp.Or(t.BaseURL, "https://api.digitalocean.com"), "/")
	return t
}

// newSession returns a session whose every exchange is checked against the embedded contract.
func newSession(target Target) (*session, error) {
	contract, err := Load(openapi.Document())
	if err != nil {
		return nil, err
	}
	embedded, err := LoadBaseline(openapi.Baseline())
	if err != nil {
		return nil, err
	}
	watch := &watcher{next: target.Transport, budget: target.Budget, report: NewReport(contract, target.Baseline, embedded)}
	watch.report.FailOn = target.FailOn
	if target.Write {
		watch.reserve = 5
	}
	s := &session{Target: target, watch: watch, http: &http.Client{
		Transport:     watch,
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a token must not travel
	}}
	s.client, err = wrapper.NewClient(target.Token,
		wrapper.WithBaseURL(target.BaseURL),
		wrapper.WithHTTPClient(s.http),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}), // a failure is a result, and not to be covered by another attempt
		wrapper.WithListRereads(0),
		wrapper.WithConcurrency(1), // exchanges are judged in their order
	)
	return s, err
}

// runCase runs one case. Findings in its exchanges fail it, as its own error does.
func (s *session) runCase(ctx context.Context, c Case) Result {
	if c.Writes && !s.Write {
		return Result{Case: c, Skipped: "it writes, and writing was not asked for"}
	}
	if ctx.Err() != nil {
		return Result{Case: c, Err: fmt.Errorf("not run: %w", context.Cause(ctx))}
	}
	s.watch.begins(c.Name)
	result := Result{Case: c}
	err := c.run(ctx, s)
	if skip, ok := err.(errSkip); ok { // alone: an image that could not be removed must not be passed over
		result.Skipped, err = string(skip), nil
	}
	result.Err = errors.Join(withoutToken(err, s.Token), summarize(s.watch.findings, s.FailOn))
	result.Requests = s.watch.requests
	return result
}

// withoutToken returns an error that does not quote the token, as those of the generated client can.
func withoutToken(err error, token string) error {
	if err == nil {
		return nil
	}
	if text := redact(err.Error(), token, "[redacted]"); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// WriteCases writes a table of all cases.
func WriteCases(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "case\twrites\tSchemathesis\twhat it does")
	for _, c := range Cases() {
		fmt.Fprintf(table, "%s\t%t\t%s\t%s\n", c.Name, c.Writes, c.Schemathesis, c.Explanation)
	}
	return table.Flush()
}

// summarize makes an error of findings: what is wrong with one image of a page is often wrong with all, so that a few
// stand for the rest, which are in the report.
func summarize(findings []Finding, failOn Severity) error {
	const limit = 5
	var errs []error
	findings = slices.DeleteFunc(findings, func(f Finding) bool { return !f.Severity.AtLeast(failOn) })
	for _, finding := range findings[:min(limit, len(findings))] {
		errs = append(errs, errors.New(finding.String()))
	}
	if more := len(findings) - limit; more > 0 {
		errs = append(errs, fmt.Errorf("and %d more findings", more))
	}
	return errors.Join(errs...)
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
