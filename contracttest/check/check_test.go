package check_test

import (
	"bytes"
	"compress/gzip"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// exchangeCase is a recorded exchange with a change, and what is wrong with it then.
type exchangeCase struct {
	file   string // the recording
	index  int    // the exchange in it
	change func(*traffic.Exchange)
	want   []string // of each finding: the check, the part with the pointer, and a piece of the message
}

// exchangeCases returns the cases of all parts of an exchange.
func exchangeCases() map[string]exchangeCase {
	all := map[string]exchangeCase{}
	for _, cases := range []map[string]exchangeCase{
		requestCases, responseCases, bodyCases, schemaCases, resourceCases, queryCases, linkCases, headerCases, toldCases,
		appliedCases, actionCases,
	} {
		maps.Copy(all, cases)
	}
	return all
}

func TestCheckFinds(t *testing.T) {
	contract := testkit.Contract(t)
	for name, test := range exchangeCases() {
		t.Run(name, func(t *testing.T) {
			exchange := testkit.Exchanges(t, test.file)[test.index]
			if test.change != nil {
				test.change(&exchange)
			}
			findings := contract.Check(exchange)
			require.Len(t, findings, len(test.want), "%v", findings)
			for i, want := range test.want {
				assertFinding(t, want, findings[i])
				assert.Equal(t, exchange.Status, findings[i].Status)
				assert.Equal(t, exchange.Source, findings[i].Source)
				if findings[i].Check != "undocumented-operation" {
					assert.Equal(t, test.file, findings[i].Operation)
					assert.Contains(t, findings[i].String(), exchange.Source+": "+test.file)
				}
			}
		})
	}
}

// assertFinding compares a finding with a text such as "null: body /image/name: not nullable".
func assertFinding(t *testing.T, want string, got check.Finding) {
	t.Helper()
	parts := strings.SplitN(want, ": ", 3)
	require.Len(t, parts, 3, want)
	assert.Equal(t, parts[0], got.Check)
	assert.Equal(t, parts[1], strings.TrimSpace(got.In+" "+got.Pointer))
	assert.Contains(t, got.Message, parts[2])
	assert.Less(t, len(got.Message), 250)
}

// The same operations at another host are the same operations.
func TestCheckTakesAnyHost(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_get")[0]
	testkit.SetURL("http://127.0.0.1:8080/v2/images/a%2Fb")(&exchange)
	testkit.ReplaceBody(`"ubuntu-16-04-x64"`, `"a/b"`)(&exchange)
	assert.Empty(t, testkit.Contract(t).Check(exchange))
}

// The same exchange in another form is judged alike.
func TestCheckTakesAnExchangeInAnyForm(t *testing.T) {
	for name, change := range map[string]func(*traffic.Exchange){
		"gzip":                            func(e *traffic.Exchange) { sayGzip(e); compress(t, e) },
		"gzip, decompressed by a browser": sayGzip,
		"header names in lower case": func(e *traffic.Exchange) {
			e.Header, e.RequestHeader = lowerCase(e.Header), lowerCase(e.RequestHeader)
		},
	} {
		exchange := testkit.Exchanges(t, "images_get")[1]
		change(&exchange)
		assert.Empty(t, testkit.Contract(t).Check(exchange), name)

		exchange = testkit.Exchanges(t, "images_get")[1]
		testkit.ReplaceBody(`"available"`, `1`)(&exchange)
		change(&exchange)
		findings := testkit.Contract(t).Check(exchange)
		if assert.Len(t, findings, 1, name) {
			assert.Equal(t, "wrong-type", findings[0].Check, name)
			assert.Equal(t, check.Breaking, findings[0].Severity, name)
		}
	}
}

func sayGzip(e *traffic.Exchange) {
	e.Header = e.Header.Clone()
	e.Header.Set("Content-Encoding", "gzip")
}

func compress(t *testing.T, e *traffic.Exchange) {
	t.Helper()
	var text bytes.Buffer
	w := gzip.NewWriter(&text)
	_, err := w.Write(e.Body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	e.Body = text.Bytes()
}

func lowerCase(header http.Header) http.Header {
	lower := http.Header{}
	for name, values := range header {
		lower[strings.ToLower(name)] = values
	}
	return lower
}

func TestCheckOfWhatIsNotARequest(t *testing.T) {
	for name, exchange := range map[string]traffic.Exchange{
		"nothing":           {},
		"a method only":     {Method: "GET"},
		"a URL only":        {URL: &url.URL{Path: "/v2/images"}},
		"an invalid method": {Method: "G T", URL: &url.URL{Path: "/v2/images"}},
	} {
		findings := testkit.Contract(t).Check(exchange)
		require.Len(t, findings, 1, name)
		assert.Equal(t, "request", findings[0].Check, name)
		assert.Equal(t, "not an HTTP request", findings[0].Message, name)
		assert.False(t, traffic.IsImagesAPI(traffic.Exchange{}), name)
	}
}

// The address of an import can be signed. A server that refuses it may repeat it.
func TestFindingsDoNotRepeatTheSignatureOfAnImport(t *testing.T) {
	exchange := testkit.Exchanges(t, "images_create_custom")[0]
	exchange.RequestBody = []byte(`{"name":"a","region":"nyc3","url":"https://b.example/i.img?signature=0123456789abcdef"}`)
	testkit.ReplaceBody(`"status": "NEW"`, `"status": "of ?signature=0123456789abcdef"`)(&exchange)
	findings := testkit.Contract(t).Check(exchange)
	require.NotEmpty(t, findings)
	for _, finding := range findings {
		assert.NotContains(t, finding.String(), "0123456789", finding.Check)
	}
}
