package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

const tokenVariable = "DIGITALOCEAN_TOKEN"

// targetFlags are what live and record have in common.
func targetFlags(cmd *cobra.Command, target *contracttest.Target, timeout *time.Duration) {
	flags := cmd.Flags()
	flags.StringVar(&target.BaseURL, "base-url", "", `the API to run against, such as https://api.digitalocean.com (default: the embedded
fake, on which every case runs, whatever --write and --recipient say)`)
	flags.BoolVar(&target.Write, "write", false, "also create, change and delete images")
	flags.IntVar(&target.Budget, "budget", 200, "requests that the run may make")
	flags.StringVar(&target.ImageURL, "image-url", "", "the image that --write imports (default: a small Ubuntu)")
	flags.StringVar((*string)(&target.Region), "region", "nyc3", "the region that --write imports to")
	flags.StringVar(&target.Recipient, "recipient", "", `an e-mail address to which --write offers an image, and takes it back (default: that
case is skipped)`)
	flags.DurationVar(timeout, "timeout", 2*time.Hour, "how long the run may take")
}

// aim completes a target: where none is named it is a fake in this process, until stop is called.
func aim(target *contracttest.Target) (stop func(), err error) {
	if target.Budget < 1 {
		return nil, fmt.Errorf("--budget %d: it must be at least 1", target.Budget)
	}
	if target.BaseURL == "" {
		// Quick enough for a person to wait for. On a fake, writing harms nobody.
		fake := httptest.NewServer(fakeapi.New(fakeapi.WithImportTime(200*time.Millisecond), fakeapi.WithActionTime(200*time.Millisecond)))
		target.BaseURL, target.Token, target.Write, target.Recipient = fake.URL, fakeapi.Token, true, "alice@example.com"
		target.Wait = []wrapper.WaitOption{wrapper.WithInterval(50*time.Millisecond, time.Second)}
		return fake.Close, nil
	}
	if target.Token = os.Getenv(tokenVariable); target.Token == "" {
		return nil, fmt.Errorf("set %s to a token for %s", tokenVariable, target.BaseURL)
	}
	return func() {}, nil
}
