//go:build archives || clients || prism || specmatic

package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is the command contract.
type program string

// buildContract builds the command for a test and its subtests.
func buildContract(t *testing.T) program {
	t.Helper()
	file := filepath.Join(t.TempDir(), "contract")
	command(t, "", "go", "-C", "../..", "build", "-o", file, "./contracttest/cmd/contract") // in the module of the command
	return program(file)
}

// server is contract serve or contract proxy, while it runs.
type server struct {
	url  string
	log  bytes.Buffer // to be read once it is stopped
	stop func()
}

// start starts a server, whose address is the first line that it prints. It is stopped when the test ends, or before.
func (p program) start(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{}
	c := exec.Command(string(p), args...)
	c.Stderr = &s.log
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	s.stop = sync.OnceFunc(func() {
		_ = c.Process.Signal(os.Interrupt)
		_, _ = io.Copy(io.Discard, out)
		_ = c.Wait() // the exit code of a proxy says what its report does
	})
	t.Cleanup(s.stop)
	if _, err := fmt.Fscanln(bufio.NewReader(out), &s.url); err != nil {
		s.stop()
		t.Fatalf("contract %v: %v\n%s", args, err, s.log.String())
	}
	return s
}

// checked is what a proxy reports.
type checked struct {
	Exchanges int
	Skipped   int
	Findings  []struct{ Check, Severity, Operation, In, Pointer, Message string }
}

// proxy starts a proxy in front of an API. The second result stops it and returns its report.
func (p program) proxy(t *testing.T, target string) (url string, report func() checked) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	s := p.start(t, "proxy", "--target", target, "-o", file)
	return s.url, func() checked {
		s.stop()
		text, err := os.ReadFile(file)
		require.NoError(t, err, s.log.String())
		var r checked
		require.NoError(t, json.Unmarshal(text, &r))
		return r
	}
}

// kinds returns each kind of finding once.
func (c checked) kinds() []string {
	kinds := []string{}
	for _, f := range c.Findings {
		kinds = append(kinds, fmt.Sprintf("%s %s %s: %s%s", f.Severity, f.Check, f.Operation, f.In, f.Pointer))
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// command runs a program in a folder, which is its home too, and returns its standard output. A program that fails
// ends the test.
func command(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	if dir != "" {
		c.Dir = dir
		c.Env = append(os.Environ(), "HOME="+dir) // the configuration of whoever runs this must not count
	}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, "%s %v\n%s%s", name, args, out, stderr.String())
	return out
}

// need skips a test unless a command succeeds.
func need(t *testing.T, what string, name string, args ...string) {
	t.Helper()
	if err := exec.CommandContext(t.Context(), name, args...).Run(); err != nil {
		t.Skipf("%s cannot be had: %s %v: %v", what, name, args, err)
	}
}

// npmInstall installs packages into a folder. If they cannot be had, the test is skipped.
func npmInstall(t *testing.T, dir string, packages ...string) {
	t.Helper()
	what := strings.Join(packages, ", ")
	need(t, what, "node", "--version")
	need(t, what, "npm", "--version")
	install := exec.CommandContext(t.Context(), "npm", append([]string{
		"install", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline",
	}, packages...)...)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("%s cannot be had: npm: %s", what, out)
	}
	assert.DirExists(t, filepath.Join(dir, "node_modules"))
}
