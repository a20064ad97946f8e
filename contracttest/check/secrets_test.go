package check_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// A finding may hold a short scalar, and never a token or an address.
func TestFindingsHoldLittleOfTheBody(t *testing.T) {
	for value, want := range map[string]string{
		strings.Repeat("long", 1000):       `"longlonglonglonglonglonglonglong…"`,
		"dop_v1_canary0123456789":          `"[redacted-2]"`,
		"of alice@example.com, the sender": `"of someone@example.com, the send…"`,
	} {
		exchange := testkit.Exchanges(t, "images_list")[5]
		exchange.Body = []byte(strings.ReplaceAll(string(exchange.Body), `"available"`, `"`+value+`"`))
		findings := testkit.Contract(t).Check(exchange)
		require.Len(t, findings, 6)
		for _, finding := range findings {
			assert.Equal(t, want, finding.Got)
			assert.Equal(t, check.Drift, finding.Severity)
			assert.Equal(t, "unknown-enum-value", finding.Check)
			assert.Equal(t, "one of NEW, available, pending, deleted, retired", finding.Expected)
			assert.Less(t, len(finding.String()), 400)
		}
	}
}

// A server can repeat the token of a request anywhere in its response.
func TestFindingsDoNotRepeatTheToken(t *testing.T) {
	for _, token := range []string{"another-kind-of-token", strings.Repeat("0123456789abcdef", 4), strings.Repeat("0123456789abcdef", 16)} {
		for _, finding := range findingsOfAnEcho(t, token) {
			// Findings are truncated, and the beginning of a token is a part of it.
			assert.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", finding)), token[:6])
		}
	}
}

// findingsOfAnEcho are of a response that repeats the token of its request wherever it can.
func findingsOfAnEcho(t *testing.T, token string) []check.Finding {
	t.Helper()
	exchange := testkit.Exchanges(t, "images_get")[0]
	exchange.RequestHeader.Set("Authorization", "Bearer "+token)
	exchange.Header = exchange.Header.Clone()
	exchange.Header.Set(token, token)
	exchange.Header.Set("Content-Length", token)
	testkit.ReplaceBody(`"available"`, `"`+token+`"`)(&exchange)
	testkit.ReplaceBody(`"14.04 x64"`, `["of `+strings.Repeat("a", 150)+token+`"]`)(&exchange)
	testkit.ReplaceBody(`"tags": []`, `"`+token+`": {"a": "`+token+`"}, "tags": "`+token+`"`)(&exchange)
	testkit.SetURL("https://api.digitalocean.com/v2/images/1?" + token + "=1")(&exchange)
	findings := newSession(t).add(exchange)
	assert.GreaterOrEqual(t, len(findings), 6)
	return findings
}

// A token is known in whatever form it is sent.
func TestFindingsHoldNoTokenInAnyForm(t *testing.T) {
	for _, header := range []http.Header{
		{"Authorization": {"Bearer sesame42"}}, {"authorization": {"Bearer sesame42"}}, {"Authorization": {"Bearer  sesame42 "}},
		{"Authorization": {"sesame42"}}, {"Authorization": {"Bearer other999", "Bearer sesame42"}},
	} {
		exchange := exchangeOf(t, readImage(testkit.ImageOf(1, "snapshot", "sesame42", "sesame42")), 10, 100)
		exchange.RequestHeader = header
		findings := testkit.Contract(t).Check(exchange)
		require.NotEmpty(t, findings)
		for _, finding := range findings {
			assert.NotContains(t, fmt.Sprintf("%+v", finding), "sesame42", "%v", header)
		}
	}
}
