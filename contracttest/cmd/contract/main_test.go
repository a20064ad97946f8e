package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const recordings = "../../recordings/"

// contract is the program, built once.
var contract string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "contract")
	if err != nil {
		panic(err)
	}
	contract = filepath.Join(dir, "contract")
	if out, err := exec.Command("go", "build", "-o", contract, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
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
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	whole, err := os.ReadFile(recordings + "images_get.cassette.yaml")
	require.NoError(t, err)

	for name, test := range map[string]struct {
		args []string
		exit int
		want []string
	}{
		"recordings": {[]string{"verify", recordings + "images_get.cassette.yaml", recordings + "images_list.cassette.yaml"}, 0,
			[]string{"18 exchanges from: documentation", "18 exchanges checked, 0 findings"}},
		"a broken response": {[]string{"verify", write("broken.cassette.yaml", strings.Replace(string(whole), `"id": 6918990`, `"id": null`, 1))}, 1,
			[]string{"7 exchanges from: unknown origin", "broken.cassette.yaml#0: images_get 200: body /image/id: ", "7 exchanges checked, 2 findings (1 breaking)"}},
		"an empty cassette": {[]string{"verify", write("empty.yaml", "version: 2\ninteractions: []\n")}, 1,
			[]string{"nothing was checked, which proves nothing"}},
		"a missing file":      {[]string{"verify", dir + "/missing.yaml"}, 2, []string{"contract: ", "missing.yaml"}},
		"a truncated file":    {[]string{"verify", write("truncated.yaml", string(whole[:1000]))}, 2, []string{"truncated.yaml"}},
		"a broken provenance": {[]string{"verify", write("a.cassette.yaml", string(whole)), write("a.provenance.yaml", "- [")}, 2, []string{"a.provenance.yaml"}},
		"no file":             {[]string{"verify"}, 2, []string{"requires at least 1 arg"}},
		"an unknown flag":     {[]string{"verify", "--all"}, 2, []string{"unknown flag: --all"}},
		"an unknown command":  {[]string{"prove"}, 2, []string{`unknown command "prove"`}},
		"help":                {[]string{"verify", "--help"}, 0, []string{"contract verify FILE", "Nothing is sent anywhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := run(t, nil, test.args...)
			assert.Equal(t, test.exit, exit, out)
			for _, want := range test.want {
				assert.Contains(t, out, want)
			}
		})
	}
}
