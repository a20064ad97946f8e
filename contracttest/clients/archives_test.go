//go:build archives

// The tests of this file verify archives that other tools write while they run. Each tool sends the same session to
// the fake. The session is in this file: a tool gets its requests one at a time, and hands back their responses. A
// test whose tool is missing is skipped, and says so.

package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

// request is a request as the tools get it, in one line of JSON.
type request struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// response is a response as the tools hand it back, in one line of JSON.
type response struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// send has a tool send a request.
type send func(*testing.T, request) response

// session is what is sent to the fake.
type session struct {
	base string
	send send
	sent int // how many requests so far
}

// call sends a request, whose response must have a status, and decodes the response.
func (s *session) call(t *testing.T, status int, method, path, body string, into any) {
	t.Helper()
	headers := map[string]string{"Authorization": "Bearer " + fakeapi.Token}
	if body != "" {
		headers["Content-Type"] = "application/json"
	}
	got := s.send(t, request{
		Method:  method,
		URL:     s.base + "/v2/images" + path,
		Headers: headers,
		Body:    body,
	})
	s.sent++
	require.Equal(t, status, got.Status, "%s %s: %s", method, path, got.Body)
	if into != nil {
		require.NoError(t, json.Unmarshal([]byte(got.Body), into), "%s %s: %s", method, path, got.Body)
	}
}

// run lists two pages of images, and takes an image through its life.
func (s *session) run(t *testing.T) {
	t.Helper()
	s.call(t, 200, "GET", "?page=1&per_page=3", "", nil)
	s.call(t, 200, "GET", "?page=2&per_page=3", "", nil)
	var image struct {
		Image struct {
			ID     int
			Status string
		}
	}
	s.call(t, 202, "POST", "", `{"name":"n\u00e9w","url":"https://example.com/a.img","region":"nyc3"}`, &image)
	path := "/" + strconv.Itoa(image.Image.ID)
	s.until(t, func() bool {
		s.call(t, 200, "GET", path, "", &image)
		return image.Image.Status == "available"
	})
	s.call(t, 200, "PUT", path, `{"name":"renamed"}`, nil)
	var action struct {
		Action struct {
			ID     int
			Status string
		}
	}
	s.call(t, 201, "POST", path+"/actions", `{"type":"transfer","region":"fra1"}`, &action)
	s.until(t, func() bool {
		s.call(t, 200, "GET", path+"/actions/"+strconv.Itoa(action.Action.ID), "", &action)
		return action.Action.Status == "completed"
	})
	s.call(t, 204, "DELETE", path, "", nil)
	s.call(t, 404, "GET", path, "", nil)
}

// until calls a function until it reports true.
func (s *session) until(t *testing.T, done func() bool) {
	t.Helper()
	for range 100 {
		if done() {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatal("it takes too long")
}

func TestArchivesOfPlaywright(t *testing.T) {
	needTools(t, "chromium")
	chromium, err := exec.LookPath("chromium")
	require.NoError(t, err)
	dir := scripts(t, "playwright-core@1.65.1")
	contract := buildContract(t)
	for _, test := range []struct{ form, file string }{
		{form: "embed", file: "embed.har"},
		{form: "attach", file: "attach/session.har"},
		{form: "attach", file: "session.zip"},
		{form: "update", file: "update/session.har"},
	} {
		t.Run(test.form+" "+filepath.Ext(test.file), func(t *testing.T) {
			base := contract.serve(t)
			file := filepath.Join(dir, test.file)
			s, stop := drive(t, dir, "node", "playwright.mjs", chromium, base, file, test.form)
			run := session{base: base, send: s}
			run.run(t)
			stop()
			contract.check(t, file, run.sent)
		})
	}
}

func TestArchivesOfPolly(t *testing.T) {
	dir := scripts(t, "@pollyjs/core@6.0.6", "@pollyjs/adapter-fetch@6.0.7", "@pollyjs/adapter-node-http@6.0.6",
		"@pollyjs/persister-fs@6.0.6")
	contract := buildContract(t)
	for _, adapter := range []string{"fetch", "node-http"} {
		t.Run(adapter, func(t *testing.T) {
			base := contract.serve(t)
			s, stop := drive(t, dir, "node", "polly.mjs", adapter, filepath.Join(dir, adapter))
			run := session{base: base, send: s}
			run.run(t)
			stop()
			files, err := filepath.Glob(filepath.Join(dir, adapter, "*", "recording.har"))
			require.NoError(t, err)
			require.Len(t, files, 1)
			contract.check(t, files[0], run.sent)
		})
	}
}

func TestArchivesOfVCRPy(t *testing.T) {
	const python = "/usr/bin/python3" // of Debian, as its package is
	need(t, "vcrpy", python, "-c", "import vcr")
	contract := buildContract(t)
	for _, serializer := range []string{"yaml", "json"} {
		t.Run(serializer, func(t *testing.T) {
			base := contract.serve(t)
			file := filepath.Join(t.TempDir(), "session."+serializer)
			s, stop := drive(t, "testdata/archives", python, "vcrpy.py", file, serializer)
			run := session{base: base, send: s}
			run.run(t)
			stop()
			contract.check(t, file, run.sent)
		})
	}
}

func TestArchivesOfRubysVCR(t *testing.T) {
	need(t, "VCR", "ruby", "-e", `require "vcr"; require "webmock"`)
	contract := buildContract(t)
	for _, test := range []struct{ serializer, exact, file string }{
		{serializer: "yaml", file: "session.yml"},
		{serializer: "yaml", exact: "exact", file: "session.yml"},
		{serializer: "json", file: "session.json"},
		{serializer: "json", exact: "exact", file: "session.json"},
	} {
		t.Run(test.serializer+" "+test.exact, func(t *testing.T) {
			if test.serializer == "json" {
				need(t, "multi_json", "ruby", "-e", `require "multi_json"`)
			}
			base := contract.serve(t)
			dir := t.TempDir()
			s, stop := drive(t, "testdata/archives", "ruby", "vcr.rb", dir, test.serializer, test.exact)
			run := session{base: base, send: s}
			run.run(t)
			stop()
			contract.check(t, filepath.Join(dir, test.file), run.sent)
		})
	}
}

func TestArchivesOfGoVCR(t *testing.T) {
	contract := buildContract(t)
	for _, test := range []struct{ folder, module string }{
		{folder: "v1", module: "github.com/dnaeon/go-vcr@v1.2.0"},
		{folder: "v2", module: "gopkg.in/dnaeon/go-vcr.v2@v2.3.0"},
		{folder: "v3", module: "gopkg.in/dnaeon/go-vcr.v3@v3.2.0"},
		{folder: "v4", module: "gopkg.in/dnaeon/go-vcr.v4@v4.0.7"},
	} {
		t.Run(test.folder, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/archives/govcr")))
			require.NoError(t, os.Rename(filepath.Join(dir, test.folder, "record.go"), filepath.Join(dir, "record.go")))
			install(t, dir, "go", "mod", "init", "govcr")
			install(t, dir, "go", "get", test.module)
			install(t, dir, "go", "build", "-mod=mod", "-o", "govcr", ".")
			base := contract.serve(t)
			s, stop := drive(t, dir, filepath.Join(dir, "govcr"), filepath.Join(dir, "session"))
			run := session{base: base, send: s}
			run.run(t)
			stop()
			contract.check(t, filepath.Join(dir, "session.yaml"), run.sent)
		})
	}
}

// harDump is what writes archives for mitmproxy before version 10.1, which has it within.
const harDump = "/usr/share/doc/mitmproxy/examples/contrib/har_dump.py"

func TestArchivesOfMitmproxy(t *testing.T) {
	needTools(t, "curl", "mitmdump")
	contract := buildContract(t)
	base := contract.serve(t)
	dir := t.TempDir()
	args := []string{
		"--mode", "reverse:" + base, "--listen-host", "127.0.0.1", "--listen-port", "0", "--save-stream-file", "flows",
		"--set", "confdir=" + dir, "--set", "hardump=session.har",
	}
	if _, err := os.Stat(harDump); err == nil {
		args = append(args, "--scripts", harDump)
	}
	address, stop := start(t, dir, "mitmdump", args...)
	run := session{base: address, send: curl()}
	run.run(t)
	stop()
	out, err := exec.CommandContext(t.Context(), string(contract), "verify", filepath.Join(dir, "flows")).CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "a flow dump of mitmproxy")
	file := filepath.Join(dir, "session.har")
	if _, err := os.Stat(file); err != nil {
		t.Skip("this mitmproxy cannot write HTTP Archives, and its har_dump.py is not installed")
	}
	contract.check(t, file, run.sent)
}

// What clients in any language send through contract proxy is recorded without the token.
func TestArchivesOfTheProxy(t *testing.T) {
	needTools(t, "curl")
	contract := buildContract(t)
	target := contract.serve(t)
	dir := t.TempDir()
	base, stop := start(t, dir, string(contract), "proxy", "--target", target, "--record", "session.cassette.yaml")
	run := session{base: base, send: curl()}
	run.run(t)
	stop()
	v := contract.verify(t, filepath.Join(dir, "session.cassette.yaml"))
	assert.Equal(t, run.sent, v.Exchanges)
	assert.Empty(t, v.findings())
}
