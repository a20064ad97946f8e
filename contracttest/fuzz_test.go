package contracttest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/openapi"
)

// Whatever a body holds, checking it ends, and says something of everything that is no JSON object.
func FuzzCheckBody(f *testing.F) {
	contract, err := contracttest.Load(openapi.Document())
	require.NoError(f, err)
	exchanges, err := contracttest.ReadCassette("recordings/images_list.cassette.yaml")
	require.NoError(f, err)
	for _, exchange := range exchanges {
		f.Add(exchange.Body, exchange.Status)
	}
	f.Add([]byte(`{"images":[{"id":1e999,"id":null}],"meta":{"total":-0}}`), 200)
	f.Add([]byte(`[[[[[[`), 404)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		exchange := exchanges[0]
		exchange.Header = http.Header{"Content-Type": {"application/json"}}
		exchange.Body, exchange.Status = body, status
		report := contract.NewReport(nil)
		report.Add(exchange)
		report.Add(exchange)
		if len(body) == 0 || body[0] != '{' && body[0] != ' ' && body[0] != '\n' && body[0] != '\t' && body[0] != '\r' {
			if status == 200 && len(report.Findings) == 0 {
				t.Fatalf("%q passes", body)
			}
		}
	})
}

func FuzzReadCassette(f *testing.F) {
	whole, err := os.ReadFile("recordings/images_delete.cassette.yaml")
	require.NoError(f, err)
	f.Add(whole)
	f.Add([]byte("version: 2\ninteractions:\n- request: {url: 'http://[', method: GET}\n  response: {code: 200}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "fuzz.cassette.yaml")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		exchanges, err := contracttest.ReadCassette(file)
		if err != nil {
			return
		}
		for _, e := range exchanges {
			if e.URL == nil || e.Method == "" || e.Status == 0 {
				t.Fatalf("an exchange that is none: %+v", e)
			}
		}
	})
}

func FuzzLoadLedger(f *testing.F) {
	f.Add(openapi.Accepted())
	f.Add([]byte("x-responses:\n- {check: null, reason: a, source: b, review: 2020-13-01}\n"))
	f.Add([]byte("x-responses: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if ledger, err := contracttest.LoadLedger(text); err == nil {
			_ = ledger.Warnings(time.Now())
		}
	})
}
