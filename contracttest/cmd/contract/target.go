package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// tokenVariable is the environment variable of the token. A flag would show it in the list of processes.
const tokenVariable = "DIGITALOCEAN_TOKEN"

// targetOptions are what live and record have in common: the API that the suite runs against.
type targetOptions struct {
	baseURL   string // the embedded fake if empty
	write     bool
	budget    int // of the caller; computed if 0
	imageURL  string
	region    string
	recipient string
	timeout   time.Duration
}

// addFlags adds the flags. There is none for the token: see tokenVariable.
func (o *targetOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.baseURL, "base-url", "",
		"the API to run against, such as "+openapi.BaseURL+" (default: the\n"+
			"embedded fake, on which every case runs, whatever --write and --recipient say)")
	flags.BoolVar(&o.write, "write", false, "also create, change and delete images")
	flags.Var(&budgetValue{budget: &o.budget}, "budget",
		"how many requests the run may send (default: what the number of images asks\nfor, 300 for few of them)")
	flags.StringVar(&o.imageURL, "image-url", "", "the image that --write imports (default: a small Ubuntu)")
	flags.StringVar(&o.region, "region", string(gen.RegionSlugNyc3), "the region that --write imports to")
	flags.StringVar(&o.recipient, "recipient", "",
		"the e-mail address of another account, to which --write offers an image and\n"+
			"then cancels the offer (default: that case is skipped)")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Hour, "how long the run may take")
}

// budgetValue is the value of --budget. Its zero is no budget of the caller's own, so that no caller can ask for it.
type budgetValue struct{ budget *int }

// String implements [pflag.Value].
func (v *budgetValue) String() string { return "" }

// Type implements [pflag.Value].
func (v *budgetValue) Type() string { return "int" }

// Set implements [pflag.Value].
func (v *budgetValue) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("it must be a number, and at least 1")
	}
	*v.budget = n
	return nil
}

// base returns where the target has the API: the zero value for the embedded fake.
func (o targetOptions) base() (traffic.Base, error) {
	if o.baseURL == "" {
		return traffic.Base{}, nil
	}
	base, err := parseBase(o.baseURL)
	if err != nil {
		return base, fmt.Errorf("--base-url: %w", err)
	}
	return base, nil
}

// resolveTarget returns the target that the options name. If they name none, it is a fake in this process, which runs
// until stop is called.
func resolveTarget(p process, o targetOptions) (target contracttest.Target, stop func(), err error) {
	target = contracttest.Target{
		BaseURL:   o.baseURL,
		Token:     p.getenv(tokenVariable),
		Write:     o.write,
		ImageURL:  o.imageURL,
		Region:    gen.RegionSlug(o.region),
		Recipient: o.recipient,
	}
	if o.baseURL == "" {
		fake := startFake()
		return onFake(target, fake.URL), fake.Close, nil
	}
	base, err := o.base()
	if err != nil {
		return target, nil, err
	}
	if target.Token == "" {
		return target, nil, fmt.Errorf("set %s to a token for %s", tokenVariable, base)
	}
	return target, func() {}, nil
}

// startFake serves a fake on a socket, so that a run shows what goes over the wire. Imports and actions take long
// enough that the suite has to wait for them.
func startFake() *httptest.Server {
	return httptest.NewServer(fakeapi.New(
		fakeapi.WithImportTime(100*time.Millisecond),
		fakeapi.WithActionTime(100*time.Millisecond),
	))
}

// onFake returns a target with a fake in the place of the API. Writing does no harm there, so every case runs. The
// caller's token is not sent to it.
func onFake(target contracttest.Target, address string) contracttest.Target {
	target.BaseURL = address
	target.Token = fakeapi.Token
	target.Write = true
	target.Recipient = "alice@example.com"
	target.Wait = []wrapper.WaitOption{wrapper.WithInterval(20*time.Millisecond, 100*time.Millisecond)}
	return target
}

// casesVerdict returns errFindings if a case failed.
func casesVerdict(results []contracttest.Result) error {
	for _, result := range results {
		if result.Err != nil {
			return errFindings
		}
	}
	return nil
}
