package contracttest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const templateFile = "../.gitlab/contract.yml"

// template is the job that others include on GitLab.
type template struct {
	Image     string
	Variables map[string]string
	Script    []string
	Artifacts struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

func readTemplate(t *testing.T) template {
	t.Helper()
	var jobs map[string]template
	require.NoError(t, yaml.Unmarshal([]byte(readText(t, templateFile)), &jobs))
	require.Len(t, jobs, 1)
	require.Contains(t, jobs, "contract")
	return jobs["contract"]
}

func TestTemplateDeclaresWhatItUses(t *testing.T) {
	job := readTemplate(t)
	script := strings.Join(job.Script, "\n")
	for _, name := range regexp.MustCompile(`\$(CONTRACT_[A-Z_]+)`).FindAllStringSubmatch(script, -1) {
		assert.Contains(t, job.Variables, name[1], "a variable that nobody sets")
	}
	for name := range job.Variables {
		assert.Regexp(t, `\$`+name+`\b`, script, "a variable that nothing reads")
	}
	assert.Equal(t, "golang:"+leastGo(t, "../go.mod"), job.Image)
	assert.Equal(t, "always", job.Artifacts.When)
	assert.Contains(t, job.Artifacts.Paths, job.Artifacts.Reports["junit"])
}

// The action and the template take the same, but for what is of one of the two.
func TestTemplateTakesWhatTheActionTakes(t *testing.T) {
	_, a := readAction(t)
	job := readTemplate(t)
	for name := range a.Inputs {
		if name == "artifact" {
			continue
		}
		assert.Contains(t, job.Variables, "CONTRACT_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
	}
	assert.Len(t, job.Variables, len(a.Inputs), "the version stands in the place of the artifact")
	assert.Equal(t, a.Inputs["fail-on"].Default, job.Variables["CONTRACT_FAIL_ON"])
}

// runTemplate runs the script of the job in a folder, and returns what it printed and its exit code. Its go installs a
// command of the test's in place of one from a module proxy.
func runTemplate(t *testing.T, folder, command string, variables map[string]string) (log string, exit int) {
	t.Helper()
	job, stub := readTemplate(t), t.TempDir()
	goStub := "#!/bin/sh\necho \"$@\" >\"$STUB/asked\"\nln -s \"$COMMAND\" \"$GOBIN/contract\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(stub, "go"), []byte(goStub), 0o700))
	script := exec.Command("sh", "-e", "-c", strings.Join(job.Script, "\n"))
	script.Dir = folder
	script.Env = append(os.Environ(), "STUB="+stub, "COMMAND="+command, "TMPDIR="+t.TempDir(),
		"PATH="+stub+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, variables := range []map[string]string{job.Variables, variables} {
		for name, value := range variables {
			script.Env = append(script.Env, name+"="+value)
		}
	}
	out, err := script.CombinedOutput()
	if err != nil {
		var failed *exec.ExitError
		require.ErrorAs(t, err, &failed)
		exit = failed.ExitCode()
	}
	module := readModule(t, "../go.mod").Module.Mod.Path
	assert.Equal(t, "install "+module+"/contracttest/cmd/contract@"+job.Variables["CONTRACT_VERSION"]+"\n",
		readText(t, filepath.Join(stub, "asked")))
	return string(out), exit
}

func TestVariablesReachTheCommand(t *testing.T) {
	skipWithoutBash(t) // and so perhaps without sh
	command, arguments := stubCommand(t)
	_, exit := runTemplate(t, t.TempDir(), command, map[string]string{
		"CONTRACT_FILES":        "a b.har\n-c.har\n",
		"CONTRACT_BASE_URL":     "https://a.example/do\nhttps://b.example",
		"CONTRACT_HOST":         "c.example",
		"CONTRACT_FAIL_ON":      "drift",
		"CONTRACT_BASELINE":     "known ones.yaml",
		"CONTRACT_SPEC":         "-spec.yaml",
		"CONTRACT_OPERATIONS":   "images_list,images_get",
		"CONTRACT_MIN_COVERAGE": "80",
		"CONTRACT_FLAGS":        "--strict-baseline\n--fail-on-skip",
	})
	assert.Equal(t, 137, exit)
	assert.Equal(t, []string{
		"verify", "-o", "contract.html", "-o", "contract.xml",
		"--fail-on=drift", "--baseline=known ones.yaml", "--spec=-spec.yaml", "--operations=images_list,images_get",
		"--min-coverage=80", "--base-url=https://a.example/do", "--base-url=https://b.example", "--host=c.example",
		"--strict-baseline", "--fail-on-skip",
		"--", "a b.har", "-c.har", "",
	}, strings.Split(readText(t, arguments), "\n"))
}

// The script of the job runs as in a pipeline of others.
func testTemplateInAPipeline(t *testing.T, built actionRun) {
	junit := readTemplate(t).Artifacts.Reports["junit"]
	for name, test := range map[string]struct {
		variables map[string]string
		exit      int
		junit     string
		log       string
	}{
		"clean": {
			variables: map[string]string{"CONTRACT_FILES": "with*.har\n-dash.har\n$(touch own).har"},
			log:       "3 exchanges checked",
			junit:     "<testsuite",
		},
		"a breaking finding": {
			variables: map[string]string{"CONTRACT_FILES": "breaking.har"},
			exit:      1,
			log:       "missing-field",
			junit:     "missing-field",
		},
		"an accepted finding": {
			variables: map[string]string{"CONTRACT_FILES": "breaking.har", "CONTRACT_BASELINE": "known ones.yaml"},
			log:       "1 accepted",
			junit:     "<testsuite",
		},
		"drift that is to fail": {
			variables: map[string]string{"CONTRACT_FILES": "drift.har", "CONTRACT_FAIL_ON": "drift"},
			exit:      1,
			junit:     "unknown-enum-value",
		},
		"empty variables": {
			variables: map[string]string{"CONTRACT_FILES": "drift.har", "CONTRACT_FAIL_ON": ""},
			junit:     "<testsuite",
		},
		"other hosts": {
			variables: map[string]string{"CONTRACT_FILES": "host.har", "CONTRACT_HOST": "a.example.com\ngateway.example.com"},
			log:       "1 exchange checked",
			junit:     "<testsuite",
		},
		"a missing file": {
			variables: map[string]string{"CONTRACT_FILES": "missing-*.har"},
			exit:      2,
			log:       "missing-*.har: no such file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.CopyFS(folder, os.DirFS(built.workspace)))
			log, exit := runTemplate(t, folder, built.command(), test.variables)
			assert.Equal(t, test.exit, exit, log)
			assert.Contains(t, log, test.log)
			assert.NoFileExists(t, filepath.Join(folder, "own"))
			if test.exit < 2 {
				assert.Contains(t, readText(t, filepath.Join(folder, junit)), test.junit)
				assert.FileExists(t, filepath.Join(folder, "contract.html"))
			}
		})
	}
}

// make module fills in what names the repository of a module on GitHub, and its path everywhere.
func TestRenamedModuleIsInTheTemplates(t *testing.T) {
	const readme = "../.github/actions/contract/README.md"
	for name, test := range map[string]struct{ module, want string }{
		"on GitHub": {
			module: "github.com/you/images",
			want:   "you/images",
		},
		"of another major version": {
			module: "github.com/you/images/v2",
			want:   "you/images",
		},
		"elsewhere": {
			module: "git.example.org/images",
			want:   "OWNER/REPO",
		},
	} {
		t.Run(name, func(t *testing.T) {
			skipWithoutBash(t)
			clone := t.TempDir()
			for _, file := range []string{"../go.mod", "../README.md", "../tools.go", "../.ci/rename-module", readme, templateFile} {
				copied := filepath.Join(clone, strings.TrimPrefix(file, "../"))
				require.NoError(t, os.MkdirAll(filepath.Dir(copied), 0o700))
				require.NoError(t, os.WriteFile(copied, []byte(readText(t, file)), 0o700))
			}
			runIn(t, clone, nil, "git", "init", "-q")
			runIn(t, clone, nil, "git", "add", ".")
			runIn(t, clone, nil, "bash", ".ci/rename-module", test.module)
			renamed := readText(t, filepath.Join(clone, ".gitlab/contract.yml"))
			assert.Contains(t, renamed, `go install "`+test.module+`/contracttest/cmd/contract@$CONTRACT_VERSION"`)
			assert.Contains(t, renamed, "/"+test.want+"/v")
			assert.Contains(t, readText(t, filepath.Join(clone, ".github/actions/contract/README.md")), "uses: "+test.want+"/.github/actions/contract@v")
		})
	}
}
