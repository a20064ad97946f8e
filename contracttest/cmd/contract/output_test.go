package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReportsInFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	linked := filepath.Join(dir, "linked.json")
	require.NoError(t, os.WriteFile(linked, nil, 0o600))
	require.NoError(t, os.Symlink(linked, filepath.Join(dir, "link.json")))
	args := []string{"verify", "--format", "github", recordings + "images_get.cassette.yaml"}
	wants := map[string]string{
		"report.txt":  "images_get",
		"report.json": `"exchanges": 7`,
		"report.xml":  "<testsuite",
		"report.html": "<!doctype html>",
		"link.json":   `"exchanges": 7`,
	}
	for name := range wants {
		args = append(args, "-o", filepath.Join(dir, name))
	}
	exit, out := execute(t, nil, args...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "7 exchanges checked", "and on standard output in the format that was asked for")
	for name, want := range wants {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Contains(t, string(text), want, name)
	}
	assert.FileExists(t, linked)
	text, err := os.ReadFile(linked)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"exchanges": 7`, "the file behind a link is written, and the link stays")
}

func TestSummaryOfAJob(t *testing.T) {
	t.Parallel()
	summary := filepath.Join(t.TempDir(), "summary.md")
	args := []string{"verify", "--format", "github", recordings + "images_get.cassette.yaml"}
	exit, out := execute(t, []string{"GITHUB_STEP_SUMMARY=" + summary}, args...)
	assert.Equal(t, 0, exit, out)
	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	assert.Contains(t, string(text), "7 exchanges checked, 0 skipped, **0 breaking**")

	report := filepath.Join(t.TempDir(), "report.json")
	exit, out = execute(t, []string{"GITHUB_STEP_SUMMARY=/nonexistent/summary.md"}, append(args, "-o", report)...)
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "the summary of the job: ")
	assert.Contains(t, out, "7 exchanges checked", "a summary that cannot be written costs no report")
	assert.FileExists(t, report)
}

// The files are written even if nobody reads standard output to its end, as with head.
func TestReaderThatEndsEarly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	require.NoError(t, r.Close())
	for file, args := range map[string][]string{
		"verify.json":        {"verify", recordings + "images_get.cassette.yaml"},
		"live.json":          {"live"},
		"live.cassette.yaml": {"record"},
	} {
		file = filepath.Join(dir, file)
		command := exec.Command(contract, append(args, "-o", file)...)
		command.Stdout = w
		assert.Equal(t, 2, exitCode(command.Run()), args)
		assert.FileExists(t, file)
	}
}

// An archive may end in .json, as a report does, and is not replaced by one.
func TestReportReplacesNoInput(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	input := write("session.json", archive)
	known := write("known.json", "findings: []")
	link := filepath.Join(folder, "link.json")
	require.NoError(t, os.Symlink(input, link))
	for name, args := range map[string][]string{
		"verify, its input":             {"verify", input, "-o", input},
		"verify, a link to its input":   {"verify", input, "-o", link},
		"verify, its input in a folder": {"verify", folder, "-o", input},
		"verify, its baseline":          {"verify", input, "--baseline", known, "-o", known},
		"live, its input":               {"live", input, "-o", input},
		"live, its baseline":            {"live", "--baseline", known, "-o", known},
		"proxy, its baseline":           {"proxy", "--target", nobody, "--baseline", known, "-o", known},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := execute(t, nil, args...)
			assert.Equal(t, 2, exit, out)
			assert.Contains(t, out, ": it is one of the files to read")
		})
	}
	text, err := os.ReadFile(input)
	require.NoError(t, err)
	assert.Equal(t, archive, string(text))

	report := filepath.Join(folder, "report.json")
	for _, run := range []string{"first", "second"} {
		exit, out := execute(t, nil, "verify", folder, "-o", report)
		assert.NotContains(t, out, "files to read", "the %s run", run)
		assert.NotEqual(t, 2, exit, out)
	}

	page := filepath.Join(folder, "page.html")
	require.NoError(t, os.Mkdir(page, 0o700))
	exit, out := execute(t, nil, "verify", input, "-o", page)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "page.html: a folder")
	assert.NotContains(t, out, "verdict", "before the run")
}
