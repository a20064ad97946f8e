package contracttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

func fakeTarget() contracttest.Target {
	return contracttest.Target{Token: fakeapi.Token, Transport: fakeapi.New(), Write: true, Recipient: "alice@example.com"}
}

// fakeLacks are the cases that look for something that the fake has only where a test asks for it.
var fakeLacks = []string{"retired-images", "region-of-actions"}

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
		return contracttest.Target{
			Token:     fakeapi.Token,
			Transport: fakeapi.New(fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1)),
			Write:     true,
			Recipient: "alice@example.com",
		}
	})
}

// An image is removed even if the response to its create was lost.
func TestSuiteRemovesWhatALostResponseMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, effect := range []fakeapi.Effect{fakeapi.LoseAnswer(), fakeapi.Truncate(), fakeapi.Malformed()} {
			fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: effect}))
			before := len(fake.Images())
			target := fakeTarget()
			target.Transport = fake
			results, _, err := contracttest.RunCases(t.Context(), target)
			require.NoError(t, err)
			for _, result := range results {
				if slices.Contains([]string{"lifecycle", "failed-import", "account-transfer"}, result.Case.Name) {
					assert.Error(t, result.Err, result.Case.Name)
				}
			}
			assert.Len(t, fake.Images(), before)
		}
	})
}

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

// A create may take all the time it has before it turns out that its response is lost.
func TestSuiteRemovesWhatASlowCreateMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		target := fakeTarget()
		target.Transport = testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := fake.RoundTrip(req)
			if err != nil || req.Method != http.MethodPost || req.URL.Path != "/v2/images" {
				return resp, err
			}
			_ = resp.Body.Close()
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "lifecycle"))
		require.NoError(t, err)
		assert.ErrorContains(t, results[0].Err, "no response")
		assert.NotContains(t, results[0].Err.Error(), "by hand")
		assert.Len(t, fake.Images(), before)
	})
}

// A create that was refused has made nothing to look for.
func TestSuiteLooksForNothingAfterARefusal(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.Status(403)}))
	target := fakeTarget()
	target.Transport = fake
	results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "lifecycle"))
	require.NoError(t, err)
	assert.Error(t, results[0].Err)
	assert.Equal(t, 1, results[0].Requests)
}

// A refusal to look for an image is not one of its create: the image may be left behind, so the case must not pass as
// skipped.
func TestSuiteReportsAnImageThatItCannotLookFor(t *testing.T) {
	target := fakeTarget()
	target.Transport = fakeapi.New(fakeapi.WithFaults(
		fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.LoseAnswer()},
		fakeapi.Fault{Operation: "images_list", Do: fakeapi.Status(422)},
	))
	results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "failed-import"))
	require.NoError(t, err)
	assert.Empty(t, results[0].Skipped)
	assert.ErrorContains(t, results[0].Err, "by hand")
}

// An API may refuse to convert custom images. What cannot become a snapshot cannot be offered.
func TestSuiteOffersOnlySnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "imageActions_post", Do: fakeapi.Status(422)}))
		before := len(fake.Images())
		target := fakeTarget()
		target.Transport = testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			assert.NotContains(t, req.URL.Path, "account_transfer")
			return fake.RoundTrip(req)
		})
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "account-transfer"))
		require.NoError(t, err)
		assert.NoError(t, results[0].Err)
		assert.Contains(t, results[0].Skipped, "only snapshots can be offered")
		assert.Len(t, fake.Images(), before)
	})
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
	results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "first-page"))
	require.NoError(t, err)
	assert.NoError(t, results[0].Err)
}

// Whenever the budget ends, what was made is removed within it.
func TestSuiteKeepsRequestsForTheRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for budget := 6; budget < 40; budget++ {
			fake := fakeapi.New()
			before := len(fake.Images())
			target := fakeTarget()
			target.Transport, target.Budget = fake, budget
			_, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "lifecycle"), suiteCase(t, "failed-import"), suiteCase(t, "account-transfer"))
			require.NoError(t, err)
			assert.Len(t, fake.Images(), before, "budget %d", budget)
			assert.LessOrEqual(t, fake.Requests(), budget)
		}
	})
}

// The suite does not leave its image behind because a server is down for a moment.
func TestSuiteRetriesTheRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_delete", Count: 3, Do: fakeapi.Status(503)}))
		before := len(fake.Images())
		target := fakeTarget()
		target.Transport = fake
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "lifecycle"))
		require.NoError(t, err)
		assert.ErrorContains(t, results[0].Err, "delete: ", "the case itself sends its delete once")
		assert.Len(t, fake.Images(), before)
	})
}

// An operation that the case forgets could answer anybody.
func TestNoTokenAsksEveryOperation(t *testing.T) {
	target := fakeTarget()
	_, report, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "no-token"))
	require.NoError(t, err)
	for operation, coverage := range report.Coverage().Operations {
		assert.NotContains(t, coverage.Missing, "response 401", operation)
	}
}

// An interrupt while a create is under way must not lose the image that comes of it.
func TestSuiteInterruptedInACreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		ctx, cancel := context.WithCancel(t.Context())
		target := fakeTarget()
		target.Transport = testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method != http.MethodPost || req.URL.Path != "/v2/images" {
				return fake.RoundTrip(req)
			}
			cancel()
			resp, err := fake.RoundTrip(req.WithContext(context.WithoutCancel(req.Context()))) // it has reached the server
			if req.Context().Err() != nil {
				return nil, req.Context().Err()
			}
			return resp, err
		})
		results, _, err := contracttest.RunCases(ctx, target, suiteCase(t, "lifecycle"))
		require.NoError(t, err)
		assert.ErrorIs(t, results[0].Err, context.Canceled)
		assert.Len(t, fake.Images(), before)
	})
}

// An API may also respond to a page out of range with the nearest page, and to a third delete in any way.
func TestSuiteAcceptsWhatIsNotDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := fakeTarget()
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_delete", After: 2, Do: fakeapi.Status(500)}))
		target.Transport = request(func(r *http.Request, q url.Values) {
			if n, err := strconv.Atoi(q.Get("page")); q.Has("page") && (err != nil || n < 1) {
				q.Set("page", "1")
			}
			if n, err := strconv.Atoi(q.Get("per_page")); q.Has("per_page") && (err != nil || n < 1 || n > 200) {
				q.Set("per_page", "200")
			}
		})(fake)
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "paging-out-of-range"), suiteCase(t, "lifecycle"))
		require.NoError(t, err)
		for _, result := range results {
			assert.NoError(t, result.Err, result.Case.Name)
		}
	})
}

func TestSuiteSkipsWhatTheTargetLacks(t *testing.T) {
	target := fakeTarget()
	target.Recipient = ""
	target.Transport = fakeapi.New(fakeapi.WithCatalogue(0, 0))
	results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "account-transfer"), suiteCase(t, "get-by-slug"))
	require.NoError(t, err)
	for _, result := range results {
		assert.NotEmpty(t, result.Skipped, result.Case.Name)
		assert.NoError(t, result.Err, result.Case.Name)
	}
}

// An exchange has a bounded number of findings. Cases that run after it can still fail.
func TestSuiteFindsMoreThanAnExchangeHolds(t *testing.T) {
	target := fakeTarget()
	target.FailOn = check.Drift
	target.Transport = response(always, func(resp *http.Response, body []byte) []byte {
		fields := 1
		if resp.StatusCode == 200 {
			fields = 10_001
		}
		var b strings.Builder
		b.WriteString("{")
		for i := range fields {
			fmt.Fprintf(&b, `"new_%d": 1, `, i)
		}
		return append([]byte(b.String()), bytes.TrimPrefix(body, []byte("{"))...)
	})(target.Transport)
	results, report, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "first-page"), suiteCase(t, "unknown-id"))
	require.NoError(t, err)
	assert.Len(t, report.Findings, 902, "900 fields and that there are more, and the field of the other case")
	assert.ErrorContains(t, results[0].Err, "and 895 more findings")
	assert.ErrorContains(t, results[1].Err, "/new_0: the contract does not know the field")
}

// What FailOn names fails a case, and so does all that is worse.
func TestSuiteFailsOn(t *testing.T) {
	for failOn, fails := range map[check.Severity]bool{"": false, check.Breaking: false, check.Drift: true, check.Note: true} {
		target := fakeTarget()
		target.FailOn = failOn
		target.Transport = fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()}))
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "first-page"))
		require.NoError(t, err)
		assert.Equal(t, fails, results[0].Err != nil, "%q: %v", failOn, results[0].Err)
	}
	for _, failOn := range []check.Severity{check.Accepted, "braking"} {
		target := fakeTarget()
		target.FailOn = failOn
		_, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "first-page"))
		assert.ErrorContains(t, err, `"`+string(failOn)+`"`)
	}
}

// A token of a letter or two is part of any text. Removing it would make errors unreadable.
func TestSuiteLeavesErrorsLegible(t *testing.T) {
	refused := errors.New("The Target is Not There")
	target := contracttest.Target{Token: "T", Transport: testkit.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, refused })}
	results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "content-type"))
	require.NoError(t, err)
	assert.ErrorContains(t, results[0].Err, refused.Error())

	target.Token = strings.Repeat("0123456789abcdef", 4)
	refused = errors.New("no " + strings.ToUpper(target.Token) + ", and no " + target.Token[:40] + "…")
	results, _, err = contracttest.RunCases(t.Context(), target, suiteCase(t, "content-type"))
	require.NoError(t, err)
	assert.ErrorContains(t, results[0].Err, "no [redacted-1], and no [redacted-1]…")
}

// An API that accepts what it should refuse has made an image, which the suite removes as every other.
func TestSuiteRemovesWhatShouldHaveBeenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		target := fakeTarget()
		target.Transport = testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			if req.Method == http.MethodPost {
				req.Header.Set("Content-Type", "application/json")
				req.Body = io.NopCloser(strings.NewReader(`{"name":"a","url":"https://example.com/a.img","region":"nyc3"}`))
			}
			return fake.RoundTrip(req)
		})
		results, _, err := contracttest.RunCases(t.Context(), target, suiteCase(t, "create-refused"))
		require.NoError(t, err)
		assert.ErrorContains(t, results[0].Err, "the response has status 202, expected 4xx")
		assert.Len(t, fake.Images(), before)
	})
}

// A server may repeat the token where the request had none, and a token may have any form.
func TestSuiteHidesTheTokenOfOtherRequests(t *testing.T) {
	const token = "opaque-canary-0123456789"
	fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: token}))
	target := contracttest.Target{Token: token, Transport: parrot{next: fake, text: token}}
	results, report, err := contracttest.RunCases(t.Context(), target)
	require.NoError(t, err)
	require.NotEmpty(t, report.Findings)
	var text strings.Builder
	require.NoError(t, contracttest.WriteResults(&text, results))
	require.NoError(t, report.Write(&text, "text"))
	assert.NotContains(t, strings.ToLower(text.String()), token)
}

// parrot repeats a text in the name of a header.
type parrot struct {
	next http.RoundTripper
	text string
}

func (p parrot) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.next.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Ratelimit-"+p.text, "a") // a header that is judged
	}
	return resp, err
}

// A target that offers another protocol fails its cases, and holds nobody up.
func TestSuiteOnAnotherProtocol(t *testing.T) {
	t.Parallel()
	done := make(chan []contracttest.Result, 1)
	go func() {
		results, _, err := contracttest.RunCases(t.Context(), contracttest.Target{Token: fakeapi.Token, BaseURL: testkit.Switching(t)})
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
