package contracttest_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xmodule "golang.org/x/mod/module"

	"example.com/doimages/openapi"
)

// runIn runs a command in a folder, and returns what it prints.
func runIn(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return string(out)
}

// releasedModules are the modules that a release tags, by their folders.
var releasedModules = []string{"", "wrapper/redislimit", "wrapper/oteltrace"}

// released is a clone of the repository in which a release was made.
type released struct {
	folder  string
	module  string // the path of the module
	version string // with its v
}

// release makes a release in a clone, by the steps of CONTRIBUTING.
func release(t *testing.T, number string) released {
	t.Helper()
	// An author, and nothing of the configuration of whoever runs this that a commit or a tag could fail by.
	git := []string{
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=commit.gpgSign", "GIT_CONFIG_VALUE_0=false",
		"GIT_CONFIG_KEY_1=tag.gpgSign", "GIT_CONFIG_VALUE_1=false", "GIT_CONFIG_KEY_2=core.hooksPath", "GIT_CONFIG_VALUE_2=",
	}
	r := released{
		folder:  t.TempDir(),
		module:  readModule(t, "../go.mod").Module.Mod.Path,
		version: "v" + number,
	}
	runIn(t, ".", git, "git", "clone", "-q", "..", r.folder)
	replaceIn(t, filepath.Join(r.folder, "openapi/openapi.go"), `"`+openapi.Version+`"`, `"`+number+`"`)
	replaceIn(t, filepath.Join(r.folder, "CHANGELOG.md"), "## Unreleased\n", "## "+number+" - 2026-01-02\n")
	runIn(t, r.folder, git, "git", "commit", "-qam", "Set the version")

	out := runIn(t, r.folder, git, ".ci/release", number)
	push := "git push --atomic origin HEAD"
	for _, folder := range releasedModules {
		push += " " + path.Join(folder, r.version)
	}
	assert.Contains(t, out, push+"\n")
	return r
}

// replaceIn replaces a text in a file once.
func replaceIn(t *testing.T, file, old, new string) {
	t.Helper()
	text := readText(t, file)
	require.Contains(t, text, old, file)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(text, old, new, 1)), 0o600))
}

// tagged returns a file as the tag of a module has it.
func (r released) tagged(t *testing.T, folder, file string) string {
	t.Helper()
	return runIn(t, r.folder, nil, "git", "show", path.Join(folder, r.version)+":"+path.Join(folder, file))
}

// What the tags hold can be installed and imported by others. They get neither the replace of a nested module nor this
// repository.
func TestReleaseCanBeImported(t *testing.T) {
	if os.Getenv("RELEASE") == "" {
		t.Skip("it clones the repository and downloads modules: run make release-test")
	}
	r := release(t, "0.99.0-rc.1")

	template := r.tagged(t, "", ".gitlab/contract.yml")
	assert.Contains(t, template, "CONTRACT_VERSION: "+r.version+" #")
	assert.Contains(t, template, "/"+r.version+"/.gitlab/contract.yml\n")
	readme := r.tagged(t, "", ".github/actions/contract/README.md")
	assert.Contains(t, readme, "/.github/actions/contract@"+r.version+"\n")
	assert.Contains(t, readme, "/"+r.version+"/.gitlab/contract.yml\n")
	for _, folder := range releasedModules[1:] {
		assert.Contains(t, r.tagged(t, folder, "go.mod"), "\t"+r.module+" "+r.version+"\n")
	}

	proxy := r.publish(t)
	t.Run("the command", func(t *testing.T) {
		bin, env := t.TempDir(), newUser(t, proxy)
		runIn(t, t.TempDir(), append(env, "GOBIN="+bin), "go", "install", r.module+"/contracttest/cmd/contract@"+r.version)
		printed := runIn(t, bin, nil, filepath.Join(bin, "contract"), "--version")
		assert.Contains(t, printed, strings.TrimPrefix(r.version, "v"))
	})
	for _, imported := range []string{"wrapper", "wrapper/redislimit", "wrapper/oteltrace"} {
		t.Run(imported, func(t *testing.T) {
			service, env := t.TempDir(), newUser(t, proxy)
			source := "package service\n\nimport _ \"" + r.module + "/" + imported + "\"\n"
			require.NoError(t, os.WriteFile(filepath.Join(service, "service.go"), []byte(source), 0o600))
			runIn(t, service, env, "go", "mod", "init", "service.example")
			runIn(t, service, env, "go", "get", r.module+"/"+imported+"@"+r.version)
			runIn(t, service, env, "go", "build", ".")
			// A nested module requires the version of ours that was released with it.
			assert.Equal(t, r.module+" "+r.version+"\n", runIn(t, service, env, "go", "list", "-m", r.module))
		})
	}
}

// publish serves the modules of a release as a proxy does, and returns its address.
func (r released) publish(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, subdir := range releasedModules {
		writeModule(t, folder, r.folder, subdir, xmodule.Version{
			Path:    path.Join(r.module, subdir),
			Version: r.version,
		})
	}
	return serveModules(t, folder, r.module)
}

// newUser returns the environment of go commands that use a proxy, with a module cache that is empty.
func newUser(t *testing.T, proxy string) (env []string) {
	t.Helper()
	env = []string{
		"GOPROXY=" + proxy,
		"GONOPROXY=none",
		"GOSUMDB=off",
		"GOFLAGS=-trimpath", // so that the build cache serves the next run, whose module cache is another
		"GOMODCACHE=" + filepath.Join(t.TempDir(), "mod"),
	}
	t.Cleanup(func() { runIn(t, ".", env, "go", "clean", "-modcache") }) // which is read-only
	return env
}
