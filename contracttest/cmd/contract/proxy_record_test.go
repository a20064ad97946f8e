package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
)

func TestProxyRecords(t *testing.T) {
	t.Parallel()
	base := startGateway(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "app.cassette.yaml")
	p := startProxy(t, "--target", base, "--record", file)
	for _, path := range []string{"/v2/images?page=2", "/v2/images/6000000", "/v2/droplets"} {
		p.get(t, path, canary)
	}
	assert.NoFileExists(t, file, "it is written at the end")
	assert.Equal(t, 0, p.stop(), &p.log)
	assert.Contains(t, p.log.String(), "2 exchanges recorded")
	exchanges := testkit.ReadAll(t, file)
	require.Len(t, exchanges, 2, "another path is neither checked nor recorded")
	assert.Equal(t, base+"/v2/images?page=2", exchanges[0].URL.String())
	assert.Contains(t, string(exchanges[0].Body), strings.TrimSuffix(base, "/do")+"/v2/images?page=3", "as the target sent it")
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Equal(t, recording.KindOtherServer, provenance.Kind)
	all := outputs{"log": p.log.String(), "report": p.out.String()}
	all.addFolder(t, dir)
	assert.Len(t, all, 4)
	all.assertNoToken(t)

	exit, out := execute(t, nil, "verify", file)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "2 exchanges checked, 0 skipped")
}

// A recording may be the only one that there is.
func TestProxyReplacesNoRecording(t *testing.T) {
	t.Parallel()
	api := startServer(t)
	for _, name := range []string{"app.cassette.yaml", "app.provenance.yaml"} {
		dir := t.TempDir()
		old := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(old, []byte("kind: reported\n"), 0o600))
		args := []string{"--target", api.url, "--record", filepath.Join(dir, "app.cassette.yaml")}
		exit, out := execute(t, nil, append([]string{"proxy"}, args...)...)
		assert.Equal(t, 2, exit)
		assert.Contains(t, out, " is there already; --force replaces it")

		p := startProxy(t, append(args, "--force")...)
		assert.Equal(t, 1, p.stop(), "nothing was checked")
		assert.Contains(t, p.log.String(), "nothing was recorded, so nothing is written")
		text, err := os.ReadFile(old)
		require.NoError(t, err)
		assert.Equal(t, "kind: reported\n", string(text))

		p = startProxy(t, append(args, "--force")...)
		p.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 0, p.stop())
		assert.Len(t, testkit.ReadAll(t, filepath.Join(dir, "app.cassette.yaml")), 1)
	}
}

// What was recorded stays when the proxy is interrupted while a request is under way.
func TestProxyInterruptedKeepsItsRecording(t *testing.T) {
	t.Parallel()
	stalled, release := make(chan struct{}), make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/images/2" {
			close(stalled)
			<-release
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"image":` + testkit.Image(1) + `}`))
	}))
	t.Cleanup(api.Close)
	t.Cleanup(func() { close(release) })
	file := filepath.Join(t.TempDir(), "app.cassette.yaml")
	p := startProcess(t, "proxy", "--target", api.URL, "--record", file)
	p.get(t, "/v2/images/1", canary)
	go func() {
		if resp, err := http.Get(p.url + "/v2/images/2"); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-stalled
	assert.Equal(t, 0, p.stop(), &p.log)
	assert.Len(t, testkit.ReadAll(t, file), 1)
}

// What there is no room for passes, and the log says that it is not recorded.
func TestProxyRecordingIsBounded(t *testing.T) {
	t.Parallel()
	body := `{"image":` + testkit.Image(1) + `}`
	padding := strings.Repeat(" ", 32<<20-len(body)) // with that, it is as large as a body may be
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
		if r.Header.Get("Large") != "" {
			_, _ = io.WriteString(w, padding)
		}
	}))
	t.Cleanup(api.Close)
	file := filepath.Join(t.TempDir(), "app.cassette.yaml")
	p := startProxy(t, "--target", api.URL, "--record", file)
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/v2/images/1", nil)
		require.NoError(t, err)
		req.Header.Set("Large", "yes")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, int64(32<<20), n)
	}
	p.get(t, "/v2/images/1", canary)
	p.stop()
	assert.Equal(t, 1, strings.Count(p.log.String(), "the recording is full"))
	assert.Contains(t, p.log.String(), "1 exchange recorded")
	assert.Len(t, testkit.ReadAll(t, file), 1)
}

func TestProxyForOthers(t *testing.T) {
	t.Parallel()
	api := startServer(t)
	p := startProxy(t, "--target", api.url, "--addr", "0.0.0.0:0")
	assert.Contains(t, p.log.String(), "warning: the proxy listens on 0.0.0.0:", "and on no address of IPv6")
	p.stop()
	p = startProxy(t, "--target", api.url, "--addr", "localhost:0")
	p.stop()
	assert.NotContains(t, p.log.String(), "warning")
}

func TestIsPrivateHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"10.0.0.7":                     true,
		"172.16.0.1":                   true,
		"172.32.0.1":                   false,
		"192.168.1.1":                  true,
		"127.0.0.1":                    true,
		"169.254.1.1":                  true,
		"8.8.8.8":                      false,
		"0.0.0.0":                      false,
		"::1":                          true,
		"fd00::1":                      true,
		"fe80::1":                      true,
		"fe80::1%eth0":                 true,
		"2001:db8::1":                  false,
		"::ffff:10.0.0.1":              true,
		"::ffff:8.8.8.8":               false,
		"gateway":                      true,
		"localhost":                    true,
		"api.INTERNAL":                 true,
		"gateway.svc.cluster.local.":   true,
		"internal.example":             false,
		"notinternal":                  true, // a name without a dot
		"api.notinternal":              false,
		"api.digitalocean.com":         false,
		"api.digitalocean.com.":        false,
		"api.digitalocean.com.example": false,
		"134744072":                    false,
		"0x8080808":                    false,
		"10.1":                         false,
		"":                             false,
		".":                            false,
	} {
		assert.Equal(t, want, isPrivateHost(host), host)
	}
}

// A private network is trusted only where that is asked for.
func TestProxyOfAnInsecureTarget(t *testing.T) {
	t.Parallel()
	_, err := parseTarget("http://gateway.internal:8080/do", false)
	assert.ErrorContains(t, err, "--insecure-target allows it in a private network")
	base, err := parseTarget("http://gateway.internal:8080/do", true)
	require.NoError(t, err)
	assert.Equal(t, "http://gateway.internal:8080/do", base.String())
}
