package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/report"
)

// adviceFiles writes a folder of which verify has something to say that fails nothing: a file that is not a recording,
// exchanges of a gateway, and a baseline with an entry that is stale and due for review.
func adviceFiles(t *testing.T) (folder, baseline string) {
	t.Helper()
	dir := t.TempDir()
	folder, baseline = filepath.Join(dir, "recorded"), filepath.Join(dir, "known.yaml")
	require.NoError(t, os.Mkdir(folder, 0o700))
	recorded, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	for file, text := range map[string]string{
		filepath.Join(folder, "get.cassette.yaml"): string(recorded),
		filepath.Join(folder, "page.html"):         "<html>",
		filepath.Join(folder, "gateway.har"): `{"log":{"entries":[{"request":{"method":"GET",` +
			`"url":"https://proxy.example/do/v2/images/1"},"response":{}}]}}`,
		baseline: `findings: [{check: undocumented-field, reason: Seen., source: A test., review: "2020-01-01"}]`,
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	return folder, baseline
}

// What a run advises is in its report, in every form. Standard error has it as well where standard output is for a
// program.
func TestAdviceOfARun(t *testing.T) {
	t.Parallel()
	folder, baseline := adviceFiles(t)
	sentences := []string{
		"left out: an HTML page: page.html",
		"proxy.example looks like the API behind a gateway; --base-url https://proxy.example/do checks it",
		"entry 1 of the baseline (undocumented-field) was to be reviewed by 2020-01-01",
		"entry 1 of the baseline (undocumented-field) accepts nothing here",
	}
	for _, format := range report.Formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			summary, page := filepath.Join(t.TempDir(), "summary.md"), filepath.Join(t.TempDir(), "report.html")
			exit, out, errs := executeInTerminal(t, 0, []string{"GITHUB_STEP_SUMMARY=" + summary},
				"verify", "--format", format, "--baseline", baseline, "-o", page, folder)
			assert.Equal(t, 0, exit, errs)
			html, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, sentence := range sentences {
				assert.Equal(t, 1, strings.Count(out, sentence), "%s: %s", sentence, out)
				assert.Contains(t, string(html), sentence)
				isForPeople := format == "text" || format == "github"
				assert.Equal(t, !isForPeople, strings.Contains(errs, "advice: "+sentence+"\n"), errs)
				assert.Equal(t, !isForPeople, strings.Contains(errs, sentence), errs)
			}
			if format == "github" {
				text, err := os.ReadFile(summary)
				require.NoError(t, err)
				assert.Equal(t, len(sentences), strings.Count(string(text), "\n- advice\\: "), "as Markdown has it")
			}
		})
	}
}

// A terminal that has the report, in whatever form, has its advice once.
func TestAdviceInATerminal(t *testing.T) {
	t.Parallel()
	folder, baseline := adviceFiles(t)
	for _, format := range report.Formats {
		_, out, errs := executeInTerminal(t, 200, nil, "verify", "--format", format, "--baseline", baseline, folder)
		assert.Equal(t, 1, strings.Count(out+errs, "accepts nothing here"), format)
	}
}

// With --strict-baseline an entry that accepts nothing is why the run fails, and not advice as well.
func TestAdviceOfAStrictRun(t *testing.T) {
	t.Parallel()
	folder, baseline := adviceFiles(t)
	exit, out := execute(t, nil, "verify", "--strict-baseline", "--baseline", baseline, folder)
	assert.Equal(t, 1, exit, out)
	assert.Equal(t, 1, strings.Count(out, "accepts nothing here"), out)
	assert.Contains(t, out, "\nverdict: failed: 1 stale baseline entry")

	require.NoError(t, os.WriteFile(baseline, []byte("findings:\n"+
		strings.Repeat("- {check: undocumented-field, operation: image_get, reason: Seen., source: A test.}\n", 200)), 0o600))
	exit, out = execute(t, nil, "verify", "--strict-baseline", "--baseline", baseline, folder)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "(undocumented-field image_get) names no operation of the contract\nand 100 more\n")
	assert.NotContains(t, out, "advice: entry", "however many there are, and whatever is wrong with them")
}

// A run of the suite and a proxy advise as verify does.
func TestAdviceOfLiveAndProxy(t *testing.T) {
	t.Parallel()
	folder, baseline := adviceFiles(t)
	exit, out := execute(t, nil, "live", "--baseline", baseline, folder)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "\nadvice: left out: an HTML page: page.html\n")
	assert.Contains(t, out, "\nadvice: entry 1 of the baseline (undocumented-field) accepts nothing here\n")

	api := startServer(t)
	p := startProxy(t, "--target", api.url, "--baseline", baseline)
	status, _ := p.get(t, "/v2/images", canary)
	require.Equal(t, 200, status)
	p.stop()
	assert.Contains(t, p.out.String(), "\nadvice: entry 1 of the baseline (undocumented-field) accepts nothing here\n")
	assert.NotContains(t, p.log.String(), "accepts nothing here")
}
