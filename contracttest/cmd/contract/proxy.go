package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// proxyOptions are the flags of contract proxy.
type proxyOptions struct {
	output outputOptions
	target string
	addr   string
	fail   bool
}

func proxyCommand(p process) *cobra.Command {
	var options proxyOptions
	cmd := &cobra.Command{
		Use:   "proxy --target URL",
		Short: "Pass requests on to an API, and check every exchange",
		Long: `Listens on a loopback address, which it prints first. It passes each request on to the target and checks
the exchange, for clients in any language. Requests to paths other than /v2/images pass unchecked.

Findings are logged when they are found. The report follows when the proxy is interrupted. With --fail, a
response with a finding of --fail-on or worse is replaced by a 502 that lists the findings. Drift in a
request that the target accepted replaces nothing: its response is the one that the client needs.

The exit codes are those of contract verify.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runProxy(cmd.Context(), p, options) },
	}
	options.output.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&options.target, "target", "", "the API to pass requests on to, such as "+openapi.BaseURL)
	flags.StringVar(&options.addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 is any free one")
	flags.BoolVar(&options.fail, "fail", false,
		"replace a response with a finding of --fail-on or worse by a 502 with the findings")
	_ = cmd.MarkFlagRequired("target")
	return cmd
}

// runProxy serves the gateway until it is interrupted, and then writes the report of what passed through it.
func runProxy(ctx context.Context, p process, options proxyOptions) error {
	o, err := newOutput(ctx, p, options.output)
	if err != nil {
		return err
	}
	target, err := parseTarget(options.target)
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	// Whoever reaches the proxy can use it to reach the target: only programs of this machine may.
	if host, _, err := net.SplitHostPort(options.addr); err != nil || !traffic.IsLoopback(host) {
		return fmt.Errorf("--addr %s: the proxy listens only on loopback addresses, such as 127.0.0.1:0", options.addr)
	}
	r, err := newReport(ctx, "", o)
	if err != nil {
		return err
	}
	listener, err := listen(options.addr)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, nil))
	g := newGateway(target, r, logger, options.fail)
	g.progress = newProgress(p)
	return serveGateway(ctx, o, listener, g)
}

// serveGateway serves a gateway until ctx ends or serving fails. Either way it then writes the report of what passed
// through, which nothing could bring back. An error of serving or writing outranks errFindings, which says of a run
// that it came to its end.
func serveGateway(ctx context.Context, o output, listener net.Listener, g *gateway) error {
	err := serve(ctx, o.process, listener, g)
	g.mu.Lock() // a request that did not end in time may still be checked
	defer g.mu.Unlock()
	g.progress.clear()
	err = errors.Join(err, o.write(g.report))
	verdict := o.verdict(g.report) // which prints why
	if err != nil {
		return err
	}
	return verdict
}

// parseTarget returns the address of the target. Over plain http, a token can only go to this machine.
func parseTarget(address string) (*url.URL, error) {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" { // err quotes the address, which may have a token in it
		return nil, errors.New("it must be a URL with a host, such as " + openapi.BaseURL)
	}
	if target.User != nil {
		return nil, errors.New("it must be a URL without credentials")
	}
	// Either would be lost, or be added to every request.
	if target.RawQuery != "" || target.ForceQuery || target.Fragment != "" {
		return nil, errors.New("it must be a URL without a query and without a fragment")
	}
	if target.Scheme != "https" && (target.Scheme != "http" || !traffic.IsLoopback(target.Hostname())) {
		return nil, errors.New("it must begin with https://, or with http:// and a loopback host")
	}
	return target, nil
}
