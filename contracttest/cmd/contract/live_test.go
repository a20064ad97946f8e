package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withToken is an environment with the canary as the token.
var withToken = []string{tokenVariable + "=" + canary}

func TestLiveOnTheEmbeddedFake(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, withToken, "live", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "45 cases: 43 passed, 0 failed, 2 skipped")
	assert.NotContains(t, out, canary)
	assert.Regexp(t, `(?m)^images_get .* 1 +1 +1 +\d+/\d+$`, out, "429, 500 and default come from the recording")
}

func TestLiveReadsOnlyUnlessAskedTo(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	exit, out := execute(t, withToken, "live", "--base-url", s.url)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "45 cases: 38 passed, 0 failed, 7 skipped")
	assert.Contains(t, out, "skip lifecycle: it writes, which the target does not allow")
	assert.NotContains(t, s.log.String(), "method=POST path=/v2/images status=202")
}

func TestLiveFails(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--fault", "images_list:total=1")
	exit, out := execute(t, withToken, "live", "--base-url", s.url)
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "FAIL walk-pages-of-200")
	assert.NotContains(t, out+s.log.String(), canary)
}

// A service's own baseline accepts what its gateway adds.
func TestLiveWithABaseline(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--fault", "images_get:extra-field")
	args := []string{"live", "--base-url", s.url, "--fail-on", "drift"}
	exit, out := execute(t, withToken, args...)
	assert.Equal(t, 1, exit, out)
	baseline := filepath.Join(t.TempDir(), "known.yaml")
	require.NoError(t, os.WriteFile(baseline, []byte(`findings:
  - {check: undocumented-field, operation: images_get, pointer: /image/undocumented, reason: Our gateway adds it., source: us}
  - {check: undocumented-field, operation: images_get, pointer: /undocumented, reason: Our gateway adds it., source: us}
  - {check: undocumented-field, operation: images_list, reason: It never comes., source: us}
`), 0o600))
	exit, out = execute(t, withToken, append(args, "--baseline", baseline)...)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "Our gateway adds it.")
	assert.Contains(t, out, "advice: entry 3 of the baseline (undocumented-field images_list")
	assert.NotContains(t, out, "entry 1 of the baseline (unknown-enum-value", "the embedded entries are not the service's affair")
	for text, want := range map[string]string{
		"findings: [{check: typo, reason: a, source: b}]": `there is no check "typo"`,
		"-": "known.yaml",
	} {
		require.NoError(t, os.WriteFile(baseline, []byte(text), 0o600))
		exit, out = execute(t, withToken, append(args, "--baseline", baseline)...)
		assert.Equal(t, 2, exit, out)
		assert.Contains(t, out, want)
	}
}

func TestLiveKeepsItsBudget(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	exit, out := execute(t, withToken, "live", "--base-url", s.url, "--write", "--budget", "90")
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "the request budget is used up")
	assert.Regexp(t, `45 cases: \d+ passed, 0 failed, \d+ skipped, \d+ not run; 84 requests`, out, "one tried the token, and five were kept")
	assert.LessOrEqual(t, strings.Count(s.log.String(), "msg=request"), 90)
	_, body := s.get(t, "/v2/images?private=true&per_page=200", canary)
	assert.NotContains(t, body, "doimages-contract-")
}

func TestLiveList(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "live", "--list")
	assert.Equal(t, 0, exit, out)
	assert.Regexp(t, `(?m)^no-token +false +Sends every operation without a token\.$`, out)
	assert.Regexp(t, `(?m)^lifecycle +true +Creates an image, `, out)
}

func TestLiveRefuses(t *testing.T) {
	t.Parallel()
	files := verifyFiles(t)
	for _, test := range []struct {
		env  []string
		args []string
		want string
	}{
		{args: []string{"--base-url", "https://api.digitalocean.com"}, want: "set DIGITALOCEAN_TOKEN to a token"},
		{env: withToken, args: []string{"--base-url", "http://api.example.com"}, want: "plain http"},
		{env: withToken, args: []string{"--base-url", "api.example.com"}, want: "must begin with https://"},
		{env: withToken, args: []string{"--timeout", "long"}, want: "--timeout long: it is not a time such as 30s or 2h"},
		{env: withToken, args: []string{"--budget", "0"}, want: `--budget 0: it must be a number, and at least 1`},
		{env: withToken, args: []string{"missing.cassette.yaml"}, want: "missing.cassette.yaml"},
		{args: []string{"missing.har"}, want: "missing.har"},
		{args: []string{files + "a.cassette.yaml"}, want: "a.provenance.yaml"},
	} {
		exit, out := execute(t, test.env, append([]string{"live"}, test.args...)...)
		assert.Equal(t, 2, exit, out)
		assert.Contains(t, out, test.want)
		assert.NotContains(t, out, canary)
	}
}

// Whoever interrupts a run that writes does not have to clean up after it.
func TestLiveInterruptedRemovesWhatItMade(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--import-time", "1h")
	live := exec.Command(contract, "live", "--base-url", s.url, "--write")
	live.Env = append(os.Environ(), withToken...)
	require.NoError(t, live.Start())
	require.Eventually(t, func() bool {
		return strings.Contains(s.log.String(), "method=POST path=/v2/images status=202")
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, live.Process.Signal(os.Interrupt))
	assert.Equal(t, 1, exitCode(live.Wait()))
	assert.Eventually(t, func() bool {
		return strings.Contains(s.log.String(), "method=DELETE")
	}, time.Minute, 10*time.Millisecond)
	_, body := s.get(t, "/v2/images?private=true&per_page=200", canary)
	assert.NotContains(t, body, "doimages-contract-")
	assert.Equal(t, 1, strings.Count(s.log.String(), "method=POST path=/v2/images status=202"), "and no other is made")
}

// A run whose time is up cannot be made, and makes nothing.
func TestLiveWithoutTime(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	exit, out := execute(t, withToken, "live", "--base-url", s.url, "--write", "--timeout", "1ns")
	assert.Equal(t, 2, exit)
	assert.Contains(t, out, "not sent: context deadline exceeded")
	assert.NotContains(t, s.log.String(), "method=")
}
