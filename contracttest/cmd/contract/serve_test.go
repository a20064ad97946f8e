package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "dop_v1_canary0123456789"

// server is a running contract serve.
type server struct {
	url     string
	command *exec.Cmd
	ended   chan struct{} // closed when the log is whole

	mu  sync.Mutex
	log strings.Builder
}

func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, exec.Command(contract, append([]string{"serve", "--token", canary}, args...)...))
}

// start starts a command that prints its URL first.
func start(t *testing.T, command *exec.Cmd) *server {
	t.Helper()
	s := &server{command: command, ended: make(chan struct{})}
	stdout, err := s.command.StdoutPipe()
	require.NoError(t, err)
	stderr, err := s.command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, s.command.Start())
	t.Cleanup(func() { _ = s.command.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	s.url = strings.TrimSpace(line)
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			s.mu.Lock()
			s.log.WriteString(lines.Text() + "\n")
			s.mu.Unlock()
		}
	}()
	return s
}

// wait waits until the command has ended and its log has been read.
func (s *server) wait() error {
	<-s.ended
	return s.command.Wait()
}

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *server) get(t *testing.T, path, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

func TestServe(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		s := startServer(t, "--images", "7", "--fault", "images_get:status=503,count=1")
		require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, s.url)
		for path, want := range map[string]string{
			"/":                     "It is no evidence of how the API behaves",
			"/openapi.yaml":         "openapi: 3.0.3",
			"/v2/images?per_page=1": `"total":7`,
		} {
			status, body := s.get(t, path, canary)
			assert.Equal(t, 200, status, path)
			assert.Contains(t, body, want)
		}
		status, _ := s.get(t, "/v2/images", "")
		assert.Equal(t, 401, status)
		status, _ = s.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 503, status)
		status, _ = s.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 200, status)

		require.NoError(t, s.command.Process.Signal(signal))
		assert.NoError(t, s.wait(), "a clean stop")
		assert.Contains(t, s.logged(), "method=GET path=/v2/images/6000000 status=503")
		assert.NotContains(t, s.logged(), canary)
	}
}

func TestServeRejects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"--addr nowhere:port", "nowhere:port"},
		{"--token=", "--token: it cannot be empty"},
		{"--images=-1", "--images -1: it cannot be negative"},
		{"--import-time=-1s", "--import-time -1s: it cannot be negative"},
		{"--action-time=-1s", "--action-time -1s: it cannot be negative"},
		{"--fault images_get:html,page=2", "images_get has no pages"},
		{"--import-time=soon", "invalid argument"},
		{"--fault images_list", "it is written operation:effect"},
		{"--fault images_steal:status=500", `there is no operation "images_steal"`},
		{"--fault images_list:status=200", "not from 300 to 599"},
		{"--fault images_list:page=1", "it has no effect"},
		{"--fault images_list:reset,truncate", "it has two effects"},
		{"--fault images_list:explode", "neither an effect nor a choice"},
	} {
		exit, out := run(t, nil, append([]string{"serve"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
	}
}
