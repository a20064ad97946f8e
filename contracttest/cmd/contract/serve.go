package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/fakeapi"
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
	faults      []string // as fakeapi.ParseFault reads them
}

func serveCommand(p process) *cobra.Command {
	var options serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the fake API, for clients in any language",
		Long: `Serves the fake images API until it is interrupted. It prints its address first, and logs each request
without its token. The fake keeps everything in memory, and is no evidence of how the API behaves.

A fault is written operation:effect,choice…, such as images_list:status=500,page=3,count=1 or
*:delay=2s,probability=0.1. The operation * stands for every one.

Effects: ` + fakeapi.Effects() + `.

Choices: page=N, after=N, count=N, probability=P, seed=N.

N is a number, D a time such as 2s, T a media type, P a probability from 0 to 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), p, options) },
	}
	flags := cmd.Flags()
	flags.StringVar(&options.addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 is any free one")
	flags.StringVar(&options.token, "token", fakeapi.Token, "the token that the fake accepts")
	flags.IntVar(&options.images, "images", 60, "how many images the fake has")
	flags.Uint64Var(&options.seed, "seed", 1, "a number that chooses these images")
	flags.DurationVar(&options.importTime, "import-time", 5*time.Second, "how long an import takes")
	flags.DurationVar(&options.actionTime, "action-time", 5*time.Second, "how long a transfer or conversion takes")
	flags.BoolVar(&options.noRateLimit, "no-rate-limit", false, "accept any number of requests")
	flags.StringArrayVar(&options.faults, "fault", nil, "something that goes wrong; may be given several times")
	return cmd
}

// runServe serves a fake. There is no report: what a client sends is checked by putting contract proxy before it.
func runServe(ctx context.Context, p process, options serveOptions) error {
	fake, err := newFake(options)
	if err != nil {
		return err
	}
	listener, err := listen(options.addr)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, nil))
	return serve(ctx, p, listener, withDocument(withLog(fake, options.token, logger)))
}

// newFake returns the fake that the options describe.
func newFake(options serveOptions) (*fakeapi.API, error) {
	if err := options.validate(); err != nil {
		return nil, err
	}
	account := fakeapi.Account{
		Token: options.token,
		Email: "me@example.com",
		UUID:  "11111111-1111-4111-8111-111111111111",
	}
	settings := []fakeapi.Option{
		fakeapi.WithAccounts(account),
		fakeapi.WithCatalogue(options.images, options.seed),
		fakeapi.WithImportTime(options.importTime),
		fakeapi.WithActionTime(options.actionTime),
	}
	if options.noRateLimit {
		settings = append(settings, fakeapi.WithRateLimit(0, 0))
	}
	for _, text := range options.faults {
		fault, err := fakeapi.ParseFault(text)
		if err != nil {
			return nil, err
		}
		settings = append(settings, fakeapi.WithFaults(fault))
	}
	return fakeapi.New(settings...), nil
}

// validate returns an error for values that make no sense, which the fake itself does not check.
func (o serveOptions) validate() error {
	switch {
	case o.token == "":
		return errors.New("--token: it cannot be empty")
	case o.images < 0:
		return fmt.Errorf("--images %d: it cannot be negative", o.images)
	case o.importTime < 0:
		return fmt.Errorf("--import-time %s: it cannot be negative", o.importTime)
	case o.actionTime < 0:
		return fmt.Errorf("--action-time %s: it cannot be negative", o.actionTime)
	}
	return nil
}
