//go:build tools

// Package doctl pins doctl, DigitalOcean's command-line client, which the tests build from here. It is a module of its
// own, so that doctl is built with the versions that it requires. "go install doctl@…" would need the list of its
// versions, which not every module proxy has.
package doctl

import _ "github.com/digitalocean/doctl/cmd/doctl"
