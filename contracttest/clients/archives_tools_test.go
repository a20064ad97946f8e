//go:build archives

package clients

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

// limit is how long a tool may take.
const limit = 2 * time.Minute

// start starts a server, and returns the address that it prints. It is interrupted at the end of the test, or when stop
// is called before.
func start(t *testing.T, dir, name string, args ...string) (address string, stop func()) {
	t.Helper()
	// The context of the test would kill it before the test ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	var stderr strings.Builder
	c.Stderr = &stderr
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	out := bufio.NewReader(stdout)
	stop = sync.OnceFunc(func() {
		assert.NoError(t, c.Process.Signal(syscall.SIGINT))
		_, _ = io.Copy(io.Discard, out)
		assert.NoError(t, c.Wait(), "%s: %s", name, &stderr)
	})
	t.Cleanup(stop)
	for {
		line, err := out.ReadString('\n')
		require.NoError(t, err, name)
		if _, port, found := strings.Cut(line, "127.0.0.1:"); found {
			return "http://127.0.0.1:" + strings.TrimSpace(port), stop
		}
	}
}

// serve starts a fake of its own for a test, whose lists are compressed. It returns its address.
func (p program) serve(t *testing.T) string {
	t.Helper()
	return p.start(t, "serve", "--import-time", "300ms", "--action-time", "300ms", "--fault", "images_list:gzip").url
}

// drive starts a tool that reads requests and writes responses. It ends when stop is called, and has then written its
// archive.
func drive(t *testing.T, dir, name string, args ...string) (s send, stop func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	var stderr strings.Builder
	c.Stderr = &stderr
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	in, out := json.NewEncoder(stdin), json.NewDecoder(stdout)
	stop = func() {
		require.NoError(t, stdin.Close())
		require.NoError(t, c.Wait(), "%s", &stderr)
	}
	return func(t *testing.T, r request) (got response) {
		t.Helper()
		if err := errors.Join(in.Encode(r), out.Decode(&got)); err != nil {
			_, _ = stdin.Close(), c.Wait()
			t.Fatalf("%s: %v\n%s", name, err, &stderr)
		}
		return got
	}, stop
}

// curl returns a send that runs curl for each request.
func curl() send {
	return func(t *testing.T, r request) (got response) {
		t.Helper()
		args := []string{
			"--silent", "--show-error", "--compressed", "--request", r.Method, "--write-out", `\n%{http_code}`,
		}
		for name, value := range r.Headers {
			args = append(args, "--header", name+": "+value)
		}
		if r.Body != "" {
			args = append(args, "--data-raw", r.Body)
		}
		out := string(command(t, "", "curl", append(args, r.URL)...))
		end := strings.LastIndexByte(out, '\n')
		status, err := strconv.Atoi(out[end+1:])
		require.NoError(t, err)
		return response{
			Status: status,
			Body:   out[:end],
		}
	}
}

// verified is what contract verify reports as JSON, as far as it is looked at.
type verified struct {
	Exchanges int
	Skips     []struct {
		Reason string
		Count  int
	}
	Findings []struct {
		Check, Severity, Message, Source string
	}
}

// verify runs contract verify, which must pass.
func (p program) verify(t *testing.T, file string) (v verified) {
	t.Helper()
	c := exec.CommandContext(t.Context(), string(p), "verify", "--fail-on", "drift", "--format", "json", file)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, json.Unmarshal(out, &v), &stderr)
	assert.NoError(t, err, "%+v\n%s", v, &stderr)
	return v
}

// findings returns what was found, in one line each.
func (v verified) findings() []string {
	all := []string{}
	for _, f := range v.Findings {
		all = append(all, f.Severity+" "+f.Check)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// tokenKept is what is found in the archive of a tool that keeps the token.
const tokenKept = "note secret"

// check verifies an archive of a session. Each exchange is read, and no more is found than that the archive holds a
// token. Of a clean copy, the same is true without the token.
func (p program) check(t *testing.T, file string, sent int) {
	t.Helper()
	v := p.verify(t, file)
	t.Logf("read: %d of %d exchanges, and found: %v", v.Exchanges, sent, v.findings())
	assert.Equal(t, sent, v.Exchanges, "%+v", v)
	assert.Equal(t, []string{tokenKept}, v.findings(), "%+v", v)
	for _, skipped := range v.Skips {
		assert.Equal(t, "other host", skipped.Reason, "%+v", v) // the page of Playwright
	}
	for _, name := range []string{"copy.cassette.yaml", "copy.har"} {
		clean := filepath.Join(t.TempDir(), name)
		command(t, "", string(p), "convert", file, "-o", clean)
		text, err := os.ReadFile(clean)
		require.NoError(t, err)
		assert.NotContains(t, string(text), fakeapi.Token)
		v := p.verify(t, clean)
		assert.Equal(t, sent, v.Exchanges, name)
		assert.Empty(t, v.findings(), name)
	}
}

// needTools skips a test if one of its tools is missing.
func needTools(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// scripts copies scripts into a folder, and installs packages of npm beside them.
func scripts(t *testing.T, packages ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/archives")))
	settings := []byte(`{"type":"module","private":true}`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), settings, 0o600))
	npmInstall(t, dir, packages...)
	return dir
}

// install runs a program that installs something. A test whose tool cannot be installed is skipped.
func install(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Skipf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}
