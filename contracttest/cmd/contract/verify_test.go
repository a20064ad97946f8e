package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/openapi"
)

// archive has an image without an id, one of another host, one without a response, and a secret.
const archive = `{"log":{"version":"1.2","entries":[
{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/1","headers":[{"name":":authority","value":"api.digitalocean.com"},{"name":"authorization","value":"Bearer dop_v1_canary0123456789"}]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":12,"mimeType":"application/json","encoding":"base64","text":"eyJpbWFnZSI6e319"}}},
{"request":{"method":"GET","url":"https://other.example/v2/images/1","headers":[{"name":"authorization","value":"Bearer dop_v1_canary0123456789"}]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":2,"text":"{}"}}},
{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/2","headers":[]},"response":{"status":0,"headers":[],"content":{"size":0}}}
]}}`

func TestVerify(t *testing.T) {
	t.Parallel()
	files := verifyFiles(t)
	for name, test := range map[string]struct {
		args []string
		exit int
		want []string // what is printed
	}{
		"recordings": {
			args: []string{recordings + "images_get.cassette.yaml", recordings + "images_list.cassette.yaml"},
			exit: 0,
			want: []string{"18 exchanges from: documentation", "18 exchanges checked, 0 skipped, 0 findings"},
		},
		"a broken response": {
			args: []string{files + "broken.cassette.yaml"},
			exit: 1,
			want: []string{
				"7 exchanges from: unknown origin",
				"broken.cassette.yaml#0: images_get 200: body /image/id: ",
				"7 exchanges checked, 0 skipped, 1 finding (1 breaking)",
			},
		},
		"an empty cassette": {
			args: []string{files + "empty.yaml"},
			exit: 1,
			want: []string{"nothing was checked"},
		},
		"drift": {
			args: []string{files + "drift.cassette.yaml"},
			exit: 0,
			want: []string{"drift: drift.cassette.yaml#0: images_get 200: body /image/new: ", "[undocumented-field]"},
		},
		"drift that fails": {
			args: []string{"--fail-on", "drift", files + "drift.cassette.yaml"},
			exit: 1,
			want: []string{"/image/new"},
		},
		"another baseline": {
			args: []string{"--fail-on", "drift", "--baseline", files + "baseline.yaml", files + "drift.cassette.yaml"},
			exit: 0,
			want: []string{"accepted 1 time: images_get /image/new [undocumented-field]: Seen."},
		},
		"another document": {
			args: []string{"--spec", files + "spec.yaml", recordings + "images_get.cassette.yaml"},
			exit: 0,
			want: []string{"drift: ", "images_get 200: body /image/status: value is not one of the allowed values"},
		},
		"a document of another version": {
			args: []string{"--spec", files + "swagger.yaml", recordings + "images_get.cassette.yaml"},
			exit: 2,
			want: []string{"swagger.yaml: load the contract: it is of Swagger 2.0; only OpenAPI 3.0 and 3.1 are supported"},
		},
		"a document in several files": {
			args: []string{"--spec", files + "parts.yaml", recordings + "images_get.cassette.yaml"},
			exit: 1,
			want: []string{
				"breaking: GET /v2/images/{image_id} 200: exchange: GET /v2/images/{image_id}: not judged: ",
				`its $ref "get.yml" leads out of the document`, "[unusable-operation]",
			},
		},
		"coverage that is missed": {
			args: []string{"--min-coverage", "90", recordings + "images_get.cassette.yaml"},
			exit: 1,
			want: []string{"less than the 90.0 % of --min-coverage"},
		},
		"an archive": {
			args: []string{files + "session.har"},
			exit: 1,
			want: []string{"breaking: session.har#0: images_get 200: body /image/id", "1 exchange checked, 2 skipped"},
		},
		"an archive of another host": {
			args: []string{"--host", "other.example", files + "session.har"},
			exit: 1,
			want: []string{"2 exchanges checked, 1 skipped"},
		},
		"a truncated archive": {
			args: []string{files + "truncated.har"},
			exit: 2,
			want: []string{"truncated.har: not an HTTP Archive: at byte"},
		},
		"an unknown format": {
			args: []string{"--format", "pdf", "x.yaml"},
			exit: 2,
			want: []string{`--format: "pdf" is not one of text, json`},
		},
		"an unknown severity": {
			args: []string{"--fail-on", "panic", "x.yaml"},
			exit: 2,
			want: []string{`--fail-on: "panic"`},
		},
		"a percentage over 100": {
			args: []string{"--min-coverage", "900", "x.yaml"},
			exit: 2,
			want: []string{"from 0 to 100"},
		},
		"a percentage that is not a number": {
			args: []string{"--min-coverage", "NaN", "x.yaml"},
			exit: 2,
			want: []string{"--min-coverage NaN"},
		},
		"a report of an unknown format": {
			args: []string{"-o", "report.pdf", "x.yaml"},
			exit: 2,
			want: []string{"--output report.pdf: ", "must end in .txt, .json, .xml, .sarif or .html"},
		},
		"a missing folder": {
			args: []string{"-o", files + "missing/report.txt", recordings + "images_get.cassette.yaml"},
			exit: 2,
			want: []string{"--output " + files + "missing/report.txt: its folder: "},
		},
		"a file as a folder": {
			args: []string{"-o", files + "broken.cassette.yaml/report.txt", recordings + "images_get.cassette.yaml"},
			exit: 2,
			want: []string{"report.txt: its folder: "},
		},
		"a folder as a file": {
			args: []string{"-o", files + "folder.txt", recordings + "images_get.cassette.yaml"},
			exit: 2,
			want: []string{"--output " + files + "folder.txt: a folder"},
		},
		"a missing file": {
			args: []string{files + "missing.yaml"},
			exit: 2,
			want: []string{"missing.yaml", "verdict: unusable: 1 recording could not be used"},
		},
		"a truncated file": {
			args: []string{files + "truncated.yaml"},
			exit: 2,
			want: []string{"truncated.yaml"},
		},
		"an archive beside a provenance": {
			args: []string{files + "claims.har"},
			exit: 1,
			want: []string{"1 exchange from: unknown origin"},
		},
		"a broken provenance": {
			args: []string{files + "a.cassette.yaml"},
			exit: 2,
			want: []string{"a.provenance.yaml"},
		},
		"no file": {
			args: []string{},
			exit: 2,
			want: []string{"verify: name at least one recording"},
		},
		"another YAML file": {
			args: []string{recordings + "images_get.cassette.yaml", files + "compose.yaml"},
			exit: 2,
			want: []string{"compose.yaml: not read: neither an HTTP Archive, nor a cassette", "7 exchanges checked"},
		},
		"an empty file": {
			args: []string{recordings + "images_get.cassette.yaml", files + "nothing.cassette.yaml"},
			exit: 2,
			want: []string{"nothing.cassette.yaml: not read: an empty file", "7 exchanges checked"},
		},
		"an unknown flag": {
			args: []string{"--all"},
			exit: 2,
			want: []string{"unknown flag: --all"},
		},
		"help": {
			args: []string{"--help"},
			exit: 0,
			want: []string{"contract verify FILE", "Nothing is sent anywhere"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := execute(t, nil, append([]string{"verify"}, test.args...)...)
			assert.Equal(t, test.exit, exit, out)
			assert.NotContains(t, out, "dop_v1_")
			for _, want := range test.want {
				assert.Contains(t, out, want)
			}
		})
	}
}

// verifyFiles writes the files of TestVerify to a folder, and returns its path with a slash.
func verifyFiles(t *testing.T) string {
	t.Helper()
	folder := t.TempDir() + "/"
	text, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	whole := string(text)
	spec := string(openapi.Document())
	for name, text := range map[string]string{
		"a.cassette.yaml":            whole,
		"a.provenance.yaml":          "- [",
		"broken.cassette.yaml":       strings.Replace(whole, `"id": 6918990`, `"id": null`, 1),
		"compose.yaml":               "services:\n  web: {image: a}\n",
		"drift.cassette.yaml":        strings.Replace(whole, `"id": 6918990`, `"new": 1, "id": 6918990`, 1),
		"empty.yaml":                 "version: 2\ninteractions: []\n",
		"nothing.cassette.yaml":      "",
		"session.har":                archive,
		"claims.har":                 archive,
		"claims.har.provenance.yaml": "kind: reported\n",
		"spec.yaml":                  strings.Replace(spec, "NEW, available,", "NEW,", 1), // its examples no longer hold
		"swagger.yaml":               "swagger: '2.0'\npaths: {}\n",
		"parts.yaml":                 "openapi: 3.1.0\npaths: {'/v2/images/{image_id}': {get: {$ref: get.yml}}}\n",
		"truncated.har":              archive[:len(archive)-40],
		"truncated.yaml":             whole[:1000],
		"baseline.yaml": `findings:
- {check: undocumented-field, pointer: /image/new, reason: Seen., source: us}
- {check: undocumented-status, reason: Chosen., source: us}
`,
	} {
		require.NoError(t, os.WriteFile(folder+name, []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir(folder+"folder.txt", 0o755))
	return folder
}

// Exchanges that others published, where they are beside the checkout: the one thing that is found in them is a known
// fault of the API.
func TestVerifyWhatOthersObserved(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../../shared/observed/*.har")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("there are no published exchanges beside this checkout")
	}
	for _, file := range files {
		exit, out := execute(t, nil, "verify", "--fail-on", "drift", file)
		assert.Equal(t, 0, exit, out)
		assert.Contains(t, out, " 0 findings (0 breaking) and ", file)
		isKnown := strings.Contains(file, "two-documents")
		assert.Equal(t, isKnown, strings.Contains(out, "\naccepted "), out)
		assert.Equal(t, isKnown, strings.Contains(out, " with two JSON documents in one body"), out)
	}
}

// The recordings of the project are of two kinds, which count apart.
func TestVerifyTheRecordings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(recordings + "*.cassette.yaml")
	require.NoError(t, err)
	args := []string{"verify", "--fail-on", "drift", "--baseline", "../../../openapi/baseline.yaml"}
	exit, out := execute(t, nil, append(args, files...)...)
	assert.Equal(t, 0, exit, out)
	assert.Regexp(t, `covered \(by themselves: documentation [\d.]+ %, reported [\d.]+ %\)`, out)
	assert.Regexp(t, `(?m)^\d+ exchanges from: reported$`, out)
	assert.NotContains(t, out, "accepts nothing here")
}

// Reading an archive of any length can be interrupted. The reports then have what was checked until then, and say so.
func TestVerifyCanBeInterrupted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "endless.har")
	require.NoError(t, os.Symlink("/dev/stdin", file))
	report := filepath.Join(t.TempDir(), "report.json")
	require.NoError(t, os.WriteFile(report, []byte("of an earlier run"), 0o600))
	command := exec.Command(contract, "verify", recordings+"images_get.cassette.yaml", file, "-o", report)
	var stdout, out strings.Builder
	command.Stdout, command.Stderr = &stdout, &out
	endless, err := command.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	_, err = endless.Write([]byte(`{"log":{"entries":[`))
	for n := 0; err == nil; n++ {
		if n == 2_000 { // more than a pipe holds, so that the program is reading
			require.NoError(t, command.Process.Signal(os.Interrupt))
		}
		_, err = endless.Write([]byte(`{"request":{"method":"DELETE","url":"https://api.digitalocean.com/v2/images/1"},"response":{"status":204}},`))
	}
	assert.Equal(t, 2, exitCode(command.Wait()))
	assert.Contains(t, out.String(), "contract: endless.har")
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	for _, written := range []string{stdout.String(), string(text)} {
		assert.Contains(t, written, "interrupted, so that not all was checked: endless.har")
		assert.Regexp(t, `7 exchanges checked|"exchanges": 7`, written)
	}
	assert.True(t, strings.HasSuffix(stdout.String(), "\nverdict: unusable: 1 problem\n"), stdout.String())
}
