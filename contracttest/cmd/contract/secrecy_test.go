package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/report"

	"example.com/doimages/contracttest/fakeapi"
)

// parrot is an API that repeats the token wherever it can: in headers, documented and not, in errors and in fields of
// images.
func parrot() http.Handler {
	fake := fakeapi.New(
		fakeapi.WithAccounts(fakeapi.Account{Token: canary}),
		fakeapi.WithCatalogue(12, 1), // fewer images make the runs shorter, and miss no place for a token
		fakeapi.WithImportTime(0),
		fakeapi.WithActionTime(0),
		fakeapi.WithRateLimit(0, 0),
	)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := httptest.NewRecorder()
		fake.ServeHTTP(response, r)
		var body map[string]any
		if json.Unmarshal(response.Body.Bytes(), &body) == nil {
			body["echo"] = map[string]any{"request": "Bearer " + canary, canary: canary}
			if message, ok := body["message"].(string); ok {
				body["message"] = message + " Your token is " + canary
				body["id"] = canary
			}
			if image, ok := body["image"].(map[string]any); ok {
				image["description"] = canary
			}
			if images, ok := body["images"].([]any); ok && len(images) > 0 {
				images[0].(map[string]any)["regions"] = []any{canary}
				images[0].(map[string]any)["distribution"] = canary
				images[0].(map[string]any)["name"] = "image of " + canary
			}
			text, _ := json.Marshal(body)
			response.Body.Reset()
			response.Body.Write(text)
		}
		for name, values := range response.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.Header().Set("X-Request-Id", canary)
		w.Header().Set("Ratelimit-"+canary, canary)
		w.Header().Set("Set-Cookie", "session="+canary)
		w.Header().Set("Ratelimit-Limit", canary)
		w.WriteHeader(response.Code)
		_, _ = w.Write(response.Body.Bytes())
	})
}

// answerAll responds to every request with these bytes, and returns its address.
func answerAll(t *testing.T, answer string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = conn.Write([]byte(answer))
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// outputs is what commands printed and wrote, by a name for each.
type outputs map[string]string

// addFolder adds every file in a folder.
func (o outputs) addFolder(t *testing.T, folder string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		o[path] = string(text)
		return err
	}))
}

// assertNoToken fails for each output that has the token, or a part of it, or it in base64.
func (o outputs) assertNoToken(t *testing.T) {
	t.Helper()
	inBase64 := base64.StdEncoding.EncodeToString([]byte(canary))[:24] // the rest depends on what follows
	for name, text := range o {
		assert.NotEmpty(t, text, name)
		for _, secret := range []string{canary, "canary0123456789", inBase64} {
			if at := strings.Index(strings.ToLower(text), strings.ToLower(secret)); at >= 0 {
				assert.Fail(t, secret+" is in "+name, "…%s…", text[max(0, at-120):min(len(text), at+60)])
			}
		}
	}
}

func TestReportsHaveNoToken(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(parrot())
	t.Cleanup(api.Close)
	dir := t.TempDir()
	env := append([]string{"GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary.md")}, withToken...)
	har := filepath.Join(t.TempDir(), "in.har") // which has the token, so that it is no output
	withEcho := strings.ReplaceAll(archive, `"headers":[]`, `"headers":[{"name":"x-echo","value":"`+canary+`"}]`)
	require.NoError(t, os.WriteFile(har, []byte(withEcho), 0o600))

	all := outputs{}
	for name, args := range map[string][]string{
		"live":           {"live", "--base-url", api.URL, "--write"},
		"live, to drift": {"live", "--base-url", api.URL, "--fail-on", "drift"},
		"verify":         {"verify", har},
	} {
		args = append(args, "--format", "github", "--show-bodies")
		for _, extension := range []string{".txt", ".json", ".xml", ".sarif", ".html"} {
			args = append(args, "-o", filepath.Join(dir, name+extension))
		}
		exit, out := execute(t, env, args...)
		assert.Equal(t, 1, exit, "%s: the parrot breaks the contract", name)
		all[name] = out
	}
	all.addFolder(t, dir)
	assert.Len(t, all, 3*len(report.Formats)+1, "every format of every command, and the summary")
	all.assertNoToken(t)
}

func TestRecordingHasNoToken(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(parrot())
	t.Cleanup(api.Close)
	dir := t.TempDir()
	cassette := filepath.Join(dir, "live.cassette.yaml")
	all := outputs{}
	_, all["record"] = execute(t, withToken, "record", "--base-url", api.URL, "--write", "-o", cassette)
	_, all["verify"] = execute(t, nil, "verify", "--host", "127.0.0.1", cassette)
	all.addFolder(t, dir)
	assert.Len(t, all, 4, "both outputs, a cassette and its provenance")
	all.assertNoToken(t)
}

func TestProxyPrintsNoToken(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(parrot())
	t.Cleanup(api.Close)
	dir := t.TempDir()
	p := startProxy(t, "--target", api.URL, "--format", "json", "-o", filepath.Join(dir, "proxy.html"))
	for _, path := range []string{
		"/v2/images",
		"/v2/images/6000000",
		"/v2/images/1",
		"/v2/" + canary,
		"/v2/images?token=" + canary,
	} {
		p.get(t, path, canary)
	}
	p.stop()
	all := outputs{"log": p.log.String(), "report": p.out.String()}
	all.addFolder(t, dir)
	assert.Len(t, all, 3)
	all.assertNoToken(t)
}

func TestErrorsHaveNoToken(t *testing.T) {
	t.Parallel()
	all := outputs{}
	_, all["the token as an address"] = execute(t, withToken, "live", "--base-url", canary)
	_, all["a token in an address"] = execute(t, withToken, "live", "--base-url", "https://user:"+canary+"@api.example.com")
	_, all["no network"] = execute(t, withToken, "live", "--base-url", nobody)
	_, all["a missing file"] = execute(t, withToken, "verify", filepath.Join(t.TempDir(), "missing.har"))
	_, all["the token as a target"] = execute(t, nil, "proxy", "--target", canary)
	_, all["a token in a target"] = execute(t, nil, "proxy", "--target", "https://"+canary+":@api.example.com")
	all.assertNoToken(t)
}

// hostileResponses are not HTTP, or not quite, and have the token in the place of their name.
var hostileResponses = map[string]string{
	"reason":   "HTTP/1.1 404 " + canary + "\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
	"status":   "HTTP/1.1 " + canary + " OK\r\n\r\n",
	"header":   "HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n",
	"length":   "HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n",
	"encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
	"excess": "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" +
		canary + " and more",
	"trailer": "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n2\r\n{}\r\n0\r\n" +
		canary + " line\r\n\r\n",
	"upgrade": "HTTP/1.1 101 " + canary + "\r\nConnection: Upgrade\r\nUpgrade: " + canary + "\r\n\r\n",
}

// net/http quotes what it cannot read, in errors and, of what comes in excess, in the log of the process. The short
// form runs processes for that alone.
func TestHostileServersGetNoTokenPrinted(t *testing.T) {
	t.Parallel()
	for name, response := range hostileResponses {
		t.Run(name, func(t *testing.T) {
			execute, start := execute, start
			if name == "excess" || os.Getenv("LONG") != "" {
				execute, start = executeProcess, startProcess
			}
			address := answerAll(t, response)
			dir := t.TempDir()
			cassette := filepath.Join(dir, "live.cassette.yaml")
			all := outputs{}
			_, all["live"] = execute(t, withToken, "live", "--base-url", address, "--budget", "5")
			_, all["record"] = execute(t, withToken, "record", "--base-url", address, "--budget", "5", "-o", cassette)
			p := start(t, "proxy", "--target", address)
			for _, path := range []string{"/v2/images", "/v2/droplets"} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
				require.NoError(t, err)
				req.Header.Set("Authorization", "Bearer "+canary)
				if resp, err := http.DefaultClient.Do(req); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body) // which may be truncated
					_ = resp.Body.Close()
				}
			}
			p.stop()
			all["proxy"] = p.log.String() + p.out.String()
			all.addFolder(t, dir)
			if name == "reason" {
				assert.Contains(t, all, cassette)
			}
			all.assertNoToken(t)
		})
	}
}
