package contracttest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// session is what a case works with: a target, and two clients for it whose every exchange is checked.
type session struct {
	Target
	watch  *watcher
	client *wrapper.Client
	http   *http.Client // for requests that the wrapper would not send; over the same transport
	seen   string       // by the case that runs; see saw
}

// saw notes what the case that runs has seen, where that says more than that it passed.
func (s *session) saw(format string, args ...any) { s.seen = fmt.Sprintf(format, args...) }

// newSession returns a session whose exchanges are checked against the embedded contract.
func newSession(target Target) (*session, error) {
	r, err := report.Load(openapi.Document(), target.Baseline)
	if err != nil {
		return nil, err
	}
	r.FailOn, r.ShowBodies = target.FailOn, target.ShowBodies
	watch := &watcher{
		next:   target.Transport,
		token:  target.Token,
		budget: target.Budget,
		report: r,
	}
	if target.Write {
		watch.reserve = removalReserve
	}
	httpClient := &http.Client{
		Transport: watch,
		Timeout:   time.Minute,
		// A redirect is a result to judge. Following it could also take the token to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client, err := wrapper.NewClient(target.Token,
		wrapper.WithBaseURL(target.BaseURL),
		wrapper.WithHTTPClient(httpClient),
		// The suite shows what the API does. A second attempt, or a second reading of a list, would hide a failure.
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
		wrapper.WithListRereads(0),
		// Exchanges are compared with those before them, which needs an order.
		wrapper.WithConcurrency(1),
	)
	if err != nil {
		return nil, err
	}
	if watch.base, err = traffic.ParseBase(target.BaseURL); err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	target.BaseURL = watch.base.String() // as the client resolves it, for requests that the client would not send
	return &session{Target: target, watch: watch, client: client, http: httpClient}, nil
}

// redact returns an error without the token, and without the signature that the address of an import may have. A
// server may repeat both, and net/http quotes what a server sent.
func (s *session) redact(err error) error {
	var secrets redact.Redactor
	secrets.Hide(s.Token)
	secrets.Address(s.ImageURL)
	return secrets.Error(err)
}

// list reads a whole list. It demands that no image be duplicated, which the wrapper reports, and as many images as
// the total says.
func (s *session) list(ctx context.Context, params wrapper.ListParams) ([]gen.Image, error) {
	var all []gen.Image
	total := 0
	for page, err := range s.client.ImagePages(ctx, params) {
		if err != nil {
			return nil, err
		}
		all = append(all, page.Images...)
		total = page.Meta.Total
	}
	if total != len(all) {
		return nil, fmt.Errorf("the total is %d, but the pages have %d images", total, len(all))
	}
	return all, nil
}

// rawRequest is a request that the wrapper would not send, such as one without a token.
type rawRequest struct {
	method string
	path   string // with the query
	token  string // none if empty
	body   string // sent as JSON, whether it is or not; none if empty
}

// String returns the method and the path, for errors.
func (r rawRequest) String() string { return r.method + " " + r.path }

// rawResponse is the response to a rawRequest.
type rawResponse struct {
	status int
	header http.Header
	body   []byte
}

// isClientError reports whether the API blames the request: a status from 400 to 499.
func (r rawResponse) isClientError() bool { return r.status/100 == 4 }

// send sends a request as it is, and reads the response to its end.
func (s *session) send(ctx context.Context, request rawRequest) (rawResponse, error) {
	var body io.Reader
	if request.body != "" {
		body = strings.NewReader(request.body)
	}
	req, err := http.NewRequestWithContext(ctx, request.method, s.BaseURL+request.path, body)
	if err != nil {
		return rawResponse{}, err
	}
	if request.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if request.token != "" {
		req.Header.Set("Authorization", "Bearer "+request.token)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return rawResponse{}, err
	}
	defer resp.Body.Close()
	received, err := io.ReadAll(resp.Body)
	if err != nil {
		return rawResponse{}, fmt.Errorf("%s: read the response: %w", request, err)
	}
	return rawResponse{status: resp.StatusCode, header: resp.Header, body: received}, nil
}
