package contracttest_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Both forms in which others run the command in CI, on the same files, with a command that is built once.
func TestInPipelines(t *testing.T) {
	built := newActionRun(t)
	writeArchives(t, built.workspace)
	t.Run("GitHub", func(t *testing.T) { testActionInAWorkflow(t, built) })
	t.Run("GitLab", func(t *testing.T) { testTemplateInAPipeline(t, built) })
}

// The steps of the action run as in a workflow of others.
func testActionInAWorkflow(t *testing.T, built actionRun) {
	for name, test := range map[string]struct {
		inputs  map[string]string
		verdict string
		exit    int
		log     []string
		summary string
	}{
		"clean": {
			inputs:  map[string]string{"files": "clean.har"},
			verdict: "clean",
			summary: "1 exchange checked",
		},
		"odd names": {
			inputs:  map[string]string{"files": "with*.har\n\n-dash.har\n$(touch own).har\n"},
			verdict: "clean",
			summary: "3 exchanges checked",
		},
		"a breaking finding": {
			inputs:  map[string]string{"files": "[bc]*.har"},
			verdict: "findings",
			exit:    1,
			log:     []string{"(?m)^::error file=breaking.har,title=missing-field::"},
			summary: "**1 breaking**",
		},
		"an accepted finding": {
			inputs:  map[string]string{"files": "breaking.har", "baseline": "known ones.yaml"},
			verdict: "clean",
			summary: "1 accepted",
		},
		"drift": {
			inputs:  map[string]string{"files": "drift.har"},
			verdict: "clean",
			log:     []string{"(?m)^::warning file=drift.har,title=unknown-enum-value::"},
			summary: "1 other finding",
		},
		"drift that is to fail": {
			inputs:  map[string]string{"files": "drift.har", "fail-on": "drift"},
			verdict: "findings",
			exit:    1,
			log:     []string{"(?m)^::error file=drift.har,title=unknown-enum-value::"},
			summary: "1 other finding",
		},
		"an input left empty": {
			inputs:  map[string]string{"files": "drift.har", "fail-on": ""},
			verdict: "clean",
			summary: "1 other finding",
		},
		"other hosts": {
			inputs:  map[string]string{"files": "host.har", "host": "other.example.com\ngateway.example.com\n"},
			verdict: "clean",
			summary: "1 exchange checked",
		},
		"nothing checked": {
			inputs:  map[string]string{"files": "host.har"},
			verdict: "findings",
			exit:    1,
			log:     []string{"nothing was checked"},
			summary: "0 exchanges checked",
		},
		"a missing file": {
			inputs:  map[string]string{"files": "clean.har\n50%-of-*.har"},
			verdict: "error",
			exit:    2,
			log:     []string{`(?m)^::error .*::.*50%25-of-`},
			summary: "50%-of-",
		},
		"no file": {
			inputs:  map[string]string{"files": ""},
			verdict: "error",
			exit:    2,
			log:     []string{`(?m)^::error title=contract verify::contract: verify: .*recording`},
			summary: "exit code 2",
		},
		"values that look like flags": {
			inputs:  map[string]string{"files": "clean.har", "spec": "--help", "baseline": "-o"},
			verdict: "error",
			exit:    2,
			log:     []string{"--baseline: open -o"},
			summary: "open -o",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := built
			exit := r.run(t, test.inputs)
			assert.Equal(t, test.exit, exit, r.log)
			assert.Equal(t, test.verdict, r.output(t, "verdict"), r.log)
			assert.Equal(t, fmt.Sprint(test.exit), r.output(t, "exit-code"))
			for _, want := range test.log {
				assert.Regexp(t, want, r.log)
			}
			if test.exit == 0 {
				assert.NotContains(t, r.log, "::error")
			}
			assert.Contains(t, r.summary, test.summary)
			if test.exit < 2 {
				html := filepath.Join(r.outputs["steps.verify.outputs.reports"], "contract.html")
				assert.Contains(t, readText(t, html), "</html>")
			}
			if test.exit < 2 {
				assert.Contains(t, readText(t, r.output(t, "sarif")), `"2.1.0"`)
			}
			assert.NoFileExists(t, filepath.Join(r.workspace, "own"))
		})
	}
}

func TestInputsReachTheCommand(t *testing.T) {
	skipWithoutBash(t)
	_, a := readAction(t)
	command, arguments := stubCommand(t)
	r := actionRun{
		action:    a,
		workspace: t.TempDir(),
		outputs:   map[string]string{"steps.build.outputs.contract": command},
	}
	exit := r.run(t, map[string]string{
		"files":        "a b.har\n-c.har\n",
		"base-url":     "https://a.example/do\nhttps://b.example",
		"host":         "c.example",
		"fail-on":      "drift",
		"baseline":     "known ones.yaml",
		"spec":         "-spec.yaml",
		"operations":   "images_list,images_get",
		"min-coverage": "80",
		"flags":        "--strict-baseline\n--fail-on-skip",
	})
	reports := r.outputs["steps.verify.outputs.reports"]
	assert.Equal(t, []string{
		"verify", "--format", "github", "-o", reports + "/contract.html", "-o", reports + "/contract.sarif",
		"--fail-on=drift", "--baseline=known ones.yaml", "--spec=-spec.yaml", "--operations=images_list,images_get",
		"--min-coverage=80", "--base-url=https://a.example/do", "--base-url=https://b.example", "--host=c.example",
		"--strict-baseline", "--fail-on-skip",
		"--", "a b.har", "-c.har", "",
	}, strings.Split(readText(t, arguments), "\n"))

	assert.Equal(t, 137, exit)
	assert.Equal(t, "137", r.output(t, "exit-code"))
	assert.Equal(t, "error", r.output(t, "verdict"))
	assert.Empty(t, r.output(t, "sarif"), "the program wrote none")
	// GitHub takes what a file says for a command, unless it is between these lines, or one line of an annotation.
	assert.Regexp(t, `(?s)^::stop-commands::(\S+)\n::warning::said by a file\r\n100%\n::(\S+)::\n`+
		`::error title=contract verify::::warning::said by a file%0A100%25\n$`, r.log)
	assert.Contains(t, r.summary, "exit code 137:\n\n    ::warning::said by a file")
}

// A step that did not run has no outputs, and the action has some all the same.
func TestActionThatCannotBuild(t *testing.T) {
	_, a := readAction(t)
	r := actionRun{action: a}
	assert.Equal(t, "error", r.output(t, "verdict"))
	assert.Equal(t, "2", r.output(t, "exit-code"))
	assert.Empty(t, r.output(t, "sarif"))
}
