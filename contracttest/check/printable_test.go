package check_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// hostile has what no terminal and no log should be given: lines of its own, colours, and what hides or turns a text.
const hostile = "a\n::error::b\r\x1b[31mc\u0085d\u007fe\u202ef\u2066g\u200eh\u061ci\u200bj\u2028k\u2029l\ufeffm"

// assertPrints fails if a text has what does not print.
func assertPrints(t *testing.T, text string) {
	t.Helper()
	at := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
	assert.Negative(t, at, "%q", text)
}

// Whatever a text comes from, a finding can be printed.
func TestFindingsPrint(t *testing.T) {
	for name, change := range map[string]func(*traffic.Exchange){
		"the source": func(e *traffic.Exchange) { e.Source, e.Status = hostile, 299 },
		"the file":   func(e *traffic.Exchange) { e.File, e.Status = hostile, 299 },
		"the method": func(e *traffic.Exchange) { e.Method = hostile },
		"the path":   func(e *traffic.Exchange) { e.URL = &url.URL{Scheme: "https", Host: "b", Path: "/v2/" + hostile} },
		"a parameter": func(e *traffic.Exchange) {
			e.URL = &url.URL{Path: "/v2/images", RawQuery: url.QueryEscape(hostile) + "=1"}
		},
		"the name of a header":   func(e *traffic.Exchange) { e.Header["Ratelimit-"+hostile] = []string{"1"} },
		"the value of a header":  func(e *traffic.Exchange) { e.Header.Set("Ratelimit-Limit", hostile) },
		"the content type":       func(e *traffic.Exchange) { e.Header.Set("Content-Type", hostile) },
		"the charset":            func(e *traffic.Exchange) { e.Header.Set("Content-Type", "application/json; charset=\""+hostile+`"`) },
		"the content encoding":   func(e *traffic.Exchange) { e.Header.Set("Content-Encoding", hostile); e.Body = []byte("\xff") },
		"the length":             func(e *traffic.Exchange) { e.Header.Set("Content-Length", hostile) },
		"a name in the body":     testkit.ReplaceBody(`"tags"`, inJSON(hostile)),
		"a value in the body":    testkit.ReplaceBody(`"available"`, inJSON(hostile)),
		"a body that is no JSON": func(e *traffic.Exchange) { e.Body = []byte("{\"" + hostile) },
	} {
		t.Run(name, func(t *testing.T) {
			exchange := testkit.Exchanges(t, "images_get")[0]
			exchange.Header = exchange.Header.Clone()
			change(&exchange)
			findings := newSession(t).add(exchange)
			require.NotEmpty(t, findings)
			for _, f := range findings {
				assertPrints(t, f.String())
				assertPrints(t, f.File+f.Expected)
			}
		})
	}
}

func inJSON(text string) string {
	written, _ := json.Marshal(text)
	return string(written)
}

// A server can repeat the token of a request in any spelling, wherever a finding may quote it.
func TestFindingsHoldNoTokenInAnySpelling(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	spellings := []string{"%c", "%%%02x", "%%25%02X", `\u%04x`, `\\u%04x`}
	for range 200 {
		var token, spelled strings.Builder
		for range 16 {
			c := 'a' + rune(rng.IntN(26))
			token.WriteRune(c)
			fmt.Fprintf(&spelled, spellings[rng.IntN(len(spellings))], c)
		}
		exchange := testkit.Exchanges(t, "images_get")[0]
		exchange.RequestHeader.Set("Authorization", "Bearer "+token.String())
		exchange.Header = exchange.Header.Clone()
		exchange.Header.Set("Content-Length", spelled.String())
		testkit.ReplaceBody(`"available"`, `"`+spelled.String()+`"`)(&exchange)
		testkit.ReplaceBody(`"tags"`, `"`+spelled.String()+`"`)(&exchange)
		exchange.URL = &url.URL{Scheme: "https", Host: "b", Path: "/v2/images/1", RawQuery: spelled.String()}
		findings := newSession(t).add(exchange)
		require.GreaterOrEqual(t, len(findings), 3)
		for _, f := range findings {
			shown := unescaped(fmt.Sprintf("%+v", f))
			require.NotContains(t, strings.ToLower(shown), token.String()[:8], "%s spelled %s", token.String(), spelled.String())
		}
	}
}

// unescaped returns a text in which every letter is written as itself.
func unescaped(text string) string {
	for range 4 {
		for c := 'a'; c <= 'z'; c++ {
			for _, spelling := range []string{"%%%02x", "%%%02X", `\u%04x`} {
				text = strings.ReplaceAll(text, fmt.Sprintf(spelling, c), string(c))
			}
		}
		text = strings.ReplaceAll(strings.ReplaceAll(text, "%25", "%"), `\\`, `\`)
	}
	return text
}

// Credentials of a link go nowhere, whoever they are of.
func TestFindingsHoldNoCredentialsOfLinks(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_get")[0]
	testkit.ReplaceBody(`"available"`, `"https:\/\/bob:sesame@b"`)(&exchange)
	findings := testkit.Contract(t).Check(exchange)
	require.NotEmpty(t, findings)
	assert.Contains(t, findings[0].Got, "https://***@b")
	assert.NotContains(t, fmt.Sprintf("%+v", findings), "sesame")
}

// An archive is often shown to others, so that a token in it is worth a note. One is enough for a file.
func TestSessionSaysOnceThatARecordingHasAToken(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*traffic.Exchange)
		want   bool
	}{
		"nothing":                    {change: func(*traffic.Exchange) {}},
		"a token":                    {change: authorize("Bearer hunter2secret"), want: true},
		"credentials without scheme": {change: authorize("hunter2secret"), want: true},
		"basic credentials":          {change: authorize("Basic Ym9iOnNlc2FtZQ=="), want: true},
		"a placeholder of ours":      {change: authorize("Bearer [redacted-12]")},
		"a placeholder of others":    {change: authorize("Bearer <DO_TOKEN_12>")},
		"a token that is masked":     {change: authorize("Bearer dop_***********c0de")},
		"stars":                      {change: authorize("Bearer ************")},
		"a short token":              {change: authorize("Bearer sesame7")},
		"a token in the path":        {change: testkit.SetURL("https://b/v2/images/dop_v1_0a"), want: true},
		"a token in the query":       {change: testkit.SetURL("https://b/v2/images?a=dop%5Fv1_0a"), want: true},
		"credentials in the URL":     {change: testkit.SetURL("https://bob:sesame@b/v2/images"), want: true},
		"a token in a header":        {change: func(e *traffic.Exchange) { e.Header = http.Header{"Set-Cookie": {"a=dop_v1_0a"}} }, want: true},
		"a token in a body":          {change: testkit.ReplaceBody(`"available"`, `"\u0064op_v1_0a"`), want: true},
		"a token in a request":       {change: func(e *traffic.Exchange) { e.RequestBody = []byte("DOP_V1_0A") }, want: true},
		"no operation":               {change: testkit.SetURL("https://b/v2/droplets/dop_v1_0a"), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			exchange := testkit.Exchanges(t, "images_get")[0]
			exchange.File = "a\nb.har"
			test.change(&exchange)
			s := newSession(t)
			var notes []check.Finding
			for range 2 {
				for _, f := range s.add(exchange) {
					if f.Check == "secret" {
						notes = append(notes, f)
					}
				}
			}
			if !test.want {
				assert.Empty(t, notes)
				return
			}
			require.Len(t, notes, 1)
			assert.Equal(t, check.Note, notes[0].Severity)
			assert.Equal(t, `holds a token; "contract convert FILE -o clean.cassette.yaml" makes a copy without`, notes[0].Message)
			exchange.File = ""
			for _, f := range newSession(t).add(exchange) {
				assert.NotEqual(t, "secret", f.Check, "what is sent has its token")
			}
		})
	}
}

func authorize(value string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) { e.RequestHeader = http.Header{"Authorization": {value}} }
}
