package contracttest_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
)

// An image is removed even if the response to its create was lost.
func TestSuiteRemovesWhatALostResponseMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, effect := range []fakeapi.Effect{fakeapi.LoseAnswer(), fakeapi.Truncate(), fakeapi.Malformed()} {
			fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: effect}))
			before := len(fake.Images())
			results, _, err := contracttest.RunCases(t.Context(), targetOf(fake))
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

// A create may take all the time it has before it turns out that its response is lost.
func TestSuiteRemovesWhatASlowCreateMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		target := targetOf(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := fake.RoundTrip(req)
			if err != nil || req.Method != http.MethodPost || req.URL.Path != "/v2/images" {
				return resp, err
			}
			_ = resp.Body.Close()
			<-req.Context().Done()
			return nil, req.Context().Err()
		}))
		results := runCases(t, target, "lifecycle")
		assert.ErrorContains(t, results[0].Err, "no response")
		assert.NotContains(t, results[0].Err.Error(), "by hand")
		assert.Len(t, fake.Images(), before)
	})
}

// An interrupt while a create is under way must not lose the image that comes of it.
func TestSuiteInterruptedInACreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		ctx, cancel := context.WithCancel(t.Context())
		target := targetOf(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method != http.MethodPost || req.URL.Path != "/v2/images" {
				return fake.RoundTrip(req)
			}
			cancel()
			// It has reached the server.
			resp, err := fake.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
			if req.Context().Err() != nil {
				return nil, req.Context().Err()
			}
			return resp, err
		}))
		results, _, err := contracttest.RunCases(ctx, target, suiteCase(t, "lifecycle"))
		require.NoError(t, err)
		assert.ErrorIs(t, results[0].Err, context.Canceled)
		assert.Len(t, fake.Images(), before)
	})
}

// An API that accepts what it should refuse has made an image, which the suite removes as every other.
func TestSuiteRemovesWhatShouldHaveBeenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New()
		before := len(fake.Images())
		target := targetOf(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			req = req.Clone(req.Context())
			if req.Method == http.MethodPost {
				req.Header.Set("Content-Type", "application/json")
				valid := `{"name":"a","url":"https://example.com/a.img","region":"nyc3"}`
				req.Body = io.NopCloser(strings.NewReader(valid))
			}
			return fake.RoundTrip(req)
		}))
		results := runCases(t, target, "create-refused")
		assert.ErrorContains(t, results[0].Err, "the response has status 202, expected 4xx")
		assert.Len(t, fake.Images(), before)
	})
}

// The suite does not leave its image behind because a server is down for a moment.
func TestSuiteRetriesTheRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{
			Operation: "images_delete",
			Count:     3,
			Do:        fakeapi.Status(503),
		}))
		before := len(fake.Images())
		results := runCases(t, targetOf(fake), "lifecycle")
		assert.ErrorContains(t, results[0].Err, "delete: ", "the case itself sends its delete once")
		assert.Len(t, fake.Images(), before)
	})
}

// Whenever the budget ends, what was made is removed within it.
func TestSuiteKeepsRequestsForTheRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for budget := 6; budget < 40; budget++ {
			fake := fakeapi.New()
			before := len(fake.Images())
			target := targetOf(fake)
			target.Budget = budget
			runCases(t, target, "lifecycle", "failed-import", "account-transfer")
			assert.Len(t, fake.Images(), before, "budget %d", budget)
			assert.LessOrEqual(t, fake.Requests(), budget)
		}
	})
}

// A create that was refused has made nothing to look for.
func TestSuiteLooksForNothingAfterARefusal(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.Status(403)}))
	results := runCases(t, targetOf(fake), "lifecycle")
	assert.Error(t, results[0].Err)
	assert.Equal(t, 1, results[0].Requests)
}

// A refusal to look for an image is not one of its create: the image may be left behind, so the case must not pass as
// skipped.
func TestSuiteReportsAnImageThatItCannotLookFor(t *testing.T) {
	target := targetOf(fakeapi.New(fakeapi.WithFaults(
		fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.LoseAnswer()},
		fakeapi.Fault{Operation: "images_list", Do: fakeapi.Status(422)},
	)))
	results := runCases(t, target, "failed-import")
	assert.Empty(t, results[0].Skipped)
	assert.ErrorContains(t, results[0].Err, "by hand")
}
