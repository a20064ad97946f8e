package contracttest_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
)

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
	cases := []contracttest.Case{suiteCase(t, "first-page"), suiteCase(t, "unknown-id")}
	results, report, err := contracttest.RunCases(t.Context(), target, cases...)
	require.NoError(t, err)
	assert.Len(t, report.Findings, 902, "900 fields and that there are more, and the field of the other case")
	assert.ErrorContains(t, results[0].Err, "and 895 more findings")
	assert.ErrorContains(t, results[1].Err, "/new_0: the contract does not know the field")
}

// What FailOn names fails a case, and so does all that is worse.
func TestSuiteFailsOn(t *testing.T) {
	for failOn, fails := range map[check.Severity]bool{
		"":             false,
		check.Breaking: false,
		check.Drift:    true,
		check.Note:     true,
	} {
		target := fakeTarget()
		target.FailOn = failOn
		target.Transport = fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()}))
		results := runCases(t, target, "first-page")
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
	target := contracttest.Target{
		Token:     "T",
		Transport: testkit.RoundTripper(func(*http.Request) (*http.Response, error) { return nil, refused }),
	}
	results := runCases(t, target, "content-type")
	assert.ErrorContains(t, results[0].Err, refused.Error())

	target.Token = strings.Repeat("0123456789abcdef", 4)
	refused = errors.New("no " + strings.ToUpper(target.Token) + ", and no " + target.Token[:40] + "…")
	results = runCases(t, target, "content-type")
	assert.ErrorContains(t, results[0].Err, "no [redacted-1], and no [redacted-1]…")
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
