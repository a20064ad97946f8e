package contracttest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// workflow is what the tests read of a workflow of GitHub Actions.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]job
}

type job struct {
	Permissions map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Strategy    struct{ Matrix struct{ Go []string } }
	Steps       []struct{ Run string }
}

// readWorkflows returns the text of every workflow, and what it says.
func readWorkflows(t *testing.T) (texts map[string]string, workflows map[string]workflow) {
	t.Helper()
	files, err := filepath.Glob("../.github/workflows/*.yml")
	require.NoError(t, err)
	texts, workflows = map[string]string{}, map[string]workflow{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var w workflow
		require.NoError(t, yaml.Unmarshal(text, &w), file)
		name := filepath.Base(file)
		texts[name], workflows[name] = string(text), w
	}
	return texts, workflows
}

// actionsOf returns the actions that a file uses, each with what pins it.
func actionsOf(t *testing.T, file, text string) (actions []string) {
	t.Helper()
	for _, use := range regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(text, -1) {
		actions = append(actions, use[1])
	}
	require.NotEmpty(t, actions, file)
	return actions
}

// What actionlint does not look at: actions are pinned to a commit, jobs may only read and have a time limit, what
// they run exists, and the run against the real API writes nothing.
func TestWorkflows(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	texts, workflows := readWorkflows(t)
	require.Len(t, workflows, 3)
	for file, text := range texts {
		assert.NotContains(t, text, "--write", file)
		assert.NotContains(t, text, "pull_request_target", file)
		for _, action := range actionsOf(t, file, text) {
			assert.Regexp(t, `^(\./\.github/actions/contract|[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`, action, file)
		}
	}
	for file, w := range workflows {
		assert.Equal(t, map[string]string{"contents": "read"}, w.Permissions, file)
		for name, job := range w.Jobs {
			assert.Positive(t, job.Timeout, "%s: %s", file, name)
			assert.Empty(t, job.Permissions, "%s: %s", file, name)
			for _, step := range job.Steps {
				if target, ok := strings.CutPrefix(step.Run, "make "); ok {
					target, _, _ = strings.Cut(target, " ")
					assert.Contains(t, string(makefile), "\n"+target+":", "%s: %s", file, name)
				}
			}
		}
	}
}

// Users get the least Go that go.mod asks for, and the newest; both are tested.
func TestWorkflowsTestTheLeastGo(t *testing.T) {
	_, workflows := readWorkflows(t)
	least := leastGo(t, "../go.mod") + ".x"
	assert.Equal(t, []string{least, "stable"}, workflows["ci.yml"].Jobs["test"].Strategy.Matrix.Go)
}

// What changed outside is looked at every week.
func TestWorkflowsCompareTheDocument(t *testing.T) {
	_, workflows := readWorkflows(t)
	var runs []string
	for _, step := range workflows["spec-diff.yml"].Jobs["spec-diff"].Steps {
		runs = append(runs, step.Run)
	}
	assert.Contains(t, strings.Join(runs, "\n"), "make spec-diff UPSTREAM=https://")
}
