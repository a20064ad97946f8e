package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

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
	assert.Equal(t, 200, status, "without --fail it only logs")
	assert.Contains(t, body, `"total":60`)
	status, _ = p.get(t, "/openapi.yaml", "")
	assert.Equal(t, 200, status, "other paths pass unchecked")
	assert.Equal(t, 1, p.stop())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"exchanges": 3`)
	assert.Contains(t, string(text), `"check": "content-type"`)
	assert.Contains(t, p.log.String(), "[undocumented-field]")
	assert.NotContains(t, p.log.String()+string(text), canary)
}

func TestProxyThatFails(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:malformed")
	p := startProxy(t, "--target", api.url, "--fail")
	status, body := p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.Contains(t, body, `"id":"contract_broken"`)
	assert.Contains(t, body, "[malformed-json]")
	status, _ = p.get(t, "/v2/images/6000000", canary)
	assert.Equal(t, 200, status)
	status, _ = p.get(t, "/v2/images/6000000", "wrong")
	assert.Equal(t, 401, status, "an error that the contract documents passes")

	api.stop()
	status, body = p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.Contains(t, body, "bad_gateway")
}

// What a client sends and the target accepts is reported, and the client gets the response.
func TestProxyThatFailsForResponsesAlone(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_get:extra-field")
	p := startProxy(t, "--target", api.url, "--fail", "--fail-on", "drift")
	for _, path := range []string{"/v2/images?sort=name", "/v2/images/?page=1"} {
		status, body := p.get(t, path, canary)
		assert.NotEqual(t, 502, status, "%s: %s", path, body)
	}
	status, body := p.get(t, "/v2/images/6000000?sort=name", canary)
	assert.Equal(t, 502, status, "drift in a response")
	assert.NotContains(t, body, "undocumented-parameter")
	p.stop()
	assert.Contains(t, p.log.String(), "[undocumented-parameter]")
	assert.Contains(t, p.log.String(), "request: the path is read as /v2/images")
}

// A body that the client asked for in a compressed form is judged, and passed on as it is.
func TestProxyOfACompressedBody(t *testing.T) {
	t.Parallel()
	var sent bytes.Buffer
	w := brotli.NewWriter(&sent)
	_, err := w.Write([]byte(`{"image":{"id":"1"}}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "br")
		_, _ = w.Write(sent.Bytes())
	}))
	t.Cleanup(api.Close)
	p := startProxy(t, "--target", api.URL)
	status, body := p.get(t, "/v2/images/1", canary)
	assert.Equal(t, 200, status)
	assert.Equal(t, sent.String(), body)
	p.stop()
	assert.Contains(t, p.log.String(), "body /image/id: value must be an integer")
}

// The proxy does not pass on a part of a response. Its report says that the response was too large, not that the
// target truncated it.
func TestProxyOfAHugeResponse(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(33<<20))
		mebibyte := make([]byte, 1<<20)
		for range 33 {
			_, _ = w.Write(mebibyte)
		}
	}))
	t.Cleanup(api.Close)
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.URL, "-o", report)
	status, body := p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.True(t, strings.Contains(body, "bad_gateway"), "%.200s", body)
	p.stop()
	assert.Contains(t, p.log.String(), "larger than 32 MiB")
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(text), `"exchanges": 1`))
	assert.True(t, strings.Contains(string(text), `"check": "size"`))
	assert.False(t, strings.Contains(string(text), "truncated-body"))
}

// A link that leads away from the target is one that leads the token away.
func TestProxyOfALinkToElsewhere(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:next=https://evil.example/v2/images?page=2,after=1")
	p := startProxy(t, "--target", api.url)
	p.get(t, "/v2/images", canary)
	p.get(t, "/v2/images", canary)
	assert.Equal(t, 1, p.stop())
	assert.Contains(t, p.log.String(), "exchange#1: images_list 200: body /links/pages/next: ")
	assert.NotContains(t, p.log.String(), "exchange#0: ", "whose links lead to the target")
}

// A truncated body is a finding, and not a response that was never seen.
func TestProxyOfATruncatedBody(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"image\":{",
		"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n18\r\n{\"id\":\"a\",\"message\":\"b\"}\r\n",
	} {
		testProxyOfATruncatedBody(t, answer)
	}
}

func testProxyOfATruncatedBody(t *testing.T, answer string) {
	t.Helper()
	address := answerAll(t, answer)
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", address, "-o", report)
	status, _ := p.get(t, "/v2/images/1", canary)
	assert.Equal(t, 502, status)
	assert.Equal(t, 1, p.stop())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"check": "truncated-body"`)
	assert.Contains(t, p.log.String(), "[truncated-body]")
}

// A client that does not wait for its response is neither a finding nor an error of the target.
func TestProxyOfAClientThatHasGone(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/v2/images/1" {
			_, _ = io.WriteString(w, `{"image":`+testkit.Image(1)+`}`)
			return
		}
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		close(arrived)
		<-r.Context().Done()
	}))
	t.Cleanup(api.Close)
	report := filepath.Join(t.TempDir(), "report.json")
	p := startProxy(t, "--target", api.URL, "-o", report)
	status, _ := p.get(t, "/v2/images/1", canary)
	require.Equal(t, 200, status)
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/v2/images", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+canary)
	go func() {
		<-arrived
		cancel()
	}()
	_, err = http.DefaultClient.Do(req)
	require.ErrorIs(t, err, context.Canceled)
	require.Eventually(t, func() bool {
		return strings.Contains(p.log.String(), "the client did not wait")
	}, time.Minute, 10*time.Millisecond)
	assert.Equal(t, 0, p.stop(), &p.log)
	assert.NotContains(t, p.log.String(), "the target sent no response")
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"exchanges": 1`)
}

// A request that the proxy cannot hold does not reach the target. It goes without sockets, which would make it slow.
func TestProxyOfAHugeRequest(t *testing.T) {
	t.Parallel()
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		assert.Fail(t, "the target got the request")
	}))
	t.Cleanup(target.Close)
	address, err := traffic.ParseBase(target.URL)
	require.NoError(t, err)
	o, err := newOutput(t.Context(), process{}, outputOptions{format: "text", failOn: "breaking"})
	require.NoError(t, err)
	r, err := newReport(t.Context(), "", o)
	require.NoError(t, err)
	body := bytes.NewReader(make([]byte, 32<<20+1))
	response := httptest.NewRecorder()
	g := newGateway(address, r, slog.New(slog.DiscardHandler), false)
	g.ServeHTTP(response, httptest.NewRequest(http.MethodPost, "/v2/images", body))
	assert.Equal(t, 400, response.Code)
	assert.Zero(t, r.Exchanges)
}

// A listener that fails does not cost the report of what had passed by then. The exit code is that of an error,
// whatever was found.
func TestProxyWhoseListenerFails(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_list:malformed")
	address, err := traffic.ParseBase(api.url)
	require.NoError(t, err)
	report := filepath.Join(t.TempDir(), "report.json")
	var out buffer
	p := process{stdout: &out, stderr: io.Discard, getenv: lookUp(nil)}
	o, err := newOutput(t.Context(), p, outputOptions{format: "text", failOn: "breaking", files: []string{report}, minCoverage: 100})
	require.NoError(t, err)
	r, err := newReport(t.Context(), "", o)
	require.NoError(t, err)
	listener, err := listen("127.0.0.1:0")
	require.NoError(t, err)
	g := newGateway(address, r, slog.New(slog.DiscardHandler), false)
	served := make(chan error, 1)
	go func() { served <- serveGateway(t.Context(), o, listener, g) }()
	proxy := server{url: "http://" + listener.Addr().String()}
	status, _ := proxy.get(t, "/v2/images", canary)
	require.Equal(t, 200, status)
	require.NoError(t, listener.Close())
	err = <-served
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.NotErrorIs(t, err, errFindings)
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"check": "malformed-json"`)
	assert.Contains(t, out.String(), "--min-coverage", "the verdict is printed")
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
		isSent := sync.OnceFunc(func() { close(sent) }) // net/http may repeat a GET
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			WroteRequest: func(httptrace.WroteRequestInfo) { isSent() },
		})
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
		assert.Equal(t, 0, s.stop(), &s.log)
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
		{"--target api.digitalocean.com", "it must begin with https:// and a host"},
		{"--target https://user:secret@api.digitalocean.com", "credentials do not belong there"},
		{"--target https://api.digitalocean.com?token=secret", "cannot have a query or a fragment"},
		{"--target https://api.digitalocean.com/?", "cannot have a query or a fragment"},
		{"--target https://api.digitalocean.com/#secret", "cannot have a query or a fragment"},
		{"--target https://api.digitalocean.com/v2", "--target: /v2/images is added to it; without /v2 it is https://api.digitalocean.com"},
		{"--target https://proxy.example/do/v2/images", "--target: /v2/images is added to it: write it without that"},
		{"--target https://api.digitalocean.com/v2/images/", "without /v2/images it is https://api.digitalocean.com"},
		{"--target http://api.digitalocean.com", "plain http to api.digitalocean.com would expose the token; write https://"},
		{"--target http://api.digitalocean.com --insecure-target", "write https://"},
		{"--target http://api.digitalocean.com. --insecure-target", "write https://"},
		{"--target http://proxy.example --insecure-target", "write https://"},
		{"--target http://10.0.0.7:8080", "--insecure-target allows it in a private network"},
		{"--target https://api.digitalocean.com --addr :8080", "--addr :8080: write host and port, such as 127.0.0.1:0"},
		{"--target https://api.digitalocean.com --addr 8080", "--addr 8080: write host and port"},
		{"--target https://api.digitalocean.com --force", "--force: there is no --record"},
		{"--target https://api.digitalocean.com --record session.har", "--record: session.har: the name of a recording ends in .cassette.yaml"},
		{"--target https://api.digitalocean.com --fail-on never", "neither breaking nor drift"},
	} {
		exit, out := execute(t, nil, append([]string{"proxy"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
		assert.NotContains(t, out, "secret")
	}
}

// The connection of a target that offers another protocol is closed, and not passed on.
func TestProxyOfAnotherProtocol(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		id   string
	}{
		{args: nil, id: "bad_gateway"},
		{args: []string{"--fail"}, id: "contract_broken"},
	} {
		p := startProxy(t, append([]string{"--target", testkit.Switching(t)}, test.args...)...)
		status, body := p.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 502, status)
		assert.Contains(t, body, test.id)
		assert.Equal(t, 1, p.stop())
	}
}
