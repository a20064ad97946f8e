package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// proxyOptions are the flags of contract proxy.
type proxyOptions struct {
	output   outputOptions
	target   string
	insecure bool // whether the target may be asked over plain http
	addr     string
	fail     bool
	record   string // a file; none if empty
	force    bool   // whether that file may be replaced
}

func proxyCommand(p process) *cobra.Command {
	var options proxyOptions
	cmd := &cobra.Command{
		Use:   "proxy --target URL",
		Short: "Pass requests on to an API, and check every exchange",
		Long: `Listens on an address of this machine, which it prints first. It passes each request on to the target and
checks the exchange, for clients in any language. Requests to paths other than /v2/images pass unchecked. The
links in a list, and in the headers Location and Link, lead back to the proxy, so that a client that follows
them keeps using it. The rest of the body is as the target sent it, and the check sees the links as they were.

With --record, the exchanges that are checked are also written to a go-vcr cassette when the proxy ends, by an
interrupt as well, with their provenance beside it. As in contract record, tokens and e-mail addresses are
removed and only harmless headers are kept. The cassette is written whole or not at all. It holds at most
32 MiB, which the proxy has in memory until then. What would be more passes unrecorded, and the log and the
provenance say so.

Findings are logged when they are found, as warnings unless --baseline accepts them. The report follows when
the proxy is interrupted. With --fail, a response with a finding of --fail-on or worse is replaced by a 502
that lists the findings. Drift in a request that the target accepted replaces nothing: its response is the
one that the client needs.

The exit code is 0 if nothing of the severity --fail-on was found. It is 1 if something was, if nothing was
checked, or by --min-coverage or --strict-baseline. It is 2 if a file, a flag or the address cannot be used, or
if the target responded to none of the requests to the images API.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runProxy(cmd.Context(), p, options) },
	}
	options.output.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&options.target, "target", "", "the API to pass requests on to, such as "+openapi.BaseURL)
	flags.BoolVar(&options.insecure, "insecure-target", false,
		"allow a target over plain http in a private network, where others may read the token")
	flags.StringVar(&options.addr, "addr", "127.0.0.1:0",
		"the address to listen on, with its host; port 0 is any free one")
	flags.StringVar(&options.record, "record", "", "also write the exchanges to this cassette: FILE.cassette.yaml")
	flags.BoolVar(&options.force, "force", false, "replace the cassette of an earlier run")
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
	target, err := parseTarget(options.target, options.insecure)
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	if options.force && options.record == "" {
		return errors.New("--force: there is no --record whose file it could replace")
	}
	if err := checkAddr(options.addr); err != nil {
		return err
	}
	r, err := newReport(ctx, "", o)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(p.stderr, nil))
	g := newGateway(target, r, logger, options.fail)
	if options.record != "" {
		if g.recorder, err = newProxyRecorder(options, target); err != nil {
			return fmt.Errorf("--record: %w", err)
		}
	}
	listener, err := listen(options.addr)
	if err != nil {
		return err
	}
	if !isLocal(listener) {
		fmt.Fprintf(p.stderr, "warning: the proxy listens on %s: whoever reaches it can send requests to the target, "+
			"and tokens travel to it over plain http\n", listener.Addr())
	}
	g.progress = newProgress(p)
	return serveGateway(ctx, o, listener, g)
}

// newProxyRecorder returns a recorder for --record.
func newProxyRecorder(options proxyOptions, target traffic.Base) (*recording.Recorder, error) {
	if !options.force {
		if _, err := os.Lstat(options.record); err == nil {
			return nil, fmt.Errorf("%s is there already; --force replaces it", options.record)
		}
		if _, err := recording.ReadProvenance(options.record); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("a provenance of %s is there already; --force replaces it", options.record)
		}
	}
	return recording.NewRecorder(http.DefaultTransport, options.record, recording.WithBase(target))
}

// serveGateway serves a gateway until ctx ends or serving fails. Either way it then writes the report of what passed
// through, which nothing could bring back. An error of serving or writing outranks errFindings, which says of a run
// that it came to its end.
func serveGateway(ctx context.Context, o output, listener net.Listener, g *gateway) error {
	err := serve(ctx, o.process, listener, g)
	g.mu.Lock() // a request that did not end in time may still be checked
	defer g.mu.Unlock()
	g.progress.clear()
	g.judgeTarget()
	err = errors.Join(err, o.write(g.report), writeProxyRecording(o.process, g.recorder))
	verdict := o.verdict(g.report) // which prints why
	if err != nil {
		return err
	}
	return verdict
}

// writeProxyRecording writes the cassette of --record, if there is to be one. A run in which nothing was recorded has
// nothing to write, which the verdict is about.
func writeProxyRecording(p process, recorder *recording.Recorder) error {
	if recorder == nil {
		return nil
	}
	err := recorder.Close()
	if err == nil {
		fmt.Fprintf(p.stderr, "%s recorded\n", plural.Of(recorder.Len(), "exchange"))
	}
	if errors.Is(err, recording.ErrNothingRecorded) {
		fmt.Fprintln(p.stderr, err)
		return nil
	}
	return err
}

// checkAddr returns an error for an address that does not name a host. Whoever reaches the proxy can use it to reach
// the target, so more than this machine has to be asked for.
func checkAddr(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || host == "" {
		return fmt.Errorf("--addr %s: write host and port, such as 127.0.0.1:0 for this machine only, "+
			"or 0.0.0.0:8080 for others too", addr)
	}
	return nil
}

// parseTarget returns the address of the target. Over plain http, a token can only go to this machine, or, where that
// is asked for, to a host of a private network.
func parseTarget(address string, insecure bool) (traffic.Base, error) {
	target, err := parseBase(address)
	if err != nil {
		return target, err
	}
	u := target.URL()
	host := u.Hostname()
	switch {
	case u.Scheme == "https" || traffic.IsLoopback(host):
		return target, nil
	case !isPrivateHost(host):
		return traffic.Base{}, fmt.Errorf("plain http to %s would expose the token; write https://", host)
	case !insecure:
		return traffic.Base{}, fmt.Errorf("plain http to %s would expose the token; "+
			"--insecure-target allows it in a private network", host)
	}
	return target, nil
}
