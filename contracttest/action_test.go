package contracttest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const actionFolder = "../.github/actions/contract"

// action is what the tests read of the action that others use.
type action struct {
	Inputs  map[string]struct{ Description, Default string }
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, If, Uses, Run, Shell string
	With, Env                map[string]string
}

// readAction returns the text of the action, and what it says.
func readAction(t *testing.T) (text string, a action) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(actionFolder, "action.yml"))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(content, &a))
	return string(content), a
}

// script returns the text of the script that a step runs, and "" if it runs none.
func (s actionStep) script(t *testing.T) string {
	t.Helper()
	name := regexp.MustCompile(`^bash "\$GITHUB_ACTION_PATH/([a-z]+\.sh)"$`).FindStringSubmatch(s.Run)
	if name == nil {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(actionFolder, name[1]))
	require.NoError(t, err)
	return string(text)
}

// actionlint looks at the workflows that use an action, and not into it.
func TestActionRunsWhatItDeclares(t *testing.T) {
	text, a := readAction(t)
	assert.Equal(t, "composite", a.Runs.Using)
	scripts := 0
	for _, step := range a.Runs.Steps {
		if step.Run == "" {
			continue
		}
		assert.NotEmpty(t, step.Shell, step.Run)
		assert.NotContains(t, step.Run, "${{", "an expression in a script lets its value run as code")
		if script := step.script(t); script != "" {
			scripts++
			assert.Contains(t, script, "\nset -euo pipefail\n", step.Run)
		}
	}
	assert.Equal(t, 2, scripts)
	for name, input := range a.Inputs {
		assert.NotEmpty(t, input.Description, name)
		assert.Regexp(t, `inputs\.`+name+`\b[^-]`, text, "an input that nothing reads")
	}
}

// The workflows are where dependabot's proposals are tried, so the action has their versions.
func TestActionPinsWhatTheWorkflowsPin(t *testing.T) {
	text, _ := readAction(t)
	texts, _ := readWorkflows(t)
	pinned := actionsOf(t, "ci.yml", texts["ci.yml"])
	for _, use := range actionsOf(t, "action.yml", text) {
		use, _, _ = strings.Cut(use, " # it ")
		assert.Contains(t, pinned, use)
	}
}

// An expression that names nothing is empty, without an error.
func TestActionExpressionsNameWhatExists(t *testing.T) {
	_, a := readAction(t)
	written := map[string][]string{} // the outputs of each step so far
	for _, step := range a.Runs.Steps {
		texts := []string{expressionOf(step.If)}
		for _, values := range []map[string]string{step.With, step.Env} {
			for _, value := range values {
				texts = append(texts, value)
			}
		}
		for _, text := range texts {
			checkExpressions(t, text, a, written)
		}
		for _, output := range regexp.MustCompile(`\b([a-z-]+)=[%$]`).FindAllStringSubmatch(step.script(t), -1) {
			written[step.ID] = append(written[step.ID], output[1])
		}
	}
	for _, output := range a.Outputs {
		assert.NotEmpty(t, output.Description)
		checkExpressions(t, output.Value, a, written)
	}
}

// expressionOf returns a condition as an expression, which it is with braces and without.
func expressionOf(condition string) string {
	if condition == "" || strings.Contains(condition, "${{") {
		return condition
	}
	return "${{ " + condition + " }}"
}

// checkExpressions holds the expressions of a text to the inputs of an action, and to the outputs of the steps before.
func checkExpressions(t *testing.T, text string, a action, written map[string][]string) {
	t.Helper()
	for _, expression := range regexp.MustCompile(`\$\{\{(.*?)\}\}`).FindAllStringSubmatch(text, -1) {
		names := regexp.MustCompile(`'[^']*'|[a-z][a-z._-]*(\(\))?`).FindAllString(expression[1], -1)
		require.NotEmpty(t, names, text)
		for _, name := range names {
			parts := strings.Split(name, ".")
			switch {
			case name[0] == '\'' || name == "cancelled()":
			case parts[0] == "inputs" && len(parts) == 2:
				assert.Contains(t, a.Inputs, parts[1], text)
			case parts[0] == "steps" && len(parts) == 4 && parts[2] == "outputs":
				assert.Contains(t, written[parts[1]], parts[3], text)
			default:
				assert.Fail(t, "an expression names what is not known here", "%s in %s", name, text)
			}
		}
	}
}

// The scripts read no variable that neither GitHub nor the step sets.
func TestActionStepsSetWhatTheirScriptsRead(t *testing.T) {
	_, a := readAction(t)
	for _, step := range a.Runs.Steps {
		script := step.script(t) + step.Run
		for name := range step.Env {
			assert.Contains(t, script, "$"+name, "a variable that nothing reads")
		}
		for _, name := range regexp.MustCompile(`\$([A-Z][A-Z_]+)`).FindAllStringSubmatch(script, -1) {
			if strings.HasPrefix(name[1], "GITHUB_") || slices.Contains([]string{"RUNNER_TEMP", "RANDOM"}, name[1]) {
				continue
			}
			assert.Contains(t, step.Env, name[1], "a variable that nothing sets")
		}
	}
}

// The examples of how to use the action and the template name what they have.
func TestExamplesOfTheActionAndTheTemplate(t *testing.T) {
	_, a := readAction(t)
	readme := readText(t, filepath.Join(actionFolder, "README.md"))
	blocks := regexp.MustCompile("(?s)\n```yaml\n(.*?)```").FindAllStringSubmatch(readme, -1)
	require.Len(t, blocks, 2)

	var onGitHub struct {
		Jobs map[string]struct{ Steps []actionStep }
	}
	require.NoError(t, yaml.Unmarshal([]byte(blocks[0][1]), &onGitHub))
	uses := 0
	for _, step := range onGitHub.Jobs["contract"].Steps {
		if !strings.Contains(step.Uses, "/.github/actions/contract@") {
			continue
		}
		uses++
		for name := range step.With {
			assert.Contains(t, a.Inputs, name)
		}
	}
	assert.Equal(t, 1, uses)
	for _, output := range regexp.MustCompile(`steps\.contract\.outputs\.([a-z-]+)`).FindAllStringSubmatch(readme, -1) {
		assert.Contains(t, a.Outputs, output[1])
	}

	var onGitLab struct{ Contract template }
	require.NoError(t, yaml.Unmarshal([]byte(blocks[1][1]), &onGitLab))
	require.NotEmpty(t, onGitLab.Contract.Variables)
	for name := range onGitLab.Contract.Variables {
		assert.Contains(t, readTemplate(t).Variables, name)
	}
}
