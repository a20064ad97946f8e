package contracttest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// What the end of a budget or of a context keeps from being run is not a fault of the target.
func TestSuiteTellsNotRunFromFailed(t *testing.T) {
	interrupted := errors.New("interrupted")
	for name, test := range map[string]struct {
		budget int
		after  int // the request during which the run is interrupted; never if 0
		want   string
	}{
		"the budget":   {budget: 10, want: "the request budget is used up"},
		"an interrupt": {after: 10, want: "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			fake, sent := fakeapi.New(), 0
			target := contracttest.Target{Token: fakeapi.Token, Budget: test.budget}
			target.Transport = testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
				if sent++; sent == test.after {
					cancel(interrupted)
					return nil, ctx.Err()
				}
				return fake.RoundTrip(req)
			})
			var seen []string
			target.AfterCase = func(name string, sofar *report.Report) {
				seen = append(seen, name)
				assert.Positive(t, sofar.Exchanges)
			}
			results, _, err := contracttest.RunCases(ctx, target)
			require.NoError(t, err)
			require.Len(t, seen, len(results))
			ran, notRun := 0, 0
			for i, r := range results {
				assert.Equal(t, r.Case.Name, seen[i])
				if r.NotRun() {
					notRun++
					assert.Error(t, r.Err, "so that nobody takes it for one that passed")
				} else {
					ran++
					assert.NoError(t, r.Err)
				}
			}
			assert.Greater(t, ran, 1)
			assert.Greater(t, notRun, 20)
			var text strings.Builder
			require.NoError(t, contracttest.WriteResults(&text, results))
			assert.Contains(t, text.String(), fmt.Sprintf(" 0 failed, 5 skipped, %d not run; 10 requests", notRun))
			assert.Contains(t, text.String(), test.want)
			assert.NotContains(t, text.String(), "FAIL")
		})
	}
}

// A budget for an account suits what the cases take there.
func TestBudgetFor(t *testing.T) {
	for _, images := range []int{1, 60, 1000, 3000} {
		fake := fakeapi.New(fakeapi.WithCatalogue(images, 1), fakeapi.WithRateLimit(0, 0))
		budget, least := contracttest.BudgetFor(images), contracttest.LeastBudgetFor(images)
		target := contracttest.Target{Token: fakeapi.Token, Transport: fake, Budget: budget}
		results, _, err := contracttest.RunCases(t.Context(), target)
		require.NoError(t, err)
		for _, r := range results {
			assert.NoError(t, r.Err, "%d images: %s", images, r.Case.Name)
		}
		assert.Less(t, fake.Requests(), budget*4/5, "writing takes a quarter more")
		assert.Greater(t, fake.Requests(), least)
	}
}

// A budget that leaves the cases no request is a mistake, and not a run in which all of them fail.
func TestSuiteRefusesABudgetOfNothing(t *testing.T) {
	for _, test := range []struct {
		budget int
		write  bool
		want   string
	}{
		{budget: -1, want: "budget -1: it cannot be negative"},
		{budget: -1, write: true, want: "budget -1: it cannot be negative"},
		{budget: 5, write: true, want: "budget 5: a run that writes keeps 5 requests for removal"},
	} {
		target := fakeTarget()
		target.Budget, target.Write = test.budget, test.write
		_, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "first-page"))
		assert.ErrorContains(t, err, test.want)
	}
	target := fakeTarget()
	target.Budget, target.Write = 5, false
	results := runCases(t, target, "first-page")
	assert.NoError(t, results[0].Err)
}
