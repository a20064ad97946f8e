package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "live.cassette.yaml")
	exit, out := execute(t, nil, "record", "-o", file)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "exchanges recorded in "+file)
	exit, out = execute(t, nil, "verify", file)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "exchanges from: recording of another server than the API")
	for _, test := range []struct{ args, want string }{
		{"-o live.yaml", "ends in .cassette.yaml"},
		{"-o " + file + " --base-url https://api.digitalocean.com", "set DIGITALOCEAN_TOKEN"},
	} {
		exit, out := execute(t, []string{"DIGITALOCEAN_TOKEN="}, append([]string{"record"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
	}
}
