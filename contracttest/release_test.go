package contracttest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xmodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"example.com/doimages/openapi"
)

// runIn runs a command in a folder, and returns what it prints.
func runIn(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// goEnv returns a setting of the go command.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(runIn(t, ".", nil, "go", "env", name))
}

// setVersion sets the version of a checkout, as who releases it does first.
func setVersion(t *testing.T, repository, version string) {
	t.Helper()
	file := filepath.Join(repository, "openapi/openapi.go")
	text := readText(t, file)
	require.Contains(t, text, `"`+openapi.Version+`"`)
	text = strings.Replace(text, `"`+openapi.Version+`"`, `"`+version+`"`, 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

// publish puts a module into a file proxy, as its tag is.
func publish(t *testing.T, proxy, repository, subdir string, of xmodule.Version) {
	t.Helper()
	dir := filepath.Join(proxy, of.Path, "@v")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	archive, err := os.Create(filepath.Join(dir, of.Version+".zip"))
	require.NoError(t, err)
	defer archive.Close()
	require.NoError(t, zip.CreateFromVCS(archive, of, repository, filepath.Join(subdir, of.Version), subdir))
	mod, err := os.ReadFile(filepath.Join(repository, subdir, "go.mod"))
	require.NoError(t, err)
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, of.Version)
	require.NoError(t, os.WriteFile(filepath.Join(dir, of.Version+".mod"), mod, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, of.Version+".info"), []byte(info), 0o600))
}

// Who imports a nested module gets neither its replace nor this repository, but what the tags hold.
func TestReleaseCanBeImported(t *testing.T) {
	if os.Getenv("RELEASE") == "" {
		t.Skip("it clones the repository and downloads modules: run make release-test")
	}
	repository, proxy, consumer := t.TempDir(), t.TempDir(), t.TempDir()
	author := []string{"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com"}
	runIn(t, ".", nil, "git", "clone", "-q", "..", repository)
	setVersion(t, repository, "0.99.0-rc.1")
	runIn(t, repository, author, "git", "commit", "-qam", "Set the version")
	out := runIn(t, repository, author, ".ci/release", "0.99.0-rc.1")
	version, name := "v0.99.0-rc.1", readModule(t, "../go.mod").Module.Mod.Path
	assert.Contains(t, out, "tagged "+version+", wrapper/redislimit/"+version+", wrapper/oteltrace/"+version)
	template := runIn(t, repository, nil, "git", "show", version+":.gitlab/contract.yml")
	assert.Contains(t, template, "CONTRACT_VERSION: "+version+" #")
	assert.Contains(t, template, "/"+version+"/.gitlab/contract.yml\n")
	readme := runIn(t, repository, nil, "git", "show", version+":.github/actions/contract/README.md")
	assert.Contains(t, readme, "/.github/actions/contract@"+version+"\n")
	assert.Contains(t, readme, "/"+version+"/.gitlab/contract.yml\n")
	for _, subdir := range []string{"", "wrapper/redislimit", "wrapper/oteltrace"} {
		publish(t, proxy, repository, subdir, xmodule.Version{Path: filepath.Join(name, subdir), Version: version})
	}

	cached := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	env := []string{
		// What the build of this module has downloaded is read from its cache, which is laid out like a proxy.
		"GOPROXY=file://" + proxy + ",file://" + cached + "," + goEnv(t, "GOPROXY"),
		"GONOSUMDB=" + name + ",*",
		"GOFLAGS=-mod=mod",
		"GOMODCACHE=" + filepath.Join(t.TempDir(), "mod"), // the placeholder's zip must not stay behind
	}
	t.Cleanup(func() { runIn(t, ".", env, "go", "clean", "-modcache") }) // which is read-only
	program := "package main\n\nimport (\n\t_ \"" + name + "/wrapper\"\n\t_ \"" + name + "/wrapper/redislimit\"\n)\n\nfunc main() {}\n"
	require.NoError(t, os.WriteFile(filepath.Join(consumer, "main.go"), []byte(program), 0o600))
	runIn(t, consumer, env, "go", "mod", "init", "consumer.example/service")
	runIn(t, consumer, env, "go", "get", name+"/wrapper/redislimit@"+version, name+"/wrapper/oteltrace@"+version)
	runIn(t, consumer, env, "go", "build", ".")
	assert.Contains(t, runIn(t, consumer, env, "go", "list", "-m", name), version)
}
