package contracttest_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
)

// actionRun is a use of the action in a workflow: a workspace with the files of a caller, and what the steps left.
type actionRun struct {
	action    action
	workspace string
	outputs   map[string]string // by step and name, as steps.verify.outputs.verdict
	log       string
	summary   string
}

func skipWithoutBash(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the scripts need bash, which is not here")
	}
}

// newActionRun returns a use of the action, with the command built as the action builds it.
//
// go test may take an old result for that of a command that has changed since. It does not, as long as another test of
// this package reads every Go file of the module.
func newActionRun(t *testing.T) actionRun {
	t.Helper()
	skipWithoutBash(t)
	_, a := readAction(t)
	r := actionRun{action: a, workspace: t.TempDir(), outputs: map[string]string{}}
	require.Zero(t, r.step(t, "build", nil), r.log)
	return r
}

// step runs the steps with an id as GitHub does, and returns the exit code. Those without one have the id "".
func (r *actionRun) step(t *testing.T, id string, inputs map[string]string) (exit int) {
	t.Helper()
	for _, step := range r.action.Runs.Steps {
		if step.ID != id || step.Run == "" {
			continue
		}
		folder, err := filepath.Abs(actionFolder)
		require.NoError(t, err)
		temporary := t.TempDir()
		output, summary := filepath.Join(temporary, "output"), filepath.Join(temporary, "summary")
		for _, file := range []string{output, summary} { // the runner makes both
			require.NoError(t, os.WriteFile(file, nil, 0o600))
		}
		command := exec.Command("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.Run)
		command.Dir = r.workspace
		command.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+folder, "GITHUB_OUTPUT="+output,
			"GITHUB_STEP_SUMMARY="+summary, "RUNNER_TEMP="+temporary)
		for name, value := range step.Env {
			command.Env = append(command.Env, name+"="+r.evaluate(t, value, inputs))
		}
		log, err := command.CombinedOutput()
		var failed *exec.ExitError
		if err != nil {
			require.ErrorAs(t, err, &failed)
			exit = failed.ExitCode()
		}
		r.log += string(log)
		r.summary += readText(t, summary)
		for line := range strings.Lines(readText(t, output)) {
			name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			require.True(t, ok, line)
			r.outputs["steps."+id+".outputs."+name] = value
		}
	}
	return exit
}

// evaluate returns the value of a text that is one expression, such as ${{ steps.verify.outputs.verdict || 'error' }}.
func (r *actionRun) evaluate(t *testing.T, text string, inputs map[string]string) string {
	t.Helper()
	expression := regexp.MustCompile(`^\$\{\{ ([a-z.-]+)(?: \|\| '([^']*)')? \}\}$`).FindStringSubmatch(text)
	require.NotNil(t, expression, text)
	value := r.outputs[expression[1]]
	if name, ok := strings.CutPrefix(expression[1], "inputs."); ok {
		value = r.action.Inputs[name].Default
		if given, ok := inputs[name]; ok {
			value = given
		}
	}
	if value == "" {
		value = expression[2]
	}
	return value
}

// run runs the steps of the action after the one that builds the command, and returns the exit code of the last.
func (r *actionRun) run(t *testing.T, inputs map[string]string) (exit int) {
	t.Helper()
	r.outputs = maps.Clone(r.outputs)
	require.Zero(t, r.step(t, "verify", inputs), "a finding must not keep the reports from being uploaded: %s", r.log)
	return r.step(t, "", inputs)
}

// command returns the program that the action built.
func (r *actionRun) command() string { return r.outputs["steps.build.outputs.contract"] }

// output returns an output of the action.
func (r *actionRun) output(t *testing.T, name string) string {
	t.Helper()
	require.Contains(t, r.action.Outputs, name)
	return r.evaluate(t, r.action.Outputs[name].Value, nil)
}

// readText returns the text of a file.
func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// writeArchives writes HTTP Archives into a folder, each with one response that holds an image: a valid one, one
// without its id and one of an unknown status, and one of another host.
func writeArchives(t *testing.T, folder string) {
	t.Helper()
	valid := `{"image":` + testkit.Image(7555620) + `}`
	for name, archive := range map[string]string{
		"clean.har":        archiveOf("api.digitalocean.com", valid),
		"with a space.har": archiveOf("api.digitalocean.com", valid),
		"-dash.har":        archiveOf("api.digitalocean.com", valid),
		"$(touch own).har": archiveOf("api.digitalocean.com", valid),
		"host.har":         archiveOf("gateway.example.com", valid),
		"breaking.har":     archiveOf("api.digitalocean.com", strings.Replace(valid, `"id":7555620,`, "", 1)),
		"drift.har":        archiveOf("api.digitalocean.com", strings.Replace(valid, `"available"`, `"thawing"`, 1)),
		"known ones.yaml": "findings:\n  - {check: missing-field, operation: images_get, pointer: /image/id, " +
			"reason: A gateway removes it., source: 'https://wiki.example.com/gateway'}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(archive), 0o600))
	}
}

// archiveOf returns an HTTP Archive with one exchange: a host's response with an image.
func archiveOf(host, body string) string {
	return fmt.Sprintf(`{"log":{"version":"1.2","creator":{"name":"test","version":"1"},"entries":[{
		"startedDateTime":"2026-01-02T03:04:05Z","time":1,"timings":{"send":0,"wait":1,"receive":0},"cache":{},
		"request":{"method":"GET","url":"https://%s/v2/images/7555620","httpVersion":"HTTP/2","cookies":[],"headers":[
			{"name":"Authorization","value":"Bearer [redacted]"}],"queryString":[],"headersSize":-1,"bodySize":0},
		"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/2","cookies":[],"headers":[
			{"name":"Content-Type","value":"application/json"},{"name":"ratelimit-limit","value":"5000"},
			{"name":"ratelimit-remaining","value":"4999"},{"name":"ratelimit-reset","value":"1767323045"}],
			"content":{"size":%d,"mimeType":"application/json","text":%q},"redirectURL":"","headersSize":-1,"bodySize":-1}
	}]}}`, host, len(body), body)
}

// stubCommand returns a program in the place of the command. It writes its arguments to a file, which is the second
// result, one on a line, and ends as one that was stopped.
func stubCommand(t *testing.T) (command, arguments string) {
	t.Helper()
	command = filepath.Join(t.TempDir(), "contract")
	arguments = filepath.Join(t.TempDir(), "arguments")
	script := `#!/bin/sh
for argument; do printf '%s\n' "$argument"; done >"` + arguments + `"
printf '::warning::said by a file\r\n100%%\n' >&2
exit 137
`
	require.NoError(t, os.WriteFile(command, []byte(script), 0o700))
	return command, arguments
}
