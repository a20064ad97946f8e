package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

// What is wrong with a whole run is said once, with exit code 2, by every command that makes one.
func TestRunsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(fakeapi.New())
	t.Cleanup(refusing.Close)
	large := httptest.NewServer(fakeapi.New(
		fakeapi.WithAccounts(fakeapi.Account{Token: canary}),
		fakeapi.WithCatalogue(3000, 1),
	))
	t.Cleanup(large.Close)
	lost := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(lost.Close)
	endless := startServer(t, "--fault", "images_list:total=1000000")
	limited := startServer(t, "--fault", "images_list:status=429")
	echoing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"id":"unauthorized","message":"not\\n` + r.Header.Get("Authorization") + `"}`))
	}))
	t.Cleanup(echoing.Close)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"an unreachable host":        {args: []string{"--base-url", nobody}, want: "connection refused"},
		"a refused token":            {args: []string{"--base-url", refusing.URL}, want: "401"},
		"a token that is repeated":   {args: []string{"--base-url", echoing.URL}, want: "401"},
		"a budget that is used up":   {args: []string{"--base-url", limited.url}, want: "429"},
		"a budget that is too small": {args: []string{"--base-url", large.URL, "--budget", "100"}, want: "--budget 100: an account with 3000 images takes at least 225 requests; without it, the budget is 800"},
		"a budget of the probe":      {args: []string{"--base-url", lost.URL, "--budget", "1"}, want: "--budget 1: the request that tries the token uses it up"},
		"a million images":           {args: []string{"--base-url", endless.url}, want: "a run on an account with 1000060 images may take 200240 of the 5000 requests"},
	} {
		t.Run(name, func(t *testing.T) {
			cassette := filepath.Join(t.TempDir(), "live.cassette.yaml")
			for _, command := range [][]string{{"live"}, {"record", "-o", cassette}} {
				exit, out := execute(t, withToken, append(command, test.args...)...)
				assert.Equal(t, 2, exit, out)
				assert.Contains(t, out, test.want)
				assert.Equal(t, 1, strings.Count(out, "\n"), "one line: %s", out)
				assert.NotContains(t, out, canary)
				assert.NoFileExists(t, cassette)
			}
		})
	}
}

// A fault that is not that of all requests is for the cases to judge.
func TestRunsThatFail(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if sent.Add(1) == 1 { // the probe
			http.NotFound(w, nil)
			return
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("{"))
	}))
	t.Cleanup(server.Close)
	exit, out := execute(t, withToken, "live", "--base-url", server.URL)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, " failed, ")
	sent.Store(0)
	file := filepath.Join(t.TempDir(), "live.cassette.yaml")
	exit, out = execute(t, withToken, "record", "--base-url", server.URL, "-o", file)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "nothing was recorded, so nothing is written")
	assert.NoFileExists(t, file)
}

// A cassette that could not be written at the end costs no request.
func TestRecordTriesItsFileFirst(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent.Add(1) }))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "live.cassette.yaml")
	require.NoError(t, os.Mkdir(file, 0o755))
	exit, out := execute(t, withToken, "record", "--base-url", server.URL, "-o", file)
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "--output: "+file+": it is a folder")
	assert.Zero(t, sent.Load())
}

// Whatever ends a run, its report says what was seen until then.
func TestLiveWritesItsReportAsItGoes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.json")
	fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: canary}), fakeapi.WithRateLimit(0, 0))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var during []byte
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests == 10 {
			during, _ = os.ReadFile(file)
			interrupt()
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var out buffer
	p := process{stdout: &out, stderr: &out, getenv: lookUp(withToken)}
	exit := run(ctx, p, []string{"live", "--base-url", server.URL, "-o", file})
	assert.Equal(t, 1, exit, out.String())
	assert.Regexp(t, `"exchanges": [1-9]`, string(during), "before the run has ended")
	assert.Regexp(t, `45 cases: \d+ passed, 0 failed, \d+ skipped, \d+ not run; `, out.String())
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(after), `"exchanges": `)
	assert.NotEqual(t, string(during), string(after))
}
