//go:build specmatic

package clients

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

const specmatic = "specmatic@2.55.1"

// TestSpecmatic has Specmatic send the examples of a document to the fake, and check what it responds.
func TestSpecmatic(t *testing.T) {
	need(t, specmatic, "java", "-version")
	dir := t.TempDir()
	npmInstall(t, dir, specmatic) // the package has the jar
	jar := filepath.Join(dir, "node_modules", "specmatic", "specmatic.jar")
	contract := buildContract(t)
	for _, document := range documents(t) {
		t.Run(document.name, func(t *testing.T) {
			fake := contract.start(t, "serve", "--examples")
			examples := t.TempDir()
			for _, e := range document.examples(t) {
				if e.unknown != "" { // which Specmatic refuses
					t.Logf("%s is skipped: the example of its response has %q, and the schema does not", e.name, e.unknown)
					continue
				}
				e.writeForSpecmatic(t, examples)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, "java", "-jar", jar, "test", "--strict", "--testBaseURL", fake.url,
				"--examples", examples, document.file)
			c.Dir = dir
			c.Env = append(os.Environ(), "HOME="+dir, "bearer_auth="+fakeapi.Token) // a variable of its scheme's name
			out, err := c.CombinedOutput()
			ran := regexp.MustCompile(`Tests run: ([1-9]\d*), Successes: (\d+), Failures: (\d+)`).FindSubmatch(out)
			require.NotNil(t, ran, "%v: %s", err, out)
			t.Logf("%s", ran[0])
			failures := reasons(out)
			assert.Subset(t, document.differs, failures, "%s", out)
			if len(failures) == 0 {
				assert.Equal(t, string(ran[1]), string(ran[2]), "%s", out)
			}
		})
	}
}

// reason is how Specmatic says why a test failed: a rule, the page and the summary of it, and what broke it.
var reason = regexp.MustCompile(`(?m)^ *(R\d+): .*\n.*\n.*\n *\n *(.+)$`)

// reasons returns each reason for which tests failed once.
func reasons(out []byte) []string {
	found := []string{}
	for _, match := range reason.FindAllSubmatch(out, -1) {
		found = append(found, string(match[1])+": "+strings.TrimSpace(string(match[2])))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// writeForSpecmatic writes an example to a file of a folder. The response says what a success has, and not its values.
func (e example) writeForSpecmatic(t *testing.T, dir string) {
	t.Helper()
	request := map[string]any{"method": e.method, "path": e.path}
	if e.query != nil {
		request["query"] = e.query
	}
	if e.body != nil {
		request["body"] = e.body
		request["headers"] = map[string]string{"Content-Type": "application/json"}
	}
	response := map[string]any{"status": e.status}
	if e.response != nil {
		response["body"] = e.response
		response["headers"] = map[string]string{"Content-Type": "application/json"}
	}
	text, err := json.Marshal(map[string]any{"http-request": request, "http-response": response})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, e.name+".json"), text, 0o600))
}
