package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a baseline accepts is no warning in the log of a proxy: there can be one in every request.
func TestProxyLogsWhatIsAccepted(t *testing.T) {
	t.Parallel()
	baseline := filepath.Join(t.TempDir(), "known.yaml")
	require.NoError(t, os.WriteFile(baseline,
		[]byte("findings: [{check: undocumented-field, pointer: /image/undocumented, reason: Our gateway adds it., source: us}]"), 0o600))
	api := startServer(t, "--fault", "images_get:extra-field")
	p := startProxy(t, "--target", api.url, "--baseline", baseline)
	status, _ := p.get(t, "/v2/images/6000000?sort=name", canary)
	require.Equal(t, 200, status)
	p.stop()
	assert.Regexp(t, `level=INFO msg=finding severity=accepted .*\(accepted: Our gateway adds it\.\)`, p.log.String())
	assert.NotRegexp(t, "level=WARN .*accepted", p.log.String())
	assert.Regexp(t, `level=WARN msg=finding severity=drift .*undocumented-parameter`, p.log.String())
}
