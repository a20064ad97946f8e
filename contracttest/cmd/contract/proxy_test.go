package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func startProxy(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, exec.Command(contract, append([]string{"proxy"}, args...)...))
}

func TestProxy(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_get:extra-field,after=1", "--fault", "imageActions_list:total=1,count=0", "--fault", "images_list:content-type=text/html,after=1")
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.url, "--format", "json", "-o", report)
	status, direct := api.get(t, "/v2/images/6000000", canary)
	require.Equal(t, 200, status)
	status, body := p.get(t, "/v2/images/6000000", canary)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "undocumented", "drift passes")
	assert.Contains(t, direct, `"id":6000000`)
	status, _ = p.get(t, "/v2/images", canary)
	assert.Equal(t, 200, status)
	status, body = p.get(t, "/v2/images", canary)
	assert.Equal(t, 200, status, "without --fail it only tells")
	assert.Contains(t, body, `"total":60`)
	status, _ = p.get(t, "/openapi.yaml", "")
	assert.Equal(t, 200, status, "other paths pass unchecked")
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	var exit *exec.ExitError
	require.ErrorAs(t, p.wait(), &exit)
	assert.Equal(t, 1, exit.ExitCode())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"exchanges": 3`)
	assert.Contains(t, string(text), `"check": "content-type"`)
	assert.Contains(t, p.logged(), "check=undocumented-field")
	assert.NotContains(t, p.logged()+string(text), canary)
}

func TestProxyThatFails(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:malformed")
	p := startProxy(t, "--target", api.url, "--fail")
	status, body := p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.Contains(t, body, `"id":"contract_broken"`)
	assert.Contains(t, body, "it is no JSON")
	status, _ = p.get(t, "/v2/images/6000000", canary)
	assert.Equal(t, 200, status)
	status, _ = p.get(t, "/v2/images/6000000", "wrong")
	assert.Equal(t, 401, status, "an error that the contract has is none of the proxy's business")

	require.NoError(t, api.command.Process.Kill())
	_ = api.wait()
	status, body = p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.Contains(t, body, "bad_gateway")
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"", `required flag(s) "target" not set`},
		{"--target api.digitalocean.com", "it must be a URL"},
		{"--target https://user:secret@api.digitalocean.com", "without credentials"},
		{"--target https://api.digitalocean.com --addr 0.0.0.0:0", "loopback addresses alone"},
		{"--target https://api.digitalocean.com --addr :8080", "loopback addresses alone"},
		{"--target https://api.digitalocean.com --fail-on never", "neither breaking nor drift"},
	} {
		exit, out := run(t, nil, append([]string{"proxy"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
		assert.NotContains(t, out, "secret")
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "live.cassette.yaml")
	exit, out := run(t, nil, "record", "-o", file)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "exchanges recorded in "+file)
	exit, out = run(t, nil, "verify", file)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "exchanges from: recording of another server than the API")
	for _, test := range []struct{ args, want string }{
		{"-o live.yaml", "ends in .cassette.yaml"},
		{"-o " + file + " --base-url https://api.digitalocean.com", "set DIGITALOCEAN_TOKEN"},
	} {
		exit, out := run(t, []string{"DIGITALOCEAN_TOKEN="}, append([]string{"record"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
	}
}
