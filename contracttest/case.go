package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// list reads a whole list and demands that it be one: nothing twice, which the wrapper reports, and as many as the total
// says.
func (s *session) list(ctx context.Context, params wrapper.ListParams) ([]gen.Image, error) {
	var all []gen.Image
	total := 0
	for page, err := range s.client.ImagePages(ctx, params) {
		if err != nil {
			return nil, err
		}
		all = append(all, page.Images...)
		total = page.Meta.Total
	}
	if total != len(all) {
		return nil, fmt.Errorf("the total is %d, and the pages hold %d images", total, len(all))
	}
	return all, nil
}

func ids(images []gen.Image) []int64 {
	list := make([]int64, len(images))
	for i, image := range images {
		list[i] = image.ID
	}
	return list
}

func same(a, b gen.Image) bool { return text(a) == text(b) }

func text(image gen.Image) string {
	b, _ := json.Marshal(image)
	return string(b)
}

// noSuchID is larger than any id so far, and within 63 bits.
const noSuchID = 1<<62 + 1

// wantError demands an error of a kind, with the API's own name for it.
func wantError(err, kind error, id string) error {
	var apiError *wrapper.Error
	switch {
	case err == nil:
		return fmt.Errorf("the request succeeded; it should be %w", kind)
	case !errors.Is(err, kind):
		return fmt.Errorf("the request should be %w, and is: %w", kind, err)
	case !errors.As(err, &apiError) || apiError.ID != id || apiError.Message == "":
		return fmt.Errorf("the error should have the id %q and a message: %w", id, err)
	}
	return nil
}

// raw sends a request as it is, which the wrapper would not do.
func (s *session) raw(ctx context.Context, method, path, token, body string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.BaseURL+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if body == "" {
		req.Body = nil
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, answer, err
}

// namePrefix marks every image that the suite makes.
const namePrefix = "doimages-contract-"

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

// newSession returns a session whose every exchange is checked against the embedded contract.
func newSession(target Target) (*session, error) {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		return nil, err
	}
	embedded, err := check.LoadBaseline(openapi.Baseline())
	if err != nil {
		return nil, err
	}
	watch := &watcher{next: target.Transport, budget: target.Budget, report: report.New(contract, target.Baseline, embedded)}
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
	result.Err = errors.Join(s.secrets().Error(err), summarize(s.watch.findings, s.FailOn))
	result.Requests = s.watch.requests
	return result
}

// summarize makes an error of findings: what is wrong with one image of a page is often wrong with all, so that a few
// stand for the rest, which are in the report.
func summarize(findings []check.Finding, failOn check.Severity) error {
	const limit = 5
	var errs []error
	findings = slices.DeleteFunc(findings, func(f check.Finding) bool { return !f.Severity.AtLeast(failOn) })
	for _, finding := range findings[:min(limit, len(findings))] {
		errs = append(errs, errors.New(finding.String()))
	}
	if more := len(findings) - limit; more > 0 {
		errs = append(errs, fmt.Errorf("and %d more findings", more))
	}
	return errors.Join(errs...)
}

// secrets returns what takes the token out of errors: those of the generated client can quote it.
func (s *session) secrets() *redact.Redactor {
	secrets := &redact.Redactor{}
	secrets.Hide(s.Token)
	return secrets
}
