package main

import (
	"net/http"
	"net/http/httptrace"
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
	api := startServer(t, "--fault", "images_get:extra-field,after=1", "--fault", "images_list:content-type=text/html,after=1")
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.url, "-o", report)
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
	assert.Contains(t, p.logged(), "[undocumented-field]")
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

// What the proxy would have to cut off it does not pass on, and its report says what was too large, not that the
// target cut it off.
func TestProxyOfAHugeResponse(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:oversize=41943040")
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.url, "-o", report)
	status, body := p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.True(t, strings.Contains(body, "bad_gateway"), "%.200s", body)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	_ = p.wait()
	assert.Contains(t, p.logged(), "larger than 32 MiB")
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(text), `"exchanges": 1`))
	assert.False(t, strings.Contains(string(text), "truncated-body"))
}

// A link that leads away from the target is one that leads the token away.
func TestProxyOfALinkToElsewhere(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:next=https://evil.example/v2/images?page=2,after=1")
	p := startProxy(t, "--target", api.url)
	p.get(t, "/v2/images", canary)
	p.get(t, "/v2/images", canary)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	assert.Error(t, p.wait())
	assert.Contains(t, p.logged(), "exchange#2: images_list 200: body /links/pages/next: it leads to another host")
	assert.NotContains(t, p.logged(), "exchange#1: ", "whose links lead to the target")
}

// A body that breaks off is a finding, and not a response that was never seen.
func TestProxyOfABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"image\":{",
		"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n18\r\n{\"id\":\"a\",\"message\":\"b\"}\r\n",
	} {
		testProxyOfABodyThatBreaksOff(t, answer)
	}
}

func testProxyOfABodyThatBreaksOff(t *testing.T, answer string) {
	t.Helper()
	address := answerAll(t, answer)
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", address, "-o", report)
	status, _ := p.get(t, "/v2/images/1", canary)
	assert.Equal(t, 502, status)
	require.NoError(t, p.command.Process.Signal(syscall.SIGTERM))
	var exit *exec.ExitError
	require.ErrorAs(t, p.wait(), &exit)
	assert.Equal(t, 1, exit.ExitCode())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"check": "truncated-body"`)
	assert.Contains(t, p.logged(), "[truncated-body]")
}

// A request that is still under way at the end costs neither the report nor the exit code.
func TestInterruptDuringARequest(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:stall")
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.url, "-o", report)
	status, _ := p.get(t, "/v2/images/6000000", canary)
	require.Equal(t, 200, status)
	for _, s := range []*server{p, api} {
		sent, ended := make(chan struct{}), make(chan struct{})
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v2/images", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+canary)
		go func() {
			defer close(ended)
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}()
		<-sent
		require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, s.wait(), s.logged())
		<-ended
	}
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"exchanges": 1`)
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"", `required flag(s) "target" not set`},
		{"--target api.digitalocean.com", "it must be a URL"},
		{"--target https://user:secret@api.digitalocean.com", "without credentials"},
		{"--target http://api.digitalocean.com", "http:// and a loopback host"},
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
