package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// What convert wrote, verify reads with the same findings.
func TestConvert(t *testing.T) {
	t.Parallel()
	sums := func(out string) string {
		_, sums, _ := strings.Cut(out, "exchanges checked, ")
		_, sums, _ = strings.Cut(sums, " skipped, ")
		if strings.Contains(out, "[secret]") { // of which the copy has none
			sums = strings.Replace(sums, "1 finding (0 breaking)", "0 findings (0 breaking)", 1)
			sums = strings.Replace(sums, "nothing breaking", "clean", 1)
		}
		return sums
	}
	observed, err := filepath.Glob(recordings + "*.cassette.yaml")
	require.NoError(t, err)
	for _, file := range append(observed, makers+"polly.har", makers+"vcrpy.yaml") {
		exit, before := execute(t, nil, "verify", "--fail-on", "drift", file)
		for _, name := range []string{"copy.cassette.yaml", "copy.har"} {
			copied := filepath.Join(t.TempDir(), name)
			got, out := execute(t, nil, "convert", file, "-o", copied)
			require.Equal(t, 0, got, out)
			assert.Contains(t, out, " written to "+copied)
			got, after := execute(t, nil, "verify", "--fail-on", "drift", copied)
			assert.Equal(t, exit, got, after)
			assert.Equal(t, sums(before), sums(after), "%s as %s", file, name)
		}
	}
}

// A copy of several recordings says what it was made from, and has no secret.
func TestConvertSeveral(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	session := filepath.Join(folder, "session.har")
	require.NoError(t, os.WriteFile(session, []byte(archive), 0o600))
	stdin, err := os.ReadFile(makers + "chrome.har")
	require.NoError(t, err)
	copied := filepath.Join(folder, "copy.cassette.yaml")
	exit, out := executeWith(t, string(stdin), nil, "convert", session, "-", recordings+"images_get.cassette.yaml", "-o", copied)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "9 exchanges written to "+copied)
	assert.Contains(t, out, "skipped: 2 cached, 2 no response, 2 other host (other.example, static.example.net), 1 preflight")
	provenance, err := recording.ReadProvenance(copied)
	require.NoError(t, err)
	assert.Equal(t, recording.KindUnknown, provenance.Kind, "they are not evidence of the same")
	assert.Contains(t, provenance.Document, "copy of session.har, standard input, images_get.cassette.yaml (")
	assert.NotContains(t, provenance.Document, folder)
	require.Len(t, provenance.Exchanges, 9)
	assert.Equal(t, "session.har#0", provenance.Exchanges[0].Source)
	text, err := os.ReadFile(copied)
	require.NoError(t, err)
	assert.NotContains(t, string(text), canary)
	assert.NotContains(t, string(text), "fake-token-of-the-makers")
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	input := write("session.har", archive)
	existing := write("existing.har", "precious")
	beside := write("beside.provenance.yaml", "precious")
	link := filepath.Join(folder, "link.har")
	require.NoError(t, os.Symlink(input, link))
	for name, test := range map[string]struct {
		args []string
		exit int
		want string
	}{
		"no recording":            {args: []string{"-o", "a.har"}, exit: 2, want: "convert: name at least one recording"},
		"no output":               {args: []string{input}, exit: 2, want: "--output: "},
		"another ending":          {args: []string{input, "-o", filepath.Join(folder, "a.json")}, exit: 2, want: "ends in .cassette.yaml or .har"},
		"a file that exists":      {args: []string{input, "-o", existing}, exit: 2, want: "existing.har: it exists; --force replaces it"},
		"a provenance of another": {args: []string{input, "-o", filepath.Join(folder, "beside.cassette.yaml")}, exit: 2, want: "beside.provenance.yaml: it exists"},
		"its input":               {args: []string{"--force", input, "-o", input}, exit: 2, want: "one of the recordings to read"},
		"a link to its input":     {args: []string{"--force", input, "-o", link}, exit: 2, want: "one of the recordings to read"},
		"its input in a folder":   {args: []string{"--force", folder, "-o", input}, exit: 2, want: "one of the recordings to read"},
		"a missing folder":        {args: []string{input, "-o", filepath.Join(folder, "missing", "a.har")}, exit: 2, want: "a.har: "},
		"nothing to write":        {args: []string{makers + "firefox.har", "--host", "x", "-o", filepath.Join(folder, "n.har")}, exit: 0, want: "1 exchange written"},
	} {
		exit, out := execute(t, nil, append([]string{"convert"}, test.args...)...)
		assert.Equal(t, test.exit, exit, "%s: %s", name, out)
		assert.Contains(t, out, test.want, name)
	}
	for _, file := range []string{existing, beside} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, "precious", string(text))
	}
	exit, out := execute(t, nil, "convert", "--force", input, "-o", existing)
	assert.Equal(t, 0, exit, out)
	text, err := os.ReadFile(existing)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"doimages contract"`)
	left, err := filepath.Glob(filepath.Join(folder, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "temporary files are gone")
}

// What cannot be used costs nothing but itself, and the exit code says so.
func TestConvertGoesOn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	page := filepath.Join(folder, "page.har")
	require.NoError(t, os.WriteFile(page, []byte("<html>"), 0o600))
	copied := filepath.Join(folder, "copy.har")
	exit, out := execute(t, nil, "convert", page, makers+"govcr1.yaml", "-o", copied)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "page.har: not read: an HTML page")
	assert.Contains(t, out, "1 exchange written to "+copied)

	none := filepath.Join(folder, "none.har")
	other := filepath.Join(folder, "other.har")
	require.NoError(t, os.WriteFile(other, []byte(`{"log":{"entries":[]}}`), 0o600))
	exit, out = execute(t, nil, "convert", other, "-o", none)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "no exchange with the API, so nothing is written")
	assert.NoFileExists(t, none)
}
