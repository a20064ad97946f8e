package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/openapi"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "--version")
	assert.Equal(t, 0, exit, out)
	assert.Equal(t, "contract version "+openapi.Version+"\n", out)
}

// Who reports what the program did pastes what it says of itself.
func TestHelpBeginsWithTheVersion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"help"}, {}} {
		exit, out := execute(t, nil, args...)
		assert.Equal(t, 0, exit, out)
		first, _, _ := strings.Cut(out, "\n")
		assert.Contains(t, first, "contract "+openapi.Version)
	}
}

func TestHelpSaysTheExitCodes(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "--help")
	assert.Equal(t, 0, exit)
	for _, code := range []string{"  0  everything", "  1  something", "  2  it could not be run"} {
		assert.Contains(t, out, "\n"+code)
	}
}

// What a command says of itself fits into a terminal.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	texts := [][]string{{"--help"}}
	for _, cmd := range rootCommand(process{}).Commands() {
		texts = append(texts, []string{cmd.Name(), "--help"})
	}
	require.Greater(t, len(texts), 10)
	for _, args := range texts {
		exit, out := execute(t, nil, args...)
		assert.Equal(t, 0, exit, args)
		for line := range strings.Lines(out) {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 121, "%s: %s", args, line) // with its end
		}
	}
}

func TestUnknownCommand(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "prove")
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, `unknown command "prove"`)
}

// The exit code is that of the process, too, and errors go to standard error.
func TestProcess(t *testing.T) {
	t.Parallel()
	exit, out := executeProcess(t, nil, "verify", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
	exit, out = executeProcess(t, nil, "verify", "--min-coverage", "100", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 1, exit, out)
	exit, out = executeProcess(t, nil, "verify", "missing.yaml")
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "verdict: unusable")
	exit, out = executeProcess(t, nil, "verify", "--format", "fax", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "contract: ")
}

func TestChecks(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "checks")
	assert.Equal(t, 0, exit, out)
	for _, c := range check.Checks() {
		assert.Regexp(t, `(?m)^`+c.Name+` +`+string(c.Severity)+` +\S`, out)
		assert.Contains(t, out, c.Description)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "__complete", "verify", "--fail-on", "drift", "--format", "")
	assert.Equal(t, 0, exit)
	assert.Contains(t, out, "junit")
	exit, _ = execute(t, nil, "completion", "bash")
	assert.Equal(t, 0, exit)
}
