package check_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// queryCases are queries that servers do not read alike.
var queryCases = map[string]exchangeCase{
	"a boolean that only some parsers read": {
		file:   "images_list",
		index:  2,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?private=1"),
		want: []string{
			"request-parameter: request query private: a boolean is written as true or false",
		},
	},
	"an integer that only some parsers read": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?per_page=0200"),
		want: []string{
			"request-parameter: request query per_page: no plus sign and no leading zeros",
		},
	},
	"a semicolon for a separator": {
		file:   "images_list",
		index:  5,
		change: testkit.SetURL("https://api.digitalocean.com/v2/images?page=1;per_page=200"),
		want: []string{
			"request-parameter: request query page: has a semicolon",
		},
	},
}

// partsOf returns each finding with its severity, its check and its part.
func partsOf(findings []check.Finding) (all []string) {
	for _, f := range findings {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s: %s %s", f.Severity, f.Check, f.In, f.Pointer)))
	}
	return all
}

// Each value of a query that is not in its plain form is found once, and names its parameter.
func TestQueriesInAnotherForm(t *testing.T) {
	found := func(part string) []string { return []string{"drift request-parameter: request query" + part} }
	for query, want := range map[string][]string{
		"private=true&page=1&per_page=20": nil,
		"private=false&tag_name=%3B+%25":  nil,
		"p%61ge=1&%70rivate=fals%65":      nil,
		"&page=1&&per_page=20&":           nil,
		"tag_name=":                       nil, // a text, if a short one
		"private=1":                       found(" private"),
		"private=t":                       found(" private"),
		"private=T":                       found(" private"),
		"private=TRUE":                    found(" private"),
		"private=True":                    found(" private"),
		"private=0":                       found(" private"),
		"private=False":                   found(" private"),
		"private=yes":                     found(" private"),
		"private=+true":                   found(" private"),
		"private=":                        found(" private"),
		"private":                         found(" private"),
		"page=":                           found(" page"),
		"page":                            found(" page"),
		"page=+1":                         found(" page"),
		"page=%2B1":                       found(" page"),
		"page=%201":                       found(" page"),
		"page=01":                         found(" page"),
		"page=-0":                         found(" page"),
		"page=1.0":                        found(" page"),
		"page=1e0":                        found(" page"),
		"page=0x1":                        found(" page"),
		"page=%D9%A1":                     found(" page"),
		"per_page=%2B20":                  found(" per_page"),
		"per_page=020":                    found(" per_page"),
		"per_page=":                       found(" per_page"),
		"page=1;per_page=20":              found(" page"),
		"private=true;":                   found(" private"),
		"tag_name=a;b":                    found(" tag_name"),
		";page=1":                         found(""),
		"page;per_page=1":                 found(""),
		"tag_name=%":                      found(" tag_name"),
		"tag_name=%zz":                    found(" tag_name"),
		"page=1%2":                        found(" page"),
		"pa%ge=1":                         found(""),
	} {
		exchange := exchangeOf(t, respond("GET /v2/images", 200, listOf(0, "")), 10, 100)
		exchange.URL.RawQuery = query
		assert.Equal(t, want, partsOf(testkit.Contract(t).Check(exchange)), query)

		exchange.Status, exchange.Body = http.StatusUnprocessableEntity, []byte(`{"id":"unprocessable_entity","message":"m"}`)
		for _, finding := range testkit.Contract(t).Check(exchange) {
			if strings.HasPrefix(finding.In, "request query") {
				assert.Equal(t, check.Note, finding.Severity, "%s: the API refused it", query)
			}
		}
	}
}

// A boolean in another form asks for what it means. What cannot be read asks for nothing.
func TestFiltersInAnotherForm(t *testing.T) {
	const found = "breaking filter: body /images/0/public"
	for query, want := range map[string]bool{
		"private=true": true, "private=1": true, "private=t": true, "private=T": true, "private=TRUE": true, "private=True": true,
		"private=false": false, "private=0": false, "private=FALSE": false, "private=": false, "private=yes": false,
		"private=1;": false, "private=1&tag_name=%zz": false,
	} {
		exchange := exchangeOf(t, respond("GET /v2/images", 200, listOf(1, "", ofType("base", "true"))), 10, 100)
		exchange.URL.RawQuery = query
		findings := partsOf(testkit.Contract(t).Check(exchange))
		assert.Equal(t, want, len(findings) > 0 && findings[len(findings)-1] == found, "%s: %v", query, findings)
	}
	for query, want := range map[string]bool{
		"type=distribution": true, "type=distribution&private=0": true, "type=distribution&private=": true,
		"type=distribution&private=1": false, "type=distribution&private=yes": false, "type=distribution&private=1;": false,
	} {
		exchange := exchangeOf(t, respond("GET /v2/images", 200, listOf(1, "", ofType("custom", "false"))), 10, 100)
		exchange.URL.RawQuery = query
		findings := partsOf(testkit.Contract(t).Check(exchange))
		assert.Equal(t, want, len(findings) > 0 && findings[len(findings)-1] == found, "%s: %v", query, findings)
	}
}

// Where the page that is asked for cannot be read, no page is wrong.
func TestPagesOfQueriesInAnotherForm(t *testing.T) {
	page := listOf(9, link("next", 7), testkit.Image(1), testkit.Image(2))
	for _, query := range []string{
		"page=", "page=+1", "page=%2B1", "page=01", "page=1;per_page=1", "page=2&tag_name=%zz", "per_page=01", "per_page=", "page=1&page=2",
	} {
		exchange := exchangeOf(t, respond("GET /v2/images", 200, page), 10, 100)
		exchange.URL.RawQuery = query
		s := newSession(t)
		for _, finding := range append(s.add(exchange), s.add(exchange)...) {
			assert.Equal(t, "request-parameter", finding.Check, "%s: %v", query, finding)
		}
	}
}

// A query of any length is bounded in what is found of it.
func TestLongQueries(t *testing.T) {
	exchange := exchangeOf(t, respond("GET /v2/images", 200, listOf(0, "")), 10, 100)
	exchange.URL.RawQuery = strings.Repeat("page=1;&", 20_000)
	assert.LessOrEqual(t, len(testkit.Contract(t).Check(exchange)), 1000)

	exchange.URL.RawQuery = strings.Repeat("page=1&", 20_000)
	assert.Equal(t, []string{"drift request-parameter: request query"}, partsOf(testkit.Contract(t).Check(exchange)))

	exchange.URL.RawQuery = "tag_name=" + strings.Repeat("%", 1<<20)
	findings := testkit.Contract(t).Check(exchange)
	assert.Len(t, findings, 1)
	assert.Less(t, len(findings[0].String()), 300)
}
