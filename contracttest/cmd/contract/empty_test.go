package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
)

const emptyArchive = `{"log":{"version":"1.2","entries":[]}}`

// A client whose recordings are gone is named, beside those of others that are checked.
func TestVerifyNamesWhatHasNothingToCheck(t *testing.T) {
	t.Parallel()
	good := recordings + "images_get.cassette.yaml"
	dir := t.TempDir()
	empty, none, others := filepath.Join(dir, "empty"), filepath.Join(dir, "none.har"), filepath.Join(dir, "others.har")
	require.NoError(t, os.Mkdir(empty, 0o700))
	for file, text := range map[string]string{
		none: emptyArchive,
		others: `{"log":{"entries":[{"request":{"method":"GET","url":"https://www.example.com/","headers":[]},
			"response":{"status":200,"headers":[],"content":{"size":0}}}]}}`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{args: []string{good, empty}, want: "\nskipped 1: nothing to check (" + empty + ")\n"},
		{args: []string{none, good}, want: "\nskipped 1: nothing to check (" + none + ")\n"},
		{args: []string{good, others}, want: "\nskipped 1: nothing to check (" + others + ")\n"},
		{args: []string{good, empty, none, empty}, want: "\nskipped 2: nothing to check (" + empty + ", " + none + ")\n"},
	} {
		exit, out := execute(t, nil, append([]string{"verify"}, test.args...)...)
		assert.Equal(t, 0, exit, out)
		assert.Contains(t, out, test.want)
		exit, out = execute(t, nil, append([]string{"verify", "--fail-on-skip"}, test.args...)...)
		assert.Equal(t, 1, exit, out)
		assert.Contains(t, out, "\nverdict: failed: nothing to check in ")
		assert.NotContains(t, out, "could not be checked", "no exchange is missing")
	}
	exit, out := execute(t, nil, "live", good, empty)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "nothing to check ("+empty+")")
	exit, out = executeWith(t, emptyArchive, nil, "verify", "--fail-on-skip", good, "-")
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "nothing to check (stdin)")

	exit, out = execute(t, nil, "verify", "--fail-on-skip", good, recordings)
	assert.Equal(t, 0, exit, out)
	exit, out = execute(t, nil, "verify", good, filepath.Join(dir, "missing.har"))
	assert.Equal(t, 2, exit, out)
	assert.NotContains(t, out, "nothing to check", "it is named as a problem")

	for _, command := range []string{"baseline", "suggest", "convert"} {
		written := filepath.Join(t.TempDir(), "written.yaml")
		if command == "convert" {
			written = filepath.Join(t.TempDir(), "written.har")
		}
		exit, out := execute(t, nil, command, good, empty, "-o", written)
		assert.Equal(t, 0, exit, out)
		assert.Contains(t, out, "advice: no exchange with the API in "+empty+"\n")
		assert.NotContains(t, out, "in "+good)
	}
}

// In a folder, what has the name of a recording has to be one.
func TestVerifyAFolderWithADamagedRecording(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		file string
		text string
		exit int
		want string
	}{
		"an empty archive":        {file: "b.har", exit: 2, want: "\nb.har: not read: an empty file\n"},
		"a page":                  {file: "B.HAR", text: "<html>", exit: 2, want: "\nB.HAR: not read: an HTML page\n"},
		"an object":               {file: "b.har", text: "{}", exit: 2, want: "\nb.har: not read: neither an HTTP Archive"},
		"a truncated cassette":    {file: "b.cassette.yaml", text: string(good[:10]), exit: 2, want: "\nb.cassette.yaml: not read: "},
		"a cassette that is text": {file: "b.cassette.yml", text: "Notes.", exit: 2, want: "\nb.cassette.yml: not read: "},
		"a cassette in JSON":      {file: "b.cassette.json", text: "{", exit: 2, want: "\nb.cassette.json: not read: "},
		"a packed page":           {file: "b.har.gz", text: "<html>", exit: 2, want: "\nb.har.gz: not read: an HTML page\n"},
		"a page for a zip":        {file: "b.har.zip", text: "<html>", exit: 2, want: "\nb.har.zip: not read: an HTML page\n"},
		"another name":            {file: "b.yaml", text: "Notes.", exit: 0, want: "left out: "},
		"a page by its name":      {file: "har.html", text: "<html>", exit: 0, want: "left out: an HTML page: har.html\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a.cassette.yaml"), good, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, test.file), []byte(test.text), 0o600))
			exit, out := execute(t, nil, "verify", dir)
			assert.Equal(t, test.exit, exit, out)
			assert.Contains(t, out, test.want)
			assert.Contains(t, out, "\n7 exchanges checked, 0 skipped", "the rest is checked")
			assert.NotContains(t, out, "nothing to check")
		})
	}
}

// A link with the name of a recording that leads nowhere may be one that was not fetched.
func TestVerifyNamesLinksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"gone":  "c.har: no such file",
		"c.har": "c.har: too many levels of symbolic links",
	} {
		dir := t.TempDir()
		require.NoError(t, os.Symlink(target, filepath.Join(dir, "c.har")))
		exit, out := execute(t, nil, "verify", dir)
		assert.Equal(t, 2, exit, out)
		assert.Contains(t, out, want)
		exit, out = execute(t, nil, "live", dir)
		assert.Equal(t, 2, exit, "before the run: %s", out)
	}
}

// A folder may be named by a link to it.
func TestVerifyALinkToAFolder(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(recordings)
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "recorded")
	require.NoError(t, os.Symlink(folder, link))
	exit, out := execute(t, nil, "verify", link)
	assert.Equal(t, 0, exit, out)
	assert.NotContains(t, out, "nothing to check")
}

// A request to another path of a host that counts is said to be that, and not one to another host.
func TestVerifyNamesOtherPaths(t *testing.T) {
	t.Parallel()
	entries := ""
	for _, address := range []string{
		"https://app.example.com/", "http://127.0.0.1:8080/health", "https://gate.example:8443/", "https://gate.example/",
		"http://localhost:8080/do/v2/images/1",
	} {
		entries += `{"request":{"method":"GET","url":"` + address + `","headers":[]},"response":{"status":200,"headers":[],"content":{"size":0}}},`
	}
	entries += `{"request":{"method":"GET","url":"https://app.example.com/v2/images/1","headers":[]},
		"response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],
		"content":{"size":1,"text":` + strconv.Quote(`{"image":`+testkit.Image(1)+`}`) + `}}}`
	file := filepath.Join(t.TempDir(), "a.har")
	require.NoError(t, os.WriteFile(file, []byte(`{"log":{"entries":[`+entries+`]}}`), 0o600))
	exit, out := execute(t, nil, "verify", file, "--host", "app.example.com", "--base-url", "https://gate.example:8443/do")
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "\nskipped 4: other path (a.har#0, a.har#1, a.har#2, a.har#4)\n")
	assert.Contains(t, out, "\nskipped 1: other host (gate.example)\n")
	assert.Contains(t, out, "advice: localhost:8080 looks like the API behind a gateway; --base-url http://localhost:8080/do checks it\n")
	const base = "https://odd.example/two%20words"
	text := strings.ReplaceAll(`{"log":{"entries":[`+entries+`]}}`, "https://gate.example/", base+"/v2/images")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	_, out = execute(t, nil, "verify", file)
	assert.Contains(t, out, "; --base-url "+base+" checks it\n", "as it has to be written")
}
