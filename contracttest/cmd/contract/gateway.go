package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// gateway passes requests on to a target, and checks those to the images API with their responses. Both are held in
// memory, up to traffic.MaxBody each, since a response is judged before it is passed on.
type gateway struct {
	reverse  *httputil.ReverseProxy
	target   traffic.Base
	log      *slog.Logger
	fail     bool                // whether a finding of report.FailOn or worse replaces the response
	recorder *recording.Recorder // nil if nothing is recorded
	warned   sync.Once           // that the recorder is full
	progress *progress           // nil for none

	mu     sync.Mutex
	report *report.Report
	number int // of the next exchange, as a recording counts them
	failed int // requests to the images API to which the target did not respond
}

func newGateway(target traffic.Base, r *report.Report, logger *slog.Logger, fail bool) *gateway {
	g := &gateway{
		target: target,
		log:    logger,
		fail:   fail,
		report: r,
	}
	g.reverse = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target.URL())
			r.Out.Header.Del("Accept-Encoding") // the proxy asks for what it decompresses
		},
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, 0), // it quotes what the target sends
		ErrorHandler: g.handleError,
	}
	return g
}

// ServeHTTP implements [http.Handler].
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// OPTIONS is what a browser sends ahead of a request. It is not for the API.
	if !traffic.IsImagesPath(r.URL.Path) || r.Method == http.MethodOptions {
		g.reverse.ServeHTTP(w, r)
		return
	}
	// Read here and not on the way, so that a client that sends too much, or not all, is not taken for a target that
	// fails.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, traffic.MaxBody))
	if err != nil {
		http.Error(w, "the request body is too large or truncated", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	checked := *g.reverse
	checked.Transport = checkingTransport{
		gateway: g,
		asked:   r.URL,
		links:   newLinkRewriter(g.target, r.Host),
	}
	checked.ServeHTTP(w, r)
}

// checkingTransport sends one request to the target, and checks the exchange.
type checkingTransport struct {
	gateway *gateway
	asked   *url.URL // what the client asked for; the target may have a path of its own before it
	links   linkRewriter
}

// RoundTrip implements [http.RoundTripper]. It returns an error for a response that must not be passed on: one that
// is truncated, too large or of another protocol, and with --fail a *brokenError for one that breaks the contract.
func (t checkingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, exchange, err := traffic.RoundTrip(t.gateway.transport(), withGzip(req))
	if err != nil {
		if req.Context().Err() == nil { // else the client has gone, or the proxy ends
			t.gateway.addFailed(requestLine(req, t.asked.Path))
		}
		return nil, err
	}
	t.gateway.warnOfFullRecording()
	err = t.judge(req, exchange)
	body := exchange.Body
	if err == nil {
		body, err = gunzip(resp, body)
	}
	if err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	t.links.rewrite(resp, body)
	return resp, nil
}

// transport returns what sends requests to the target.
func (g *gateway) transport() http.RoundTripper {
	if g.recorder != nil {
		return g.recorder
	}
	return http.DefaultTransport
}

// warnOfFullRecording logs that there is no room for more exchanges, when the first was left out.
func (g *gateway) warnOfFullRecording() {
	if g.recorder != nil && g.recorder.Full() {
		g.warned.Do(func() { g.log.Warn("the recording is full: exchanges pass that are checked and not recorded") })
	}
}

// judge adds an exchange to the report, and returns an error if its response must not be passed on.
func (t checkingTransport) judge(req *http.Request, exchange traffic.Exchange) error {
	// If the client has gone, the rest of the response was not read. That says nothing about the target.
	if exchange.Truncated && req.Context().Err() != nil {
		return req.Context().Err()
	}
	tooLarge := len(exchange.Body) > traffic.MaxBody
	if tooLarge {
		exchange.Header.Del("Content-Length") // the body was truncated here, and not by the target
	}
	exchange.URL, exchange.Prefix = onHost(req.URL, t.asked), t.gateway.target.URL().Path
	failing := t.gateway.add(exchange)
	switch {
	case exchange.Truncated:
		return errors.New("the response is truncated")
	case t.gateway.fail && len(failing) > 0:
		return &brokenError{findings: failing}
	case exchange.Status/100 == 1:
		return fmt.Errorf("the target responded with status %d", exchange.Status)
	case tooLarge:
		return errTooLarge
	}
	return nil
}

// onHost returns what was asked for, with the host of the target: links in the response may lead there.
func onHost(target, asked *url.URL) *url.URL {
	address := *asked
	address.Scheme, address.Host = target.Scheme, target.Host
	return &address
}

// maxLogged is how many findings of an exchange are logged, and how many a 502 lists. The report counts all.
const maxLogged = 50

// add adds an exchange to the report and logs what was found. It returns the findings of report.FailOn and worse for
// which a client must not get the response, as a 502 lists them.
func (g *gateway) add(exchange traffic.Exchange) (failing []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	exchange.Source = "exchange#" + strconv.Itoa(g.number)
	g.number++
	found := g.report.Add(exchange)
	g.progress.clear() // before what is logged
	slices.SortStableFunc(found, func(a, b check.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	for _, finding := range found[:min(maxLogged, len(found))] {
		g.logOf(finding)("finding", "severity", finding.Severity, "what", finding.String())
		if finding.Severity.AtLeast(g.report.FailOn) && !isHarmlessRequest(finding) {
			failing = append(failing, finding.String())
		}
	}
	if more := len(found) - maxLogged; more > 0 {
		g.logOf(found[maxLogged])("more findings", "exchange", exchange.Source, "count", more)
	}
	g.progress.set(fmt.Sprintf("%s, %s, %d breaking", plural.Of(g.report.Exchanges, "exchange"),
		plural.Of(g.report.CountAtLeast(check.Note), "finding"), g.report.CountAtLeast(check.Breaking)))
	return failing
}

// logOf returns what logs a finding. What a baseline accepts is no warning: there can be one in every exchange.
func (g *gateway) logOf(finding check.Finding) func(message string, args ...any) {
	if finding.Severity == check.Accepted {
		return g.log.Info
	}
	return g.log.Warn
}

// requestLine returns what names a request in a log and a report: its method and the path that was asked for, without
// secrets.
func requestLine(req *http.Request, path string) string {
	var secrets redact.Redactor
	secrets.Request(req.Header)
	return redact.Shorten(redact.Printable(secrets.Text(req.Method + " " + path)))
}

// addFailed counts a request to which the target did not respond. The log has it from handleError.
func (g *gateway) addFailed(request string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failed++
	g.report.AddSkipped(request, string(recording.NoResponse))
}

// judgeTarget makes it a problem if the target responded to nothing: it is then not the client that sent nothing. It is
// called at the end, with mu held.
func (g *gateway) judgeTarget() {
	target := g.target.URL() // of which the path may have a key in it
	if g.failed > 0 && g.report.Exchanges == 0 {
		g.report.AddProblem("target", fmt.Sprintf("%s gave no usable response to any of %s",
			shown(target.Scheme+"://"+target.Host), plural.Of(g.failed, "request")))
	}
}

// isHarmlessRequest reports whether a finding is about a request that the target accepted, and misleads no typed
// client: no other response would serve it better than that of the target.
func isHarmlessRequest(finding check.Finding) bool {
	return strings.HasPrefix(finding.In, "request") && finding.Severity != check.Breaking
}

// rank puts the worst findings first, so that the log has them.
func rank(f check.Finding) int { return slices.Index(check.Severities(), f.Severity) }

// brokenError says that a response breaks the contract, and how.
type brokenError struct{ findings []string }

func (e *brokenError) Error() string { return plural.Of(len(e.findings), "finding") }

// handleError writes the response to a request whose response cannot be passed on.
func (g *gateway) handleError(w http.ResponseWriter, r *http.Request, err error) {
	var broken *brokenError
	switch {
	case errors.As(err, &broken):
		writeGatewayError(w, gatewayError{
			ID:       "contract_broken",
			Message:  "the response of the target breaks the contract",
			Findings: broken.findings,
		})
	case r.Context().Err() != nil:
		g.log.Info("the client did not wait for the response, or the proxy ended first")
	default:
		var secrets redact.Redactor // net/http quotes what the target sent, which may be the token
		secrets.Request(r.Header)
		problem := redact.Shorten(redact.Printable(secrets.Text(err.Error())))
		asked := strings.TrimPrefix(r.URL.Path, g.target.URL().Path) // that of the target may have a key in it
		g.log.Error("the target sent no response that can be passed on",
			"request", requestLine(r, asked), "error", problem)
		writeGatewayError(w, gatewayError{
			ID:      "bad_gateway",
			Message: "the target of the contract proxy sent no response that can be passed on",
		})
	}
}

// gatewayError is the body of a 502, in the shape of an error of the API.
type gatewayError struct {
	ID       string   `json:"id"`
	Message  string   `json:"message"`
	Findings []string `json:"findings,omitempty"`
}

func writeGatewayError(w http.ResponseWriter, e gatewayError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadGateway)
	_ = json.NewEncoder(w).Encode(e) // a client that has gone misses nothing
}
