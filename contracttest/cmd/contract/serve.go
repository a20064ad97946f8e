package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
)

// serveOptions are the flags of contract serve.
type serveOptions struct {
	addr        string
	token       string
	images      int
	seed        uint64
	importTime  time.Duration
	actionTime  time.Duration
	noRateLimit bool
	listFailed  bool
	baseURL     string
	faults      []string // as fakeapi.ParseFault reads them
	control     bool
	examples    bool
}

func serveCommand(p process) *cobra.Command {
	var options serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the fake API, for clients in any language",
		Long: `Serves the fake images API until it is interrupted. It prints its address first, and logs each request
without its token. The fake keeps everything in memory, and is no evidence of how the API behaves. Links in
its lists lead to the host that a request names, or to --base-url.

With --control, requests under /_fake/ change its faults, list what it was sent, and reset it to its start. With
--examples it has the images, actions and transfers of the contract's examples, for tools that send those: each
request meets them as they were at the start, whatever others did.

A fault is written operation:effect,choice…, such as images_list:status=500,page=3,count=1 or
*:delay=2s,probability=0.1. The operation * stands for every one.

Effects:

` + fakeapi.Effects() + `
Choices: page=N, after=N, count=N, probability=P, seed=N.

N is a number, D a time such as 2s, T a media type, P a probability from 0 to 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), p, options) },
	}
	flags := cmd.Flags()
	flags.StringVar(&options.addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 is any free one")
	flags.StringVar(&options.token, "token", fakeapi.Token, "the token that the fake accepts")
	flags.IntVar(&options.images, "images", 60, fmt.Sprintf("how many images the fake has, at most %d", maxImages))
	flags.Uint64Var(&options.seed, "seed", 1, "a number that chooses these images")
	flags.DurationVar(&options.importTime, "import-time", 5*time.Second, "how long an import takes")
	flags.DurationVar(&options.actionTime, "action-time", 5*time.Second, "how long a transfer or conversion takes")
	flags.BoolVar(&options.noRateLimit, "no-rate-limit", false, "accept any number of requests")
	flags.BoolVar(&options.listFailed, "list-failed-imports", false, "keep images whose import failed in the lists")
	flags.StringVar(&options.baseURL, "base-url", "", "where clients find the fake, such as behind a proxy, for links")
	flags.BoolVar(&options.control, "control", false, "serve /_fake/, which controls the fake, to whoever reaches it")
	flags.BoolVar(&options.examples, "examples", false,
		"serve what the examples of the contract name; without --control and --fault")
	flags.StringArrayVar(&options.faults, "fault", nil, "something that goes wrong; may be given several times")
	return cmd
}

// maxImages is how many images a fake has at most. It holds the ids of them all: some 80 MB.
const maxImages = 10_000_000

// runServe serves a fake. There is no report: what a client sends is checked by putting contract proxy before it.
func runServe(ctx context.Context, p process, options serveOptions) error {
	fake, err := fakeHandler(options)
	if err != nil {
		return err
	}
	listener, err := listen(options.addr)
	if err != nil {
		return err
	}
	if !isLocal(listener) {
		fmt.Fprintf(p.stderr, "warning: the fake listens on %s: others reach it, too\n", listener.Addr())
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, nil))
	return serve(ctx, p, listener, withDocument(withLog(fake, options.token, logger)))
}

// fakeHandler returns the fake that the options describe, with what stands before it.
func fakeHandler(options serveOptions) (http.Handler, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	settings, err := options.settings()
	if err != nil {
		return nil, err
	}
	switch {
	case options.examples:
		return newExamples(options.token, settings)
	case options.control:
		return newControl(settings), nil
	}
	return fakeapi.New(settings...), nil
}

// settings returns the options of the fake.
func (o serveOptions) settings() ([]fakeapi.Option, error) {
	settings := []fakeapi.Option{
		fakeapi.WithAccounts(accountOf(o.token)),
		fakeapi.WithCatalogue(o.images, o.seed),
		fakeapi.WithImportTime(o.importTime),
		fakeapi.WithActionTime(o.actionTime),
	}
	if o.noRateLimit {
		settings = append(settings, fakeapi.WithRateLimit(0, 0))
	}
	if o.listFailed {
		settings = append(settings, fakeapi.WithFailedImportsListed())
	}
	if o.baseURL != "" {
		settings = append(settings, fakeapi.WithBaseURL(o.baseURL))
	}
	for _, text := range o.faults {
		fault, err := fakeapi.ParseFault(text)
		if err != nil {
			return nil, fmt.Errorf("%w%s", err, meantOfFault(text))
		}
		settings = append(settings, fakeapi.WithFaults(fault))
	}
	return settings, nil
}

// meantOfFault says which operation a fault was probably meant for, if it names one that there is not.
func meantOfFault(text string) string {
	operation, _, _ := strings.Cut(text, ":")
	contract, err := check.Load(openapi.Document())
	if err != nil || slices.Contains(contract.Operations(), operation) {
		return ""
	}
	return didYouMean("", operation, contract.Operations())
}

// validate returns an error for values that make no sense, which the fake itself does not check.
func (o serveOptions) validate() error {
	switch {
	case o.token == "":
		return errors.New("--token: it cannot be empty")
	case o.images < 0 || o.images > maxImages:
		return fmt.Errorf("--images %d: it is not from 0 to %d", o.images, maxImages)
	case o.importTime < 0:
		return fmt.Errorf("--import-time %s: it cannot be negative", o.importTime)
	case o.actionTime < 0:
		return fmt.Errorf("--action-time %s: it cannot be negative", o.actionTime)
	case o.examples && (o.control || len(o.faults) > 0):
		return errors.New("--examples: it takes neither --control nor --fault, since every request meets a new fake")
	}
	if base, err := url.Parse(o.baseURL); o.baseURL != "" && (err != nil || base.Host == "") {
		return fmt.Errorf("--base-url %s: it is not an absolute URL", o.baseURL)
	}
	return nil
}
