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
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/report"

	"example.com/doimages/contracttest/fakeapi"
)

// parrot is an API that repeats the token wherever it can: in headers, documented and not, in errors, in fields of
// images, in links.
func parrot() http.Handler {
	fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: canary}), fakeapi.WithImportTime(0), fakeapi.WithActionTime(0), fakeapi.WithRateLimit(0, 0))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		fake.ServeHTTP(answer, r)
		var body map[string]any
		if json.Unmarshal(answer.Body.Bytes(), &body) == nil {
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
			answer.Body.Reset()
			answer.Body.Write(text)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.Header().Set("X-Request-Id", canary)
		w.Header().Set("X-Echo-"+canary, canary)
		w.Header().Set("Set-Cookie", "session="+canary)
		w.Header().Set("Ratelimit-Limit", canary)
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// answerAll answers whatever comes with these bytes, and returns the address at which it does.
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

// Whatever the commands print or write, the token is not in it, even where the server repeats it everywhere.
func TestTheTokenIsNowhere(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(parrot())
	t.Cleanup(api.Close)
	dir := t.TempDir()
	outputs := map[string]string{}
	env := []string{"DIGITALOCEAN_TOKEN=" + canary, "GITHUB_STEP_SUMMARY=" + filepath.Join(dir, "summary.md")}
	har := filepath.Join(t.TempDir(), "in.har") // which holds the token, so that it is no output
	require.NoError(t, os.WriteFile(har, []byte(strings.ReplaceAll(archive, `"headers":[]`, `"headers":[{"name":"x-echo","value":"`+canary+`"}]`)), 0o600))

	for _, format := range report.Formats {
		for name, args := range map[string][]string{
			"live":           {"live", "--base-url", api.URL, "--write"},
			"live, to drift": {"live", "--base-url", api.URL, "--fail-on", "drift"},
			"verify":         {"verify", har},
		} {
			exit := 0
			exit, outputs[format+" "+name] = run(t, env, append(args, "--format", format, "-o", filepath.Join(dir, format+" "+name+".html"))...)
			assert.Equal(t, 1, exit, "%s: the parrot breaks the contract", name)
		}
	}
	cassette := filepath.Join(dir, "live.cassette.yaml")
	_, outputs["record"] = run(t, env, "record", "--base-url", api.URL, "--write", "-o", cassette)
	assert.FileExists(t, cassette)
	_, outputs["verify of the recording"] = run(t, env, "verify", "--host", "127.0.0.1", cassette)

	proxy := start(t, exec.Command(contract, "proxy", "--target", api.URL, "--format", "json", "-o", filepath.Join(dir, "proxy.html")))
	for _, path := range []string{"/v2/images", "/v2/images/6000000", "/v2/images/1", "/v2/" + canary, "/v2/images?token=" + canary} {
		proxy.get(t, path, canary)
	}
	require.NoError(t, proxy.command.Process.Signal(syscall.SIGTERM))
	_ = proxy.wait()
	outputs["proxy"] = proxy.logged()

	for name, answer := range map[string]string{
		"reason":   "HTTP/1.1 404 " + canary + "\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
		"status":   "HTTP/1.1 " + canary + " OK\r\n\r\n",
		"header":   "HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n",
		"length":   "HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n",
		"encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
		"excess":   "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" + canary + " and more",
		"trailer":  "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n2\r\n{}\r\n0\r\n" + canary + " line\r\n\r\n",
		"upgrade":  "HTTP/1.1 101 " + canary + "\r\nConnection: Upgrade\r\nUpgrade: " + canary + "\r\n\r\n",
	} {
		address := answerAll(t, answer)
		proxy := start(t, exec.Command(contract, "proxy", "--target", address))
		for _, path := range []string{"/v2/images", "/v2/droplets"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, proxy.url+path, nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+canary)
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body) // which may break off
				_ = resp.Body.Close()
			}
		}
		require.NoError(t, proxy.command.Process.Signal(syscall.SIGTERM))
		_ = proxy.wait()
		outputs["proxy, with the token as "+name] = proxy.logged()
		_, outputs["live, with the token as "+name] = run(t, env, "live", "--base-url", address, "--budget", "5")
		cassette := filepath.Join(dir, name+".cassette.yaml")
		_, outputs["record, with the token as "+name] = run(t, env, "record", "--base-url", address, "--budget", "5", "-o", cassette)
		if name == "reason" {
			assert.FileExists(t, cassette)
		}
	}

	fake := startServer(t)
	fake.get(t, "/v2/images?token="+canary, canary)
	fake.get(t, "/v2/images", "wrong"+canary)
	other := startServer(t, "--token", "another")
	other.get(t, "/v2/images?token="+canary, "another")
	other.get(t, "/v2/"+canary, canary)
	outputs["serve, with another token"] = other.logged()
	outputs["serve"] = fake.logged()

	_, outputs["the token as an address"] = run(t, env, "live", "--base-url", canary)
	_, outputs["an address with the token"] = run(t, env, "live", "--base-url", "https://user:"+canary+"@api.example.com")
	_, outputs["no network"] = run(t, env, "live", "--base-url", "http://127.0.0.1:1")
	_, outputs["a missing file"] = run(t, env, "verify", filepath.Join(dir, "missing.har"))

	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		outputs[path] = string(text)
		return err
	}))
	assert.Greater(t, len(outputs), 30)
	for name, text := range outputs {
		assert.NotEmpty(t, text, name)
		for what, needle := range map[string]string{
			"the token": canary, "the end of the token": "canary0123456789", "the token in base64": base64.StdEncoding.EncodeToString([]byte(canary))[:24],
		} {
			if at := strings.Index(strings.ToLower(text), strings.ToLower(needle)); at >= 0 {
				assert.Fail(t, what+" is in "+name, "…%s…", text[max(0, at-120):min(len(text), at+60)])
			}
		}
	}
}
