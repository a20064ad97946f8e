package check_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// headerCases are headers that no schema calls wrong, and that mislead a client.
var headerCases = map[string]exchangeCase{
	"a limit with a sign": {
		file:   "images_get",
		change: testkit.SetHeader("Ratelimit-Limit", "+5000"),
		want: []string{
			"header: header ratelimit-limit: has a plus sign",
		},
	},
	"a negative limit": {
		file:   "images_get",
		change: testkit.SetHeader("Ratelimit-Limit", "-1"),
		want: []string{
			"header: header ratelimit-limit: negative",
		},
	},
	"a reset in milliseconds": {
		file:   "images_get",
		change: testkit.SetHeader("Ratelimit-Reset", "1444931833000"),
		want: []string{
			"header: header ratelimit-reset: not a Unix time in seconds",
		},
	},
	"a negative pause": {
		file:   "images_list",
		index:  7,
		change: testkit.SetHeader("Retry-After", "-26"),
		want: []string{
			"header: header retry-after: negative",
		},
	},
}

// A header about the rate limit is one that a client can keep to.
func TestHeadersOfTheRateLimit(t *testing.T) {
	const now = 1_700_000_000
	found := func(severity, name string) []string { return []string{severity + " header: header " + name} }
	for name, test := range map[string]struct {
		header string
		value  string
		undate bool
		want   []string
	}{
		"as documented":           {header: "Ratelimit-Limit", value: "5000"},
		"no limit to speak of":    {header: "Ratelimit-Limit", value: "9223372036854775807"},
		"leading zeros":           {header: "Ratelimit-Limit", value: "05000"}, // HTTP allows them in its own numbers
		"a sign":                  {header: "Ratelimit-Limit", value: "+5000", want: found("breaking", "ratelimit-limit")},
		"a space":                 {header: "Ratelimit-Limit", value: "5 000", want: found("breaking", "ratelimit-limit")},
		"a space before":          {header: "Ratelimit-Limit", value: " 5000", want: found("breaking", "ratelimit-limit")},
		"a separator":             {header: "Ratelimit-Limit", value: "5,000", want: found("breaking", "ratelimit-limit")},
		"remaining, negative":     {header: "Ratelimit-Remaining", value: "-1", want: found("breaking", "ratelimit-remaining")},
		"remaining, with a sign":  {header: "Ratelimit-Remaining", value: "+1", want: found("breaking", "ratelimit-remaining")},
		"all that the limit is":   {header: "Ratelimit-Remaining", value: "5000"},
		"more than the limit":     {header: "Ratelimit-Remaining", value: "5001", want: found("breaking", "ratelimit-remaining")},
		"a reset now":             {header: "Ratelimit-Reset", value: "1700000000"},
		"an hour ago":             {header: "Ratelimit-Reset", value: "1699996400"},
		"in an hour":              {header: "Ratelimit-Reset", value: "1700003600"},
		"in a day":                {header: "Ratelimit-Reset", value: "1700086400"},
		"in more than a day":      {header: "Ratelimit-Reset", value: "1700086401", want: found("drift", "ratelimit-reset")},
		"more than a day ago":     {header: "Ratelimit-Reset", value: "1699913599", want: found("drift", "ratelimit-reset")},
		"seconds from now":        {header: "Ratelimit-Reset", value: "3600", want: found("drift", "ratelimit-reset")},
		"far, without a Date":     {header: "Ratelimit-Reset", value: "1444931833", undate: true},
		"milliseconds":            {header: "Ratelimit-Reset", value: "1700000000000", want: found("breaking", "ratelimit-reset")},
		"milliseconds, no Date":   {header: "Ratelimit-Reset", value: "1700000000000", undate: true, want: found("breaking", "ratelimit-reset")},
		"the largest of all":      {header: "Ratelimit-Reset", value: "9223372036854775807", want: found("breaking", "ratelimit-reset")},
		"a reset before 1970":     {header: "Ratelimit-Reset", value: "-1", want: found("breaking", "ratelimit-reset")},
		"a reset with a sign":     {header: "Ratelimit-Reset", value: "+1700000000", want: found("breaking", "ratelimit-reset")},
		"no pause":                {header: "Retry-After", value: "0"},
		"a pause":                 {header: "Retry-After", value: "3600"},
		"a pause that is longer":  {header: "Retry-After", value: "3601", want: found("drift", "retry-after")},
		"a pause in milliseconds": {header: "Retry-After", value: "26000", want: found("drift", "retry-after")},
		"a negative pause":        {header: "Retry-After", value: "-1", want: found("breaking", "retry-after")},
		"a pause with a sign":     {header: "Retry-After", value: "+26", want: found("breaking", "retry-after")},
	} {
		t.Run(name, func(t *testing.T) {
			refused := respond("GET /v2/images", 429, `{"id":"too_many_requests","message":"m"}`)
			exchange := exchangeOf(t, refused, 0, now)
			exchange.Header.Set("Date", time.Unix(now, 0).UTC().Format(http.TimeFormat))
			if test.undate {
				exchange.Header.Del("Date")
			}
			exchange.Header.Set(test.header, test.value)
			assert.Equal(t, test.want, partsOf(testkit.Contract(t).Check(exchange)))
		})
	}
}

// Only the pause of a 429 is that of a limit. HTTP gives the header to others, and another form.
func TestPausesOfOtherStatuses(t *testing.T) {
	const undocumented = "drift undocumented-header: header retry-after"
	for value, want := range map[string][]string{
		"7200":                          {undocumented},
		"Wed, 21 Oct 2030 07:28:00 GMT": {undocumented},
		"-1":                            {undocumented, "breaking header: header retry-after"},
	} {
		exchange := exchangeOf(t, respond("GET /v2/images/1", 404, `{"id":"not_found","message":"m"}`), 10, 100)
		exchange.Header.Set("Retry-After", value)
		assert.Equal(t, want, partsOf(testkit.Contract(t).Check(exchange)), value)
	}
}

// A number that is wrong by itself is judged without the other.
func TestANegativeBudgetWithoutALimit(t *testing.T) {
	exchange := exchangeOf(t, readImage(testkit.Image(1)), -1, 100)
	exchange.Header.Del("Ratelimit-Limit")
	assert.Equal(t, []string{"breaking header: header ratelimit-remaining"}, partsOf(testkit.Contract(t).Check(exchange)))
}

// setDate sets the Date of a response.
func setDate(at time.Time) func(*traffic.Exchange) {
	return testkit.SetHeader("Date", at.UTC().Format(http.TimeFormat))
}
