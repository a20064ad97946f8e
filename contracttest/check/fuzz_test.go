package check_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// ofJSON are the checks of a body as JSON, before any schema.
var ofJSON = []string{
	"byte-order-mark", "empty-body", "invalid-utf8", "duplicate-key", "nesting", "malformed-json", "trailing-data",
	"second-document",
}

// withoutJSON returns the findings of the other checks.
func withoutJSON(findings []check.Finding) (others []check.Finding) {
	for _, finding := range findings {
		if !slices.Contains(ofJSON, finding.Check) {
			others = append(others, finding)
		}
	}
	return others
}

// withBody returns an exchange with another body and with no header that speaks of it but its type.
func withBody(e traffic.Exchange, body []byte) traffic.Exchange {
	e.Header = http.Header{"Content-Type": {"application/json"}}
	e.Body = body
	return e
}

// Whatever a body holds, checking it ends, and says something of everything that is not a JSON object.
func FuzzCheckBody(f *testing.F) {
	contract := testkit.Contract(f)
	exchanges := testkit.Exchanges(f, "images_list")
	for _, exchange := range exchanges {
		f.Add(exchange.Body, exchange.Status)
	}
	f.Add([]byte(`{"images":[{"id":1e999,"id":null}],"meta":{"total":-0}}`), 200)
	f.Add([]byte(`[[[[[[`), 404)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		exchange := withBody(exchanges[0], body)
		exchange.Status = status
		session := check.NewSession()
		result := contract.Examine(exchange)
		session.Check(result)
		session.Check(result)
		isObject := bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{"))
		if status == 200 && !isObject && len(result.Findings) == 0 {
			t.Fatalf("%q passes", body)
		}
	})
}

func FuzzLoadBaseline(f *testing.F) {
	f.Add(openapi.Baseline())
	f.Add([]byte("findings:\n- {check: null, reason: a, source: b, review: 2020-13-01}\n"))
	f.Add([]byte("findings: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if baseline, err := check.LoadBaseline(text); err == nil {
			_ = baseline.Warnings(time.Now())
		}
	})
}

// A body is decoded as encoding/json decodes it: what that refuses is reported, and what it accepts is judged as it is
// after encoding/json has read it and written it again.
func FuzzDecodesAsEncodingJSON(f *testing.F) {
	contract := testkit.Contract(f)
	exchanges := testkit.Exchanges(f, "images_list")
	for _, exchange := range exchanges {
		f.Add(exchange.Body)
	}
	for _, body := range []string{
		`{"images":[{"id":1,"id":2}]}`, `{"images":[],"links":{},"meta":{"total":01}}`, `{"meta":{"total":-0.0e+1}}`,
		`{"meta":{"total":1e400}}`, `{"images":[{"name":"\ud800\u0041\"\\\/\b","regions":["\u0000"]}]}`,
		"{\"images\":[{\"name\":\"\xff\"}]}", "{\"a\":\"\x1f\"}", `{"a":"\x"}`, "{\"\xff\":1,\"\xfe\":2}",
		`{"a":1,"\u0061":{"b":1},"a":{"c":1}}`, `{"images":[],}`, `[1,]`, `{,}`, `{"a" 1}`, `{"a":tru}`, `nullx`, `"`,
		`"\`, `-`, `.5`, `1.`, `1e`, ` {} `, `{}{}`, `{1:2}`, "\xef\xbb\xbf{}", "\xef\xbb\xbf", "\v{}", "{}\u00a0",
		strings.Repeat("[", 99) + strings.Repeat("]", 99),
		strings.Repeat("[", 101) + "1" + strings.Repeat("]", 101),
		strings.Repeat("[", 102) + "1" + strings.Repeat("]", 102),
		strings.Repeat(`{"a":`, 102) + "1" + strings.Repeat("}", 102),
		strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		findings := contract.Check(withBody(exchanges[0], body))
		checks := checksOf(findings)
		decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			require.True(t, slices.Contains(checks, "malformed-json") || slices.Contains(checks, "empty-body"), "%v", err)
			return
		}
		require.NotContains(t, checks, "malformed-json")
		if slices.Contains(checks, "nesting") {
			return
		}
		written, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, contract.Check(withBody(exchanges[0], written)), withoutJSON(findings))
	})
}

// addBodies adds the body of every recorded response, with its place among the exchanges.
func addBodies(f *testing.F) (exchanges []traffic.Exchange) {
	f.Helper()
	for _, file := range []string{"images_list", "images_get", "images_create_custom", "imageActions_list", "imageActions_post"} {
		exchanges = append(exchanges, testkit.Exchanges(f, file)...)
	}
	for i, exchange := range exchanges {
		f.Add(uint8(i), exchange.Body)
	}
	f.Add(uint8(0), []byte(`{"images":[{"id":1,"name":"a","distribution":"Ubuntu","created_at":"0000-01-01T00:00:00Z",`+
		`"regions":["nyc1"],"status":"available","tags":null,"description":"","error_message":"","min_disk_size":-1,`+
		`"size_gigabytes":1e38,"slug":null,"type":"base","public":false}],"links":{"pages":{"next":"a:b"}},"meta":{"total":-0}}`))
	return exchanges
}

// What the fast path lets pass, kin-openapi and the walk let pass too: without it, nothing more is found.
func FuzzFastPath(f *testing.F) {
	contract := testkit.Contract(f)
	exchanges := addBodies(f)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		exchange := withBody(exchanges[int(which)%len(exchanges)], body)
		before := check.UseFastPath(true)
		defer check.UseFastPath(before)
		fast := contract.Check(exchange)
		check.UseFastPath(false)
		require.Equal(t, contract.Check(exchange), fast)
	})
}

// Whatever kin-openapi finds in a response, so does Check.
func FuzzKinOpenAPIFindsNoMore(f *testing.F) {
	contract := testkit.Contract(f)
	exchanges := addBodies(f)
	schemas := make([]*openapi3.Schema, len(exchanges))
	for i, exchange := range exchanges {
		schemas[i] = responseSchema(f, exchange)
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		i := int(which) % len(exchanges)
		var value any
		if json.Unmarshal(body, &value) != nil {
			return
		}
		if err := schemas[i].VisitJSON(value, openapi3.VisitAsResponse()); err != nil {
			findings := contract.Check(withBody(exchanges[i], body))
			require.True(t, slices.ContainsFunc(findings, func(f check.Finding) bool { return f.In == "body" }), "%v", err)
		}
	})
}
