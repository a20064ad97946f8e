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

// What actionlint does not look at: actions are pinned to a commit, jobs may only read and end some day, what they run
// exists, and the run against the real API writes nothing.
func TestWorkflows(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	files, err := filepath.Glob("../.github/workflows/*.yml")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "--write", file)
		assert.NotContains(t, string(text), "pull_request_target", file)
		uses := regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, uses, file)
		for _, use := range uses {
			assert.Regexp(t, `^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`, use[1], file)
		}
		var workflow struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Permissions map[string]string
				Timeout     int `yaml:"timeout-minutes"`
				Steps       []struct{ Run string }
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &workflow), file)
		assert.Equal(t, map[string]string{"contents": "read"}, workflow.Permissions, file)
		for name, job := range workflow.Jobs {
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
