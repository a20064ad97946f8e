package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
)

// A target that responds to nothing is not a client that sends nothing.
func TestProxyOfADeadTarget(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", nobody+"/key", "-o", report)
	for _, path := range []string{"/v2/images/1", "/v2/images/" + canary, "/v2/images?page=2"} {
		status, body := p.get(t, path, canary)
		assert.Equal(t, 502, status)
		assert.Contains(t, body, "bad_gateway")
	}
	assert.Equal(t, 2, p.stop())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	for _, where := range []string{p.out.String(), string(text)} {
		assert.Contains(t, where, "no response")
		assert.Contains(t, where, "GET /v2/images/1")
		assert.Contains(t, where, nobody+" gave no usable response to any of 3 requests")
		assert.NotContains(t, where, canary)
		assert.NotContains(t, where, "/key")
	}
	assert.Contains(t, p.out.String(), "skipped 3: no response (GET /v2/images/1, GET /v2/images/[redacted-1], GET /v2/images)")
	assert.Contains(t, p.log.String(), `request="GET /v2/images/1"`)
	assert.NotContains(t, p.log.String(), canary)
	assert.NotContains(t, p.log.String(), "/key")
}

// What a target responded to counts, and what failed beside it is named.
func TestProxyOfATargetThatFailsAtTimes(t *testing.T) {
	t.Parallel()
	p := startProxy(t, "--target", nobody)
	status, _ := p.get(t, "/v2/account", canary)
	assert.Equal(t, 502, status)
	assert.Equal(t, 1, p.stop(), "of the images API nothing was asked")
	assert.NotContains(t, p.out.String(), "no response")

	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/images/2" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"image":`+testkit.Image(1)+`}`)
	}))
	t.Cleanup(api.Close)
	p = startProxy(t, "--target", api.URL)
	p.get(t, "/v2/images/1", canary)
	p.get(t, "/v2/images/2", canary)
	assert.Equal(t, 0, p.stop())
	assert.Contains(t, p.out.String(), "skipped 1: no response (GET /v2/images/2)")
	assert.Contains(t, p.out.String(), "1 exchange checked, 1 skipped")
}
