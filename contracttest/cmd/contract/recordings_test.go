package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

const makers = "../../recording/testdata/makers/"

// situations are inputs that went wrong once, with what is right. They are beside the checkout.
const situations = "../../../../shared/cases/"

func TestVerifySituations(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(situations); err != nil {
		t.Skip("there are no situations in ../shared/cases beside this checkout")
	}
	const (
		clean  = " 0 findings "
		secret = " 1 finding (0 breaking)" // that the recording has a token
	)
	for file, test := range map[string]struct {
		exit  int
		want  []string
		never string
	}{
		"playwright-route/ui.har":           {want: []string{"3 exchanges checked, 0 skipped," + clean}},
		"playwright-route":                  {want: []string{"3 exchanges checked, 0 skipped," + clean, "left out: "}},
		"j01-ff-nobody-nosize.har":          {exit: 1, want: []string{"skipped 1: body not recorded (j01-ff-nobody-nosize.har#0)"}, never: "empty-body"},
		"j03-size0-bodysize267.har":         {exit: 1, want: []string{"skipped 1: body not recorded (j03-size0-bodysize267.har#0)"}, never: "empty-body"},
		"j10-post-noheaders.har":            {want: []string{"1 exchange checked, 0 skipped," + clean}},
		"h01-ff-b64-otherhost.har":          {want: []string{"1 exchange checked, 1 skipped,", "skipped 1: other host (www.example.com)"}},
		"h06-badpct-otherhost.har":          {want: []string{"1 exchange checked, 1 skipped,", "skipped 1: other host (ads.example.com)"}},
		"h17-statusstring.har":              {exit: 2, want: []string{"skipped 1: unusable (h17-statusstring.har#0)", "h17-statusstring.har#0: omitted: unusable", "0 exchanges checked, 1 skipped", "verdict: unusable"}},
		"axios-ok.har":                      {want: []string{"7 exchanges checked, 0 skipped," + secret, "[secret]"}},
		"i04-br-encoded.har":                {want: []string{"cannot be decompressed"}, never: "malformed-json"},
		"q04-safari-cache-after-delete.har": {want: []string{"1 exchange checked, 1 skipped," + clean, "skipped 1: cached ("}},
		"j20-reversed.har":                  {want: []string{"4 exchanges checked, 0 skipped," + clean}},
		"m02-disc-e.har":                    {exit: 0, want: []string{"body /type: it must be one of convert, transfer"}},
		"empty_action.har":                  {want: []string{"body /type: missing"}},
		"n01-prefix.har":                    {exit: 1, want: []string{"skipped 2: other host (proxy.example)", "--base-url https://proxy.example/do checks it"}},
		"v2.yaml":                           {want: []string{"7 exchanges checked, 0 skipped," + secret, "[secret]"}},
		"c27-vcrpy.yaml":                    {want: []string{"1 exchange checked, 0 skipped," + clean}},
		"c28-rubyvcr.yaml":                  {want: []string{"1 exchange checked, 0 skipped," + clean}},
		"c30-polly-gz.har":                  {want: []string{"1 exchange checked, 0 skipped, 1 finding (0 breaking)"}},
		"s_objects.har":                     {exit: 1, want: []string{"1000 findings"}},
		"slashbroken.har":                   {exit: 1, want: []string{"[request-path]", "[missing-field]"}},
		"ansible.har":                       {want: []string{"1 finding (0 breaking)"}},
		"message-known-kind.har":            {exit: 1, want: []string{"[sequence-identity]"}, never: "deadbeefdeadbeef"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			exit, out := execute(t, nil, "verify", situations+file)
			assert.Equal(t, test.exit, exit, out)
			for _, want := range test.want {
				assert.Contains(t, out, want)
			}
			if test.never != "" {
				assert.NotContains(t, out, test.never)
			}
		})
	}
}

// Whatever a file is, the others are checked, and the exit code says at the end that not all could be.
func TestVerifyGoesOnAfterAFileThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	page := filepath.Join(folder, "login.har")
	require.NoError(t, os.WriteFile(page, []byte("<!doctype html><title>Sign in</title>"), 0o600))
	file := filepath.Join(folder, "report.json")
	exit, out := execute(t, nil, "verify", page, "-o", file, makers+"govcr1.yaml", filepath.Join(folder, "missing.har"), makers+"rubyvcr.json")
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "\nlogin.har: not read: an HTML page\n")
	assert.Contains(t, out, "2 exchanges checked, 0 skipped, 2 findings (0 breaking)")
	assert.Contains(t, out, "verdict: unusable: 2 recordings could not be used")
	assert.FileExists(t, file)
}

// Of a folder everything is read that is a recording. Other files are named, and hidden ones are not looked at.
func TestVerifyAFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, file := range []string{"chrome.har", "govcr1.yaml", "rubyvcr.json"} {
		text, err := os.ReadFile(makers + file)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Join(folder, "sub", ".git"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "sub", file), text, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "sub", ".git", file), text, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "."+file), text, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("Notes."), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "page.html"), []byte("<html>"), 0o600))
	exit, out := execute(t, nil, "verify", folder)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "3 exchanges checked, 5 skipped, 3 findings (0 breaking)")
	assert.Contains(t, out, "left out: an HTML page: page.html\n")
	assert.Contains(t, out, "Postman collection: notes.txt\n")
	for _, skipped := range []string{"2: cached (", "1: no response (", "1: other host (static.example.net)", "1: preflight ("} {
		assert.Contains(t, out, "\nskipped "+skipped)
	}

	require.NoError(t, os.WriteFile(filepath.Join(folder, "truncated.har"), []byte(archive[:len(archive)-40]), 0o600))
	exit, out = execute(t, nil, "verify", folder)
	assert.Equal(t, 2, exit, "a recording that is damaged is a failure: %s", out)
	assert.Contains(t, out, "truncated.har: not an HTTP Archive: at byte")

	exit, out = execute(t, nil, "verify", t.TempDir())
	assert.Equal(t, 1, exit)
	assert.Contains(t, out, "nothing was checked")

	exit, out = execute(t, nil, "verify", "../../recordings")
	assert.Equal(t, 0, exit, out)
	assert.NotContains(t, out, "provenance of a recording", "it is read with its cassette")
	assert.Contains(t, out, "exchanges from: documentation")
}

// Files of one name are told apart by as much of their paths as that takes.
func TestVerifyNamesFilesApart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a/x/session.har": archive,
		"b/x/session.har": archive,
		"b/y/session.har": archive,
		"other.har":       archive,
		"a/broken.har":    archive[:len(archive)-40],
		"b/broken.har":    archive[:len(archive)-40],
		"a/page.html":     "<html>",
		"b/page.html":     "<html>",
	} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	_, out := execute(t, nil, "verify", folder)
	assert.Contains(t, out, "first in a/broken.har#0, a/x/session.har#0, b/broken.har#0, b/x/session.har#0, y/session.har#0")
	assert.Contains(t, out, "\na/broken.har: not an HTTP Archive: ")
	assert.Contains(t, out, "left out: an HTML page: a/page.html, b/page.html\n")
	_, out = execute(t, nil, "verify", filepath.Join(folder, "other.har"), filepath.Join(folder, "b", "y"))
	assert.Contains(t, out, "first in other.har#0, session.har#0")

	copied := filepath.Join(t.TempDir(), "copy.har")
	exit, out := execute(t, nil, "convert", filepath.Join(folder, "a", "x"), filepath.Join(folder, "b", "x"), "-o", copied)
	require.Equal(t, 0, exit, out)
	provenance, err := recording.ReadProvenance(copied)
	require.NoError(t, err)
	assert.Equal(t, "copy of a/x/session.har, b/x/session.har", provenance.Document)
}

// Standard input is read as a file is, packed or not.
func TestVerifyStandardInput(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(makers + "chrome.har")
	require.NoError(t, err)
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, err = w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, stdin := range []string{string(text), compressed.String()} {
		exit, out := executeWith(t, stdin, nil, "verify", "-")
		assert.Equal(t, 0, exit, out)
		assert.Contains(t, out, "1 exchange checked, 5 skipped, 0 findings")
		assert.Contains(t, out, "skipped 1: no response (stdin#3)")
	}
	exit, out := executeWith(t, "", nil, "verify", "-")
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "stdin: not read: an empty file")
}

func TestVerifyFailsOnSkip(t *testing.T) {
	t.Parallel()
	for file, exit := range map[string]int{
		"chrome.har":     1, // one has no response
		"firefox.har":    1, // one has no body
		"playwright.har": 1,
		"safari.har":     0, // a cache is not the API
		"govcr1.yaml":    0,
	} {
		got, out := execute(t, nil, "verify", "--fail-on-skip", makers+file)
		assert.Equal(t, exit, got, out)
		assert.Equal(t, exit == 1, strings.Contains(out, "1 exchange of the API could not be checked"), out)
		got, out = execute(t, nil, "verify", makers+file)
		assert.Equal(t, 0, got, out)
	}
}

// However many hosts an archive has, and whatever their names, a few are named.
func TestVerifyNamesOtherHosts(t *testing.T) {
	t.Parallel()
	var entries []string
	for _, host := range []string{"a.example", "b.example", "b.example", "c.example", "d.example", "e.example:8443", "f.example", "g.example"} {
		entries = append(entries, `{"request":{"method":"GET","url":"https://user:secret@`+host+`/v2/imagesque"},"response":{}}`)
	}
	entries = append(entries, `{"request":{"method":"GET","url":"https://proxy.example/v2/images/1?token=secret"},"response":{}}`,
		`{"request":{"method":"GET","url":"https://other.example/`+canary+`/v2/images"},"response":{}}`,
		`{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/droplets"},"response":{}}`)
	text := `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`
	_, out := executeWith(t, text, nil, "verify", "-")
	assert.Contains(t, out, "skipped 10: other host (a.example, b.example, c.example, d.example, e.example:8443, …)\nskipped 1: other path (stdin#10)\n")
	assert.Contains(t, out, "advice: proxy.example looks like the API behind a gateway; --host proxy.example checks it\n")
	assert.Contains(t, out, "--base-url https://other.example/[redacted-1] checks it\n")
	assert.NotContains(t, out, "secret")
	assert.NotContains(t, out, canary)
}
