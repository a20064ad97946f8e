package contracttest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
)

// targetOf returns a target that allows everything, which a transport serves.
func targetOf(transport http.RoundTripper) contracttest.Target {
	return contracttest.Target{
		Token:     fakeapi.Token,
		Transport: transport,
		Write:     true,
		Recipient: "alice@example.com",
	}
}

func fakeTarget() contracttest.Target { return targetOf(fakeapi.New()) }

// slowTarget returns a target whose imports and actions are seen in every status, however the pauses of a wait vary.
func slowTarget() contracttest.Target {
	return targetOf(fakeapi.New(fakeapi.WithImportTime(time.Minute), fakeapi.WithActionTime(time.Minute)))
}

// fakeLacks are the cases that look for something that the fake has only where a test asks for it.
var fakeLacks = []string{"retired-images", "region-of-actions"}

func suiteCase(t *testing.T, name string) contracttest.Case {
	t.Helper()
	for _, c := range contracttest.Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no case %s", name)
	return contracttest.Case{}
}

// runCases runs cases, by their names.
func runCases(t *testing.T, target contracttest.Target, names ...string) []contracttest.Result {
	t.Helper()
	cases := make([]contracttest.Case, len(names))
	for i, name := range names {
		cases[i] = suiteCase(t, name)
	}
	results, _, err := contracttest.RunCases(t.Context(), target, cases...)
	require.NoError(t, err)
	return results
}

func TestSuitePassesOnTheFake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		results, report, err := contracttest.RunCases(t.Context(), fakeTarget())
		require.NoError(t, err)
		var text strings.Builder
		require.NoError(t, contracttest.WriteResults(&text, results))
		t.Log("\n" + text.String())
		for _, result := range results {
			assert.NoError(t, result.Err, result.Case.Name)
			if !slices.Contains(fakeLacks, result.Case.Name) {
				assert.Empty(t, result.Skipped, result.Case.Name)
			}
		}
		assert.Zero(t, report.CountAtLeast(check.Breaking), "%v", report.Findings)
	})
}

// The way in which a service's own tests run the suite.
func TestRun(t *testing.T) {
	contracttest.Run(t, func(*testing.T) contracttest.Target {
		return targetOf(fakeapi.New(fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1)))
	})
}

// An operation that the case forgets could respond to anybody.
func TestNoTokenAsksEveryOperation(t *testing.T) {
	_, report, err := contracttest.RunCases(t.Context(), fakeTarget(), suiteCase(t, "no-token"))
	require.NoError(t, err)
	for operation, coverage := range report.Coverage().Operations {
		assert.NotContains(t, coverage.Missing, "response 401", operation)
	}
}

// An API may also respond to a page out of range with the nearest page, and to a third delete in any way.
func TestSuiteAcceptsWhatIsNotDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{
			Operation: "images_delete",
			After:     2,
			Do:        fakeapi.Status(500),
		}))
		target := targetOf(request(func(r *http.Request, q url.Values) {
			if n, err := strconv.Atoi(q.Get("page")); q.Has("page") && (err != nil || n < 1) {
				q.Set("page", "1")
			}
			if n, err := strconv.Atoi(q.Get("per_page")); q.Has("per_page") && (err != nil || n < 1 || n > 200) {
				q.Set("per_page", "200")
			}
		})(fake))
		results := runCases(t, target, "paging-out-of-range", "lifecycle")
		for _, result := range results {
			assert.NoError(t, result.Err, result.Case.Name)
		}
	})
}

func TestSuiteSkipsWhatTheTargetLacks(t *testing.T) {
	target := targetOf(fakeapi.New(fakeapi.WithCatalogue(0, 0)))
	target.Recipient = ""
	results := runCases(t, target, "account-transfer", "get-by-slug")
	for _, result := range results {
		assert.NotEmpty(t, result.Skipped, result.Case.Name)
		assert.NoError(t, result.Err, result.Case.Name)
	}
}

// An API may refuse to convert custom images. What cannot become a snapshot cannot be offered.
func TestSuiteOffersOnlySnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "imageActions_post", Do: fakeapi.Status(422)}))
		before := len(fake.Images())
		target := targetOf(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			assert.NotContains(t, req.URL.Path, "account_transfer")
			return fake.RoundTrip(req)
		}))
		results := runCases(t, target, "account-transfer")
		assert.NoError(t, results[0].Err)
		assert.Contains(t, results[0].Skipped, "only snapshots can be offered")
		assert.Len(t, fake.Images(), before)
	})
}

// A target that offers another protocol fails its cases, and holds nobody up.
func TestSuiteOnAnotherProtocol(t *testing.T) {
	t.Parallel()
	done := make(chan []contracttest.Result, 1)
	go func() {
		target := contracttest.Target{Token: fakeapi.Token, BaseURL: testkit.Switching(t)}
		results, _, err := contracttest.RunCases(t.Context(), target)
		assert.NoError(t, err)
		done <- results
	}()
	select {
	case results := <-done:
		require.NotEmpty(t, results)
		for _, result := range results {
			assert.True(t, result.Err != nil || result.Skipped != "", result.Case.Name)
		}
	case <-time.After(3 * time.Minute): // far more than it takes on a busy machine
		assert.Fail(t, "the suite hangs")
	}
}
