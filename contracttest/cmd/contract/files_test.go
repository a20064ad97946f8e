//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipe to which nobody writes keeps no command from being interrupted, whatever it is read for.
func TestPipesCanBeInterrupted(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe.har")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	recorded := recordings + "images_get.cassette.yaml"
	for name, args := range map[string][]string{
		"an archive":            {"verify", pipe},
		"an archive for live":   {"live", pipe},
		"a recording to copy":   {"convert", pipe, "-o", filepath.Join(t.TempDir(), "copy.har")},
		"a document":            {"verify", "--spec", pipe, recorded},
		"a baseline":            {"verify", "--baseline", pipe, recorded},
		"a baseline of a proxy": {"proxy", "--target", nobody, "--baseline", pipe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			var out buffer
			exit := make(chan int, 1)
			go func() { exit <- run(ctx, process{stdout: &out, stderr: &out, getenv: lookUp(nil)}, args) }()
			select {
			case <-exit:
				assert.Fail(t, "it did not wait for the pipe", out.String())
			case <-time.After(50 * time.Millisecond):
			}
			cancel()
			select {
			case code := <-exit:
				assert.Equal(t, exitUnusable, code, out.String())
				assert.Contains(t, out.String(), "context canceled")
			case <-time.After(time.Minute):
				assert.Fail(t, "it was not interrupted")
			}
		})
	}
	// Whoever has the pipe open can go on: the goroutines of the test end with it.
	file, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, file.Close()) })
}

// What has no end, or is not a file, is refused.
func TestWhatIsNotAFileIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	named := func(name, target string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.Symlink(target, file))
		return file
	}
	recorded, err := filepath.Abs(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	pipe := filepath.Join(folder, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	withPipe := named("a.cassette.yaml", recorded)
	require.NoError(t, syscall.Mkfifo(filepath.Join(folder, "a.provenance.yaml"), 0o600))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a report in a pipe":          {args: []string{"verify", "-o", named("pipe.json", pipe), recorded}, want: "pipe.json: not a regular file"},
		"a document without end":      {args: []string{"verify", "--spec", "/dev/zero", recorded}, want: "/dev/zero: larger than 16 MiB"},
		"a baseline without end":      {args: []string{"verify", "--baseline", "/dev/zero", recorded}, want: "/dev/zero: larger than 16 MiB"},
		"a document that is a folder": {args: []string{"verify", "--spec", folder, recorded}, want: "is a directory"},
		"a baseline that is a folder": {args: []string{"verify", "--baseline", folder, recorded}, want: "is a directory"},
		"an archive without end":      {args: []string{"verify", named("zero.har", "/dev/zero")}, want: "zero.har: not read: a binary file"},
		"a cassette without end":      {args: []string{"verify", named("zero.yaml", "/dev/zero")}, want: "zero.yaml: not read: a binary file"},
		"a provenance that is a pipe": {args: []string{"verify", withPipe}, want: "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exit, out := execute(t, nil, test.args...)
			assert.Equal(t, exitUnusable, exit, out)
			assert.Contains(t, out, test.want)
		})
	}
}

// A response in which all is wrong does not fill the log of a proxy, or its own 502.
func TestProxyLogIsBounded(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var b strings.Builder
		for i := range 500 {
			fmt.Fprintf(&b, `"new%d":1,`, i)
		}
		fmt.Fprintf(w, `{%s"images":[%s{}],"links":{},"meta":{"total":1}}`, b.String(), strings.Repeat("{},", 20_000))
	}))
	t.Cleanup(api.Close)
	p := startProxy(t, "--target", api.URL, "--fail")
	status, body := p.get(t, "/v2/images", canary)
	assert.Equal(t, 502, status)
	assert.Less(t, strings.Count(body, "missing-field"), 51)
	p.stop()
	log := p.log.String()
	assert.Equal(t, 50, strings.Count(log, "msg=finding"))
	assert.Contains(t, log, `msg="more findings" exchange=exchange#0 count=950`)
	assert.NotContains(t, log, "severity=drift", "the worst come first")
}
