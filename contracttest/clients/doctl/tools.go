//go:build tools

// Package doctl pins the command-line client, which is built from here: go install wants a list of its versions, which
// not every module proxy has.
package doctl

import _ "github.com/digitalocean/doctl/cmd/doctl"
