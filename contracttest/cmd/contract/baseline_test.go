package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A baseline that is written accepts all that was found, once its reasons are filled in, and not before.
func TestBaseline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(recordings + "images_list.cassette.yaml")
	require.NoError(t, err)
	broken := filepath.Join(dir, "broken.cassette.yaml")
	changed := strings.ReplaceAll(string(text), `"name":`, `"a*[b]?": 1, "name":`)
	changed = strings.ReplaceAll(changed, `"status": "available"`, "\"status\": \"\\\\u202etha*wing\\\\u200b\\\\udb40\\\\udc41\"")
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(broken, []byte(changed), 0o600))

	known := filepath.Join(dir, "known.yaml")
	exit, out := execute(t, nil, "baseline", broken, "-o", known)
	require.Equal(t, 0, exit, out)
	assert.Contains(t, out, `replace each "FILL IN" by the reason`)

	verify := []string{"verify", "--fail-on", "drift", "--strict-baseline", "--baseline", known, broken}
	exit, out = execute(t, nil, verify...)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, `it still has "FILL IN"`)

	entries, err := os.ReadFile(known)
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^    review: "\d{4}-\d\d-\d\d"$`, string(entries))
	require.NoError(t, os.WriteFile(known, []byte(strings.ReplaceAll(string(entries), "FILL IN", "Our gateway does it.")), 0o600))
	exit, out = execute(t, nil, verify...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, " 0 findings (0 breaking) and ")
	assert.Contains(t, out, "Our gateway does it.")

	exit, out = execute(t, nil, "baseline", broken, "-o", known)
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "it exists, and may have reasons")

	exit, out = execute(t, nil, "baseline", recordings+"images_get.cassette.yaml", "-o", filepath.Join(dir, "none.yaml"))
	assert.Equal(t, 0, exit, out)
	exit, out = execute(t, nil, "verify", "--baseline", filepath.Join(dir, "none.yaml"), recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
}

// Several baselines count together, and what is said of an entry names its file.
func TestSeveralBaselines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	changed := strings.Replace(string(text), `"id": 6918990`, `"new": 1, "old": 1, "id": 6918990`, 1)
	seen, first, second := filepath.Join(dir, "a.cassette.yaml"), filepath.Join(dir, "first.yaml"), filepath.Join(dir, "second.json")
	for file, text := range map[string]string{
		seen:   changed,
		first:  "findings:\n- {check: undocumented-field, pointer: /image/new, reason: Ours., source: us}\n",
		second: "findings:\n- {check: undocumented-field, pointer: /image/old, reason: Theirs., source: them}\n",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	both := []string{"--baseline", first, "--baseline", second}
	exit, out := execute(t, nil, append([]string{"verify", seen, "--fail-on", "drift", "--strict-baseline"}, both...)...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "accepted 1 time: images_get /image/new [undocumented-field]: Ours.\n"+
		"accepted 1 time: images_get /image/old [undocumented-field]: Theirs.\n")
	exit, out = execute(t, nil, append([]string{"verify", recordings + "images_get.cassette.yaml", "--strict-baseline"}, both...)...)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "entry 1 of "+first+" (undocumented-field /image/new) accepts nothing here\n")
	assert.Contains(t, out, "entry 1 of "+second+" (undocumented-field /image/old) accepts nothing here\n")

	draft := filepath.Join(dir, "draft.yaml")
	exit, out = execute(t, nil, append([]string{"baseline", seen, "-o", draft}, both...)...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "0 entries in ")

	exit, out = execute(t, nil, "verify", seen, "--baseline", first, "--baseline", second, "-o", second)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "second.json: it is one of the files to read")
	exit, out = execute(t, nil, "verify", seen, "--baseline", "")
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "--baseline: the name of the file is empty")
}

// An entry that still holds fails a strict run from the day after its date of review on.
func TestStrictBaselineFailsOnAReviewThatIsDue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	seen, known := filepath.Join(dir, "a.cassette.yaml"), filepath.Join(dir, "known.yaml")
	changed := strings.Replace(string(text), `"id": 6918990`, `"new": 1, "id": 6918990`, 1)
	require.NoError(t, os.WriteFile(seen, []byte(changed), 0o600))
	for review, test := range map[string]struct{ plain, strict int }{
		"2020-01-01": {plain: 0, strict: 1},
		"2999-01-01": {plain: 0, strict: 0},
	} {
		entry := "findings:\n- {check: undocumented-field, reason: Ours., source: us, review: " + review + "}\n"
		require.NoError(t, os.WriteFile(known, []byte(entry), 0o600))
		exit, out := execute(t, nil, "verify", seen, "--baseline", known)
		assert.Equal(t, test.plain, exit, out)
		exit, out = execute(t, nil, "verify", seen, "--baseline", known, "--strict-baseline")
		assert.Equal(t, test.strict, exit, out)
		overdue := "\nentry 1 of the baseline (undocumented-field) was to be reviewed by " + review + "\n"
		assert.Equal(t, test.strict == 1, strings.Contains(out, overdue), out)
	}
}

// A run that writes no report says itself what it could not use and what it left out.
func TestBaselineAndSuggestNameWhatTheyCannotUse(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"baseline", "suggest"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			good, err := os.ReadFile(makers + "chrome.har")
			require.NoError(t, err)
			for name, text := range map[string]string{
				"good.har":   string(good),
				"page.html":  "<html>",
				"broken.har": `{"log":{"entries":[{`,
			} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
			}
			written := filepath.Join(dir, "written.yaml")
			exit, out := execute(t, nil, command, dir, "-o", written)
			assert.Equal(t, 2, exit, out)
			assert.Contains(t, out, "broken.har: not an HTTP Archive")
			assert.Contains(t, out, "contract: could not be used: 1 file\n")
			assert.NoFileExists(t, written)

			require.NoError(t, os.Remove(filepath.Join(dir, "broken.har")))
			exit, out = execute(t, nil, command, dir, "-o", written)
			assert.Equal(t, 0, exit, out)
			assert.Contains(t, out, "left out: an HTML page: page.html\n")
			assert.Contains(t, out, "not checked: good.har#3: omitted: no response\n")
			assert.FileExists(t, written)
		})
	}
}

// A recording that holds a token is to be cleaned: no entry of a baseline offers to accept it.
func TestBaselineOfATokenInARecording(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	session, known := filepath.Join(dir, "session.har"), filepath.Join(dir, "known.yaml")
	require.NoError(t, os.WriteFile(session, []byte(archive), 0o600))
	_, out := execute(t, nil, "verify", session)
	require.Contains(t, out, "[secret]")
	exit, out := execute(t, nil, "baseline", session, "-o", known)
	assert.Equal(t, 0, exit, out)
	entries, err := os.ReadFile(known)
	require.NoError(t, err)
	assert.Contains(t, string(entries), "check: missing-field")
	assert.NotContains(t, string(entries), "check: secret")
}
