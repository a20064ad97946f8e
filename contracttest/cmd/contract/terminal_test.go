package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// executeInTerminal runs the program as in a terminal of a width.
func executeInTerminal(t *testing.T, width int, env []string, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errs buffer
	p := process{
		stdout: &out,
		stderr: &errs,
		getenv: lookUp(env),
		width:  func(io.Writer) int { return width },
	}
	exit = run(t.Context(), p, args)
	return exit, out.String(), errs.String()
}

// A terminal gets colours, lines that fit, and progress. Anything else gets none of it.
func TestTerminal(t *testing.T) {
	t.Parallel()
	files := verifyFiles(t)
	args := []string{"verify", files + "broken.cassette.yaml"}
	for name, test := range map[string]struct {
		width             int
		env               []string
		colours, progress bool
		longest           int // characters of a line of findings; 0 for any
	}{
		"a pipe":          {width: 0},
		"a wide terminal": {width: 200, colours: true, progress: true, longest: 200},
		"a narrow one":    {width: 60, env: []string{"NO_COLOR=1"}, progress: true, longest: 60},
		"no colours":      {width: 200, env: []string{"NO_COLOR=1"}, progress: true, longest: 200},
		"a dumb terminal": {width: 200, env: []string{"TERM=dumb"}, progress: true, longest: 200},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out, errs := executeInTerminal(t, test.width, test.env, args...)
			assert.Equal(t, 1, exit)
			assert.Equal(t, test.colours, strings.Contains(out, "\x1b["), out)
			assert.Equal(t, test.colours, strings.Contains(out, "\x1b[31;1mbreaking:\x1b["), out)
			assert.Equal(t, test.progress, strings.Contains(errs, "\r\x1b[Kbroken.cassette.yaml: 1 exchange"), errs)
			_, findings, _ := strings.Cut(out, "\n\n")
			for _, line := range strings.Split(findings, "\n") {
				if test.longest > 0 && !test.colours {
					assert.LessOrEqual(t, len([]rune(line)), test.longest, line)
				}
			}
		})
	}
}

// The last line of a run is its verdict, and an unknown name is found before a run.
func TestVerdictIsTheLastLine(t *testing.T) {
	t.Parallel()
	files := verifyFiles(t)
	for name, test := range map[string]struct {
		args []string
		exit int
		want string // the end of what is printed
	}{
		"clean": {
			args: []string{recordings + "images_get.cassette.yaml"},
			want: "\nverdict: passed: clean\n",
		},
		"broken": {
			args: []string{files + "broken.cassette.yaml"},
			exit: 1,
			want: "\nverdict: failed: 1 breaking\n",
		},
		"nothing checked": {
			args: []string{files + "empty.yaml"},
			exit: 1,
			want: "\nnothing was checked\nverdict: failed: nothing checked\n",
		},
		"entries of the baseline that accept nothing": {
			args: []string{"--strict-baseline", "--baseline", files + "baseline.yaml", recordings + "images_get.cassette.yaml"},
			exit: 1,
			want: "\nverdict: failed: 2 stale baseline entries\n",
		},
		"the operations that appear": {
			args: []string{"--operations", "seen", "--min-coverage", "40", recordings + "images_get.cassette.yaml"},
			want: "\nverdict: passed: clean\n",
		},
		"an operation that is not seen": {
			args: []string{"--operations", "images_get,images_delete", "--min-coverage", "99", recordings + "images_get.cassette.yaml"},
			exit: 1,
			want: " % of 99.0 % covered\n",
		},
		"an unknown operation": {
			args: []string{"--operations", "images_got", recordings + "images_get.cassette.yaml"},
			exit: 2,
			want: "; did you mean images_get?\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := execute(t, nil, append([]string{"verify"}, test.args...)...)
			assert.Equal(t, test.exit, exit, out)
			assert.True(t, strings.HasSuffix(out, test.want), out)
		})
	}
}

// What is a name of a file may be a command to a terminal, or to the log of a job.
func TestNamesOfFilesAreHarmless(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "a\x1b[31m\n::error::x##[group].yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), `"id": 6918990`, `"id": null`, 1)), 0o600))
	for _, format := range []string{"text", "github", "junit", "json", "sarif", "html"} {
		exit, out := execute(t, nil, "verify", "--format", format, file)
		assert.Equal(t, 1, exit, out)
		assert.NotContains(t, out, "\x1b", format)
		assert.NotContains(t, out, "\n::error::x", format)
		if format == "text" || format == "github" {
			assert.NotContains(t, out, "##[", format)
		}
	}
	claims := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(claims+".cassette.yaml", text, 0o600))
	require.NoError(t, os.WriteFile(claims+".provenance.yaml", []byte(`kind: "\e[31m\n::error::x"`), 0o600))
	for _, format := range []string{"text", "github", "junit", "json", "html"} {
		exit, out := execute(t, nil, "verify", "--format", format, claims+".cassette.yaml")
		assert.Equal(t, 0, exit, out)
		assert.NotContains(t, out, "\x1b", format)
		assert.NotContains(t, out, "\n::error::x", format)
	}
	exit, out := execute(t, nil, "verify", file+"missing")
	assert.Equal(t, 2, exit)
	assert.NotContains(t, out, "\x1b")
	assert.NotContains(t, out, "\n::error")
}
