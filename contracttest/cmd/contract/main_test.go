package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/openapi"
)

const recordings = "../../recordings/"

// archive holds an image without an id, one of another host, and one that was never answered; and a secret.
const archive = `{"log":{"version":"1.2","entries":[
{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/1","headers":[{"name":":authority","value":"api.digitalocean.com"},{"name":"authorization","value":"Bearer dop_v1_canary0123456789"}]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":12,"mimeType":"application/json","encoding":"base64","text":"eyJpbWFnZSI6e319"}}},
{"request":{"method":"GET","url":"https://other.example/v2/images/1","headers":[{"name":"authorization","value":"Bearer dop_v1_canary0123456789"}]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":2,"text":"{}"}}},
{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/2","headers":[]},"response":{"status":0,"headers":[],"content":{"size":0}}}
]}}`

// contract is the program: this test binary, which runs main when the variable asChild is set. A program built on the
// side would be unknown to go test, which would take old results for it.
var contract string

const asChild = "DOIMAGES_TEST_RUNS_CONTRACT"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		main()
		return
	}
	var err error
	if contract, err = os.Executable(); err != nil {
		panic(err)
	}
	if err := os.Setenv(asChild, "1"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// run runs the program and returns its exit code and all it printed.
func run(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	command := exec.Command(contract, args...)
	command.Env = append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), string(out)
	}
	require.NoError(t, err)
	return 0, string(out)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	whole, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(dir+"/folder.txt", 0o755))

	for name, test := range map[string]struct {
		args []string
		exit int
		want []string
	}{
		"recordings": {[]string{"verify", recordings + "images_get.cassette.yaml", recordings + "images_list.cassette.yaml"}, 0,
			[]string{"18 exchanges from: documentation", "18 exchanges checked, 0 skipped, 0 findings"}},
		"a broken response": {[]string{"verify", write("broken.cassette.yaml", strings.Replace(string(whole), `"id": 6918990`, `"id": null`, 1))}, 1,
			[]string{"7 exchanges from: unknown origin", "broken.cassette.yaml#0: images_get 200: body /image/id: ", "7 exchanges checked, 0 skipped, 2 findings (1 breaking)"}},
		"an empty cassette": {[]string{"verify", write("empty.yaml", "version: 2\ninteractions: []\n")}, 1,
			[]string{"nothing was checked, which proves nothing"}},
		"drift": {[]string{"verify", write("drift.cassette.yaml", strings.Replace(string(whole), `"id": 6918990`, `"new": 1, "id": 6918990`, 1))}, 0,
			[]string{"drift: drift.cassette.yaml#0: images_get 200: body /image/new: the contract does not know the field, got 1"}},
		"drift that fails": {[]string{"verify", "--fail-on", "drift", dir + "/drift.cassette.yaml"}, 1, []string{"/image/new"}},
		"another baseline": {[]string{"verify", "--fail-on", "drift", "--baseline", write("baseline.yaml", "findings:\n- {check: undocumented-field, pointer: /image/new, reason: Seen., source: us}\n- {check: undocumented-status, reason: Chosen., source: us}\n"), dir + "/drift.cassette.yaml"}, 0,
			[]string{"accepted 1 times: Seen."}},
		"another document": {[]string{"verify", "--spec", write("spec.yaml", strings.Replace(string(openapi.Document()), "NEW, available,", "NEW,", 1)), recordings + "images_get.cassette.yaml"}, 2,
			[]string{"spec.yaml", "load the contract"}}, // its examples no longer hold
		"coverage that is missed": {[]string{"verify", "--min-coverage", "90", recordings + "images_get.cassette.yaml"}, 1, []string{"90.0 % are asked for"}},
		"an archive": {[]string{"verify", write("session.har", archive)}, 1,
			[]string{"breaking: session.har#0: images_get 200: body /image/id", "1 exchanges checked, 2 skipped"}},
		"an archive of another host": {[]string{"verify", "--host", "other.example", dir + "/session.har"}, 1, []string{"2 exchanges checked, 1 skipped"}},
		"an archive cut off":         {[]string{"verify", write("cut.har", archive[:len(archive)-40])}, 2, []string{"cut.har: not an HTTP Archive: at byte"}},
		"a form that is none":        {[]string{"verify", "--format", "pdf", "x.yaml"}, 2, []string{`there is no "pdf", but text, json`}},
		"a severity that is none":    {[]string{"verify", "--fail-on", "panic", "x.yaml"}, 2, []string{"neither breaking nor drift"}},
		"a percentage that is none":  {[]string{"verify", "--min-coverage", "900", "x.yaml"}, 2, []string{"from 0 to 100"}},
		"a file of no form":          {[]string{"verify", "-o", "report.pdf", "x.yaml"}, 2, []string{"--output report.pdf", "has to end in .txt, .json, .xml or .html"}},
		"no number as a percentage":  {[]string{"verify", "--min-coverage", "NaN", "x.yaml"}, 2, []string{"--min-coverage NaN"}},
		"a folder that is missing":   {[]string{"verify", "-o", dir + "/missing/report.txt", recordings + "images_get.cassette.yaml"}, 2, []string{"--output " + dir + "/missing/report.txt: its folder: "}},
		"a file as a folder":         {[]string{"verify", "-o", dir + "/broken.cassette.yaml/report.txt", recordings + "images_get.cassette.yaml"}, 2, []string{"report.txt: its folder: "}},
		"a folder as a file":         {[]string{"verify", "-o", dir + "/folder.txt", recordings + "images_get.cassette.yaml"}, 2, []string{"7 exchanges checked", "--output " + dir + "/folder.txt: "}},
		"a missing file":             {[]string{"verify", dir + "/missing.yaml"}, 2, []string{"contract: ", "missing.yaml"}},
		"a truncated file":           {[]string{"verify", write("truncated.yaml", string(whole[:1000]))}, 2, []string{"truncated.yaml"}},
		"a broken provenance":        {[]string{"verify", write("a.cassette.yaml", string(whole)), write("a.provenance.yaml", "- [")}, 2, []string{"a.provenance.yaml"}},
		"no file":                    {[]string{"verify"}, 2, []string{"verify: name at least one recording"}},
		"another YAML":               {[]string{"verify", recordings + "images_get.cassette.yaml", write("compose.yaml", "services:\n  web: {image: a}\n")}, 2, []string{"compose.yaml: not a cassette"}},
		"a file cut to nothing":      {[]string{"verify", recordings + "images_get.cassette.yaml", write("nothing.cassette.yaml", "")}, 2, []string{"nothing.cassette.yaml: not a cassette"}},
		"an origin for live":         {[]string{"live", write("b.cassette.yaml", string(whole)), write("b.provenance.yaml", "- [")}, 2, []string{"b.provenance.yaml"}},
		"a recording for live":       {[]string{"live", dir + "/missing.har"}, 2, []string{"missing.har"}},
		"an unknown flag":            {[]string{"verify", "--all"}, 2, []string{"unknown flag: --all"}},
		"an unknown command":         {[]string{"prove"}, 2, []string{`unknown command "prove"`}},
		"help":                       {[]string{"verify", "--help"}, 0, []string{"contract verify FILE", "Nothing is sent anywhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := run(t, nil, test.args...)
			assert.Equal(t, test.exit, exit, out)
			assert.NotContains(t, out, "dop_v1_")
			for _, want := range test.want {
				assert.Contains(t, out, want)
			}
		})
	}
}

func TestReportsInFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	linked := filepath.Join(dir, "behind the link.json")
	require.NoError(t, os.WriteFile(linked, nil, 0o600))
	require.NoError(t, os.Symlink(linked, filepath.Join(dir, "link.json")))
	args := []string{"verify", "--format", "github", recordings + "images_get.cassette.yaml"}
	wants := map[string]string{"report.txt": "images_get", "report.json": `"exchanges": 7`, "report.xml": "<testsuite", "report.html": "<!doctype html>", "link.json": `"exchanges": 7`}
	for name := range wants {
		args = append(args, "-o", filepath.Join(dir, name))
	}
	exit, out := run(t, nil, args...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "7 exchanges checked", "and on standard output in the form that was asked for")
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
	exit, out := run(t, []string{"GITHUB_STEP_SUMMARY=" + summary}, "verify", "--format", "github", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	assert.Contains(t, string(text), "7 exchanges checked, 0 skipped, **0 breaking**")

	report := filepath.Join(t.TempDir(), "report.json")
	exit, out = run(t, []string{"GITHUB_STEP_SUMMARY=/nonexistent/summary.md"}, "verify", "--format", "github", "-o", report, recordings+"images_get.cassette.yaml")
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "the summary of the job: ")
	assert.Contains(t, out, "7 exchanges checked", "a summary that cannot be written costs no report")
	assert.FileExists(t, report)
}

// Whoever reads no more of standard output, as head does, has the files all the same.
func TestReaderThatHasSeenEnough(t *testing.T) {
	t.Parallel()
	report := filepath.Join(t.TempDir(), "report.json")
	command := exec.Command(contract, "verify", "-o", report, recordings+"images_get.cassette.yaml")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	require.NoError(t, r.Close())
	command.Stdout = w
	var exit *exec.ExitError
	require.ErrorAs(t, command.Run(), &exit)
	assert.Equal(t, 2, exit.ExitCode())
	assert.FileExists(t, report)

	live, cassette := filepath.Join(t.TempDir(), "live.json"), filepath.Join(t.TempDir(), "live.cassette.yaml")
	for file, args := range map[string][]string{live: {"live", "-o", live}, cassette: {"record", "-o", cassette}} {
		command := exec.Command(contract, args...)
		command.Stdout = w
		require.ErrorAs(t, command.Run(), &exit)
		assert.Equal(t, 2, exit.ExitCode())
		assert.FileExists(t, file)
	}
}

// An archive of any length can be left in the middle.
func TestVerifyCanBeInterrupted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "endless.har")
	require.NoError(t, os.Symlink("/dev/stdin", file))
	command := exec.Command(contract, "verify", file)
	var out strings.Builder
	command.Stderr = &out
	endless, err := command.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	_, err = endless.Write([]byte(`{"log":{"entries":[`))
	for n := 0; err == nil; n++ {
		if n == 10_000 { // more than a pipe holds, so that the program is reading
			require.NoError(t, command.Process.Signal(os.Interrupt))
		}
		_, err = endless.Write([]byte(`{"request":{"method":"DELETE","url":"https://api.digitalocean.com/v2/images/1"},"response":{"status":204}},`))
	}
	var exit *exec.ExitError
	require.ErrorAs(t, command.Wait(), &exit)
	assert.Equal(t, 2, exit.ExitCode())
	assert.Contains(t, out.String(), "contract: endless.har#")
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	exit, out := run(t, nil, "__complete", "verify", "--format", "")
	assert.Equal(t, 0, exit)
	assert.Contains(t, out, "junit")
	exit, _ = run(t, nil, "completion", "bash")
	assert.Equal(t, 0, exit)
}
