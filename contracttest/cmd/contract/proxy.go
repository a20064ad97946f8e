package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// maxProxied bounds the bodies that the proxy holds.
const maxProxied = 32 << 20

func proxyCommand() *cobra.Command {
	var o output
	var addr, target string
	var fail bool
	cmd := &cobra.Command{
		Use:   "proxy --target URL",
		Short: "Pass requests on to an API, and check every exchange",
		Long: `Listens on a loopback address, which it prints first, passes each request on to the target and checks the exchange, for
clients in any language. Findings are logged as they come; the report follows when the proxy is interrupted. With --fail
a response with a finding of --fail-on or worse is replaced by a 502 that lists the findings. Requests to other paths
than /v2/images pass unchecked. The exit code is that of contract verify.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			failOn, err := o.check()
			if err != nil {
				return err
			}
			to, err := url.Parse(target)
			if err != nil || to.Host == "" || to.User != nil || to.Scheme != "https" && (to.Scheme != "http" || !loopback(to.Hostname())) {
				return errors.New("--target: it must be a URL that begins with https:// and a host, or http:// and a loopback host, without credentials")
			}
			host, _, err := net.SplitHostPort(addr)
			if err != nil || !loopback(host) {
				return fmt.Errorf("--addr %s: the proxy listens on loopback addresses alone, such as 127.0.0.1:0", addr)
			}
			contract, err := check.Load(openapi.Document())
			if err != nil {
				return err
			}
			embedded, err := check.LoadBaseline(openapi.Baseline())
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", addr)
			if err != nil {
				return fmt.Errorf("--addr %s: %w", addr, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "http://%s\n", listener.Addr())
			p := &proxy{report: report.New(contract, o.baseline, embedded), fail: fail, log: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))}
			p.report.FailOn = failOn
			if err := serve(cmd.Context(), listener, p.handler(to)); err != nil {
				return err
			}
			p.mu.Lock() // of an exchange that is still being judged
			defer p.mu.Unlock()
			if err := o.write(cmd.OutOrStdout(), p.report); err != nil {
				return err
			}
			return o.verdict(cmd.ErrOrStderr(), p.report)
		},
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&target, "target", "", "the API to pass requests on to, such as https://api.digitalocean.com")
	flags.StringVar(&addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 is any free one")
	flags.BoolVar(&fail, "fail", false, "answer 502 with the findings instead of a response with a finding of --fail-on or worse")
	_ = cmd.MarkFlagRequired("target")
	return cmd
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

type proxy struct {
	fail bool
	log  *slog.Logger

	mu     sync.Mutex
	report *report.Report
	number int
}

func (p *proxy) handler(target *url.URL) http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Accept-Encoding") // so that the transport decodes what it asked for itself
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), // it quotes what the target sent
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			// net/http quotes what the target sent, which may be the token.
			p.log.Error("the target did not answer, or not in a way that can be passed on", "error", withoutToken(err.Error(), r))
			answer(w, gatewayError{ID: "bad_gateway", Message: "the target of the contract proxy did not answer, or not in a way that can be passed on"})
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !traffic.IsImagesAPI(traffic.Exchange{Method: r.Method, URL: &url.URL{Host: "localhost", Path: r.URL.Path}}) {
			reverse.ServeHTTP(w, r)
			return
		}
		sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxProxied))
		if err != nil {
			http.Error(w, "the body of the request is too large or broke off", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
		checking := *reverse
		began := time.Now()
		checking.ModifyResponse = func(resp *http.Response) error { return p.check(r, sent, resp, began) }
		checking.ServeHTTP(w, r)
	})
}

type gatewayError struct {
	ID       string   `json:"id"`
	Message  string   `json:"message"`
	Findings []string `json:"findings,omitempty"`
}

func answer(w http.ResponseWriter, e gatewayError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadGateway)
	_ = json.NewEncoder(w).Encode(e)
}

// check judges an exchange, and replaces a response that breaks the contract where that is asked for.
func (p *proxy) check(r *http.Request, sent []byte, resp *http.Response, began time.Time) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProxied+1))
	_ = resp.Body.Close()
	if err != nil && r.Context().Err() != nil {
		return err // the client has gone, which says nothing of the target
	}
	header := resp.Header.Clone()
	if len(body) > maxProxied {
		header.Del("Content-Length") // it is cut off here, not by the target
	}
	asked := *r.URL
	asked.Scheme, asked.Host = resp.Request.URL.Scheme, resp.Request.URL.Host // which links may lead to
	p.mu.Lock()
	p.number++
	findings := p.report.Add(traffic.Exchange{
		Source: "exchange#" + strconv.Itoa(p.number), Method: r.Method, URL: &asked, RequestHeader: r.Header, RequestBody: sent,
		Status: resp.StatusCode, Header: header, Body: body, Truncated: err != nil, Began: began, Ended: time.Now(),
	})
	p.mu.Unlock()

	var broken []string
	for _, finding := range findings {
		p.log.Warn("finding", "severity", finding.Severity, "what", finding.String())
		if finding.Severity == check.Breaking || finding.Severity == p.report.FailOn {
			broken = append(broken, finding.String())
		}
	}
	if err != nil {
		return err // a body that broke off cannot be passed on, and has been told of
	}
	if p.fail && len(broken) > 0 {
		text, err := json.Marshal(gatewayError{ID: "contract_broken", Message: "the response of the target breaks the contract", Findings: broken})
		if err != nil {
			return err
		}
		body = text
		resp.StatusCode, resp.Status = http.StatusBadGateway, "502 Bad Gateway"
		resp.Header = http.Header{"Content-Type": {"application/json"}}
	}
	if len(body) > maxProxied {
		return fmt.Errorf("the response is larger than %d MiB", maxProxied>>20)
	}
	if resp.StatusCode != http.StatusNoContent && r.Method != http.MethodHead {
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		resp.ContentLength = int64(len(body))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
