package check_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// Whatever a body holds, checking it ends, and says something of everything that is no JSON object.
func FuzzCheckBody(f *testing.F) {
	contract, err := check.Load(openapi.Document())
	require.NoError(f, err)
	exchanges := testkit.Exchanges(f, "images_list")
	for _, exchange := range exchanges {
		f.Add(exchange.Body, exchange.Status)
	}
	f.Add([]byte(`{"images":[{"id":1e999,"id":null}],"meta":{"total":-0}}`), 200)
	f.Add([]byte(`[[[[[[`), 404)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		exchange := exchanges[0]
		exchange.Header = http.Header{"Content-Type": {"application/json"}}
		exchange.Body, exchange.Status = body, status
		r := report.New(contract)
		r.Add(exchange)
		r.Add(exchange)
		if len(body) == 0 || body[0] != '{' && body[0] != ' ' && body[0] != '\n' && body[0] != '\t' && body[0] != '\r' {
			if status == 200 && len(r.Findings) == 0 {
				t.Fatalf("%q passes", body)
			}
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

// A body that is plainly right is decoded in a way of its own, for speed. A byte-order mark in front of it makes it one
// that is not: everything else that is found must be the same.
func FuzzBothWaysOfDecoding(f *testing.F) {
	contract, err := check.Load(openapi.Document())
	require.NoError(f, err)
	exchanges := testkit.Exchanges(f, "images_list")
	for _, exchange := range exchanges {
		f.Add(exchange.Body)
	}
	for _, body := range []string{
		`{"images":[{"id":1,"id":2}]}`, `{"images":[],"links":{},"meta":{"total":01}}`, `{"meta":{"total":-0.0e+1}}`, `{"meta":{"total":1e400}}`,
		`{"images":[{"name":"\ud800\u0041\"\\\/\b","regions":["\u0000"]}]}`, "{\"images\":[{\"name\":\"\xff\"}]}", "{\"a\":\"\x1f\"}", `{"a":"\x"}`,
		`{"images":[],}`, `[1,]`, `{,}`, `{"a" 1}`, `{"a":tru}`, `nullx`, `"`, `"\`, `-`, `.5`, `1.`, `1e`, ` {} `, `{}{}`, `{1:2}`,
		strings.Repeat("[", 99) + strings.Repeat("]", 99), strings.Repeat("[", 101) + "1" + strings.Repeat("]", 101), strings.Repeat(`{"a":`, 102) + "1" + strings.Repeat("}", 102),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		exchange := exchanges[0]
		exchange.Header = http.Header{"Content-Type": {"application/json"}}
		check := func(body []byte) (found []string) {
			exchange.Body = body
			for _, finding := range contract.Check(exchange) {
				if finding.Check != "byte-order-mark" {
					found = append(found, finding.String()+finding.Got+finding.Expected)
				}
			}
			return found
		}
		if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
			return
		}
		require.Equal(t, check(append([]byte("\xef\xbb\xbf"), body...)), check(body))
	})
}
