package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile has what no terminal and no log should be given: lines of its own, colours, and what hides or turns a text.
// A file can have it as its name, and a server can send it.
const hostile = "a\n::error::b\r\x1b[31mc\u0085d\u007fe\u202ef\u2066g\u200eh\u061ci\u200bj\u2028k\u2029l\ufeffm"

// assertPrints fails if an output has what does not print, or a line that the text began.
func assertPrints(t *testing.T, out string) {
	t.Helper()
	require.NotEmpty(t, out)
	for _, line := range strings.Split(out, "\n") {
		at := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) })
		assert.Negative(t, at, "%q", line)
		assert.False(t, strings.HasPrefix(line, "::error::b"), line)
	}
}

// Names of files and arguments come from wherever a job of CI got them.
func TestNamesPrint(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), hostile)
	require.NoError(t, os.MkdirAll(dir, 0o700))
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	har := write(hostile+".har", archive)
	broken := write(hostile+"2.har", `{"log":{"`+hostile)
	spec := write("spec.yaml", "openapi: \""+`\e[31m`+"\"\n"+`"\e[31m\n::error::b": [`)
	baseline := write("baseline.yaml", "findings:\n- {check: wrong-type, reason: \"\\e[31m\\n::error::b\", source: a, got: \"\\e[31m\"}\n")
	unusable := write("unusable.yaml", "findings:\n- {\"\\e[31m\\n::error::b\": a}\n")
	withProvenance := write(hostile+".cassette.yaml", readText(t, recordings+"images_get.cassette.yaml"))
	write(hostile+".provenance.yaml", `kind: "\e[31m\n::error::b"`)
	for name, args := range map[string][]string{
		"an archive":              {"verify", har},
		"an archive, for GitHub":  {"verify", har, "--format", "github"},
		"a baseline":              {"verify", har, "--baseline", baseline},
		"a broken archive":        {"verify", broken},
		"a missing file":          {"verify", filepath.Join(dir, "missing.har")},
		"an unknown extension":    {"verify", hostile},
		"a provenance":            {"verify", withProvenance},
		"a document":              {"verify", "--spec", spec, har},
		"a missing document":      {"verify", "--spec", hostile, har},
		"an unusable baseline":    {"verify", "--baseline", unusable, har},
		"the format":              {"verify", "--format", hostile, har},
		"a severity":              {"verify", "--fail-on", hostile, har},
		"a report":                {"verify", "-o", filepath.Join(dir, hostile), har},
		"a report in no folder":   {"verify", "-o", hostile + "/" + hostile + ".json", har},
		"an address":              {"proxy", "--target", nobody, "--addr", hostile},
		"an address to serve":     {"serve", "--addr", hostile},
		"a fault":                 {"serve", "--fault", hostile},
		"a target":                {"proxy", "--target", "http://" + hostile},
		"a base URL":              {"live", "--base-url", hostile},
		"a base URL, for records": {"first-contact", "--base-url", hostile, "-o", t.TempDir()},
		"a folder with files":     {"first-contact", "-o", dir},
		"a cassette":              {"record", "-o", hostile},
		"a command":               {hostile},
		"a flag":                  {"verify", "--" + hostile},
		"a number":                {"verify", "--min-coverage", hostile},
	} {
		t.Run(name, func(t *testing.T) {
			_, out := execute(t, withToken, args...)
			assertPrints(t, out)
		})
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// A recording of a hostile name is made, and its name is printed.
func TestRecordPrintsItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a\x1b[31m\u202eb.cassette.yaml")
	_, out := execute(t, nil, "record", "-o", file)
	assertPrints(t, out)
	assert.Contains(t, out, `a\u001b[31m\u202eb.cassette.yaml`)
}

// A server and a client can send anything through the proxy.
func TestProxyLogPrints(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; a="+strings.ReplaceAll(hostile, "\n", ""))
		w.Header()["Ratelimit-Limits"] = []string{"\u202e"}
		_, _ = w.Write([]byte(`{"` + "\u202e\u2028" + `":"\u001b[31m\n::error::b","image":"\u001b[31m"}`))
	}))
	t.Cleanup(api.Close)
	p := startProxy(t, "--target", api.URL, "--fail")
	var bodies strings.Builder
	for _, path := range []string{"/v2/images/1", "/v2/images/" + url.PathEscape(hostile), "/v2/images?" + url.QueryEscape(hostile) + "=1"} {
		_, body := p.get(t, path, "")
		bodies.WriteString(body)
	}
	p.stop()
	assertPrints(t, p.log.String())
	assertPrints(t, p.out.String())
	assertPrints(t, bodies.String())
}

func TestServeLogPrints(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	s.get(t, "/v2/"+url.PathEscape(hostile)+"?"+url.QueryEscape(hostile)+"=1&tag_name="+url.QueryEscape(hostile), "")
	s.stop()
	assertPrints(t, s.log.String())
}

// A token that a server repeats in another spelling stays out of everything that the commands print and write.
func TestSpelledTokensAreNotPrinted(t *testing.T) {
	t.Parallel()
	spellings := []string{`\u0064op_v1_canary0123456789`, "dop%5Fv1%5Fcanary0123456789", "dop%255Fv1%255fcanary0123456789", "DOP_V1_CANARY0123456789"}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", strings.Join(spellings, " "))
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"id":"` + strings.Join(spellings, " ") + `","message":"https:\/\/` + strings.Join(spellings, ":") + `@b","` + spellings[0] + `":1}`))
	}))
	t.Cleanup(api.Close)
	all := outputs{}
	dir := t.TempDir()
	_, all["live"] = execute(t, withToken, "live", "--base-url", api.URL)
	_, all["record"] = execute(t, withToken, "record", "--base-url", api.URL, "-o", filepath.Join(dir, "a.cassette.yaml"))
	p := startProxy(t, "--target", api.URL, "--fail-on", "drift", "--fail")
	_, all["response"] = p.get(t, "/v2/images/1", canary)
	p.stop()
	all["proxy"] = p.log.String() + p.out.String()
	all.addFolder(t, dir)
	all.assertNoToken(t)
	for name, text := range all {
		assert.NotContains(t, text, "canary0123", name)
	}
}

// An archive is often shown to others. That it has a token is said once, and of all archives in one line.
func TestVerifySaysThatAnArchiveHasATokenOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "session.har")
	entry := `{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/1","headers":[{"name":"Authorization","value":"Bearer ` + canary +
		`"}]},"response":{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}}`
	require.NoError(t, os.WriteFile(file, []byte(`{"log":{"entries":[`+entry+`,`+entry+`]}}`), 0o600))
	const note = `holds a token; "contract convert FILE -o clean.cassette.yaml" makes a copy without`
	_, out := execute(t, nil, "verify", file)
	assert.Equal(t, 1, strings.Count(out, note), out)
	assert.NotContains(t, out, canary)
	another := filepath.Join(t.TempDir(), "another.har")
	require.NoError(t, os.WriteFile(another, []byte(readText(t, file)), 0o600))
	_, out = execute(t, nil, "verify", file, another)
	assert.Contains(t, out, note+" [secret] (2 times, first in session.har#0, another.har#0)")
	_, out = execute(t, nil, "verify", recordings+"images_get.cassette.yaml")
	assert.NotContains(t, out, "holds a token")
}
