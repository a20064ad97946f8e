package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	recordings = "../../recordings/"
	canary     = "dop_v1_canary0123456789"
	nobody     = "http://127.0.0.1:1" // where no server is: a port that one had could be that of another test by now
)

// contract is the program: this test binary, which runs main when the variable asChild is set. A program built on the
// side would be unknown to go test, which would take old results for it.
var contract string

const asChild = "DOIMAGES_TEST_RUNS_CONTRACT"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		main()
		return
	}
	var err error
	if contract, err = os.Executable(); err != nil {
		panic(err)
	}
	if err := os.Setenv(asChild, "1"); err != nil {
		panic(err)
	}
	// The race detector lets a program sleep for a second at its end. That is long for as many as there are here.
	if os.Getenv("GORACE") == "" {
		if err := os.Setenv("GORACE", "atexit_sleep_ms=50"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// buffer is what a program has printed so far.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// lookUp returns a function that reads variables from a list such as that of os.Environ.
func lookUp(env []string) func(string) string {
	return func(name string) string {
		for _, variable := range env {
			if value, ok := strings.CutPrefix(variable, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// execute runs the program within this process, and returns its exit code and all it printed.
func execute(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	return executeWith(t, "", env, args...)
}

// executeWith does as execute, with a text as standard input.
func executeWith(t *testing.T, stdin string, env []string, args ...string) (int, string) {
	t.Helper()
	var out buffer
	p := process{stdin: strings.NewReader(stdin), stdout: &out, stderr: &out, getenv: lookUp(env)}
	exit := run(t.Context(), p, args)
	return exit, out.String()
}

// executeProcess runs the program in a process of its own. That takes longer, and shows what main and net/http do.
func executeProcess(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	command := exec.Command(contract, args...)
	command.Env = append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	return exitCode(err), string(out)
}

// exitCode returns the exit code of a process, by how waiting for it ended; -1 if it did not come to one.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// server is a serve or a proxy that runs.
type server struct {
	url       string
	log       buffer          // its standard error
	out       buffer          // its standard output after the URL
	interrupt func(os.Signal) // ends it
	running   sync.WaitGroup
	exit      int // once nothing is running
}

// start runs a command that serves, within this process.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &server{interrupt: func(os.Signal) { cancel() }}
	stdout, w := io.Pipe()
	s.running.Go(func() {
		defer w.Close()
		p := process{stdout: w, stderr: &s.log, getenv: lookUp(nil), shutdownTime: 200 * time.Millisecond}
		s.exit = run(ctx, p, args)
	})
	s.await(t, stdout)
	return s
}

// startProcess runs a command that serves, in a process of its own.
func startProcess(t *testing.T, args ...string) *server {
	t.Helper()
	stdout, w := io.Pipe()
	command := exec.Command(contract, args...)
	s := &server{interrupt: func(signal os.Signal) { _ = command.Process.Signal(signal) }}
	command.Stdout, command.Stderr = w, &s.log
	require.NoError(t, command.Start())
	s.running.Go(func() {
		defer w.Close()
		s.exit = exitCode(command.Wait())
	})
	s.await(t, stdout)
	return s
}

// await waits for the URL, which is printed first, and arranges for the end.
func (s *server) await(t *testing.T, stdout io.Reader) {
	t.Helper()
	t.Cleanup(func() { s.stop() })
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	require.NoError(t, err, "%s", &s.log)
	s.url = strings.TrimSpace(line)
	s.running.Go(func() { _, _ = io.Copy(&s.out, lines) })
}

// stop ends the server as an interrupt does, and returns its exit code.
func (s *server) stop() int { return s.stopBy(os.Interrupt) }

func (s *server) stopBy(signal os.Signal) int {
	s.interrupt(signal)
	s.running.Wait()
	return s.exit
}

// get sends a request, and returns the status and the body of the response.
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

// startServer runs contract serve with the canary as its token.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, append([]string{"serve", "--token", canary}, args...)...)
}

// startProxy runs contract proxy.
func startProxy(t *testing.T, args ...string) *server {
	t.Helper()
	return start(t, append([]string{"proxy"}, args...)...)
}
