package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
)

// noToken sends every operation, each to an image that does not exist: an API that lets it in does no harm. A test
// compares the list with the operations of the contract.
func noToken(ctx context.Context, s *session) error {
	actions := missingImagePath + "/actions"
	transfer := missingImagePath + "/account_transfer"
	accept := `{"transfer_id":1,"recipient_uuid":"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"}`
	var errs []error
	for _, request := range []rawRequest{
		{method: http.MethodGet, path: "/v2/images"},
		{method: http.MethodPost, path: "/v2/images", body: `{"name":"","url":"","region":"nyc3"}`},
		{method: http.MethodGet, path: missingImagePath},
		{method: http.MethodPut, path: missingImagePath, body: `{"name":"a"}`},
		{method: http.MethodDelete, path: missingImagePath},
		{method: http.MethodGet, path: actions},
		{method: http.MethodPost, path: actions, body: `{"type":"convert"}`},
		{method: http.MethodGet, path: actions + "/1"},
		{method: http.MethodPost, path: transfer, body: `{"recipient_email":"alice@example.com"}`},
		{method: http.MethodPost, path: transfer + "/accept", body: accept},
		{method: http.MethodPost, path: transfer + "/cancel", body: `{"transfer_id":1}`},
		{method: http.MethodPost, path: transfer + "/decline", body: `{"transfer_id":1}`},
	} {
		resp, err := s.send(ctx, request)
		if err != nil {
			return err
		}
		errs = append(errs, expectUnauthorized(request, resp))
	}
	return errors.Join(errs...)
}

func wrongToken(ctx context.Context, s *session) error {
	request := rawRequest{method: http.MethodGet, path: "/v2/images", token: "doimages-contract-no-such-token"}
	resp, err := s.send(ctx, request)
	if err != nil {
		return err
	}
	return expectUnauthorized(request, resp)
}

// rateLimitHeaders reads three times, the last time an error: a client that is told of its budget only by successes
// loses sight of it when it needs it.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func rateLimitHeaders(ctx context.Context, s *session) error {
	var before rateLimit
	for i, path := range []string{"/v2/images?per_page=1", "/v2/images?per_page=1", missingImagePath} {
		request := rawRequest{method: http.MethodGet, path: path, token: s.Token}
		resp, err := s.send(ctx, request)
		if err != nil {
			return err
		}
		limit, err := parseRateLimit(resp.header)
		if err != nil {
			return fmt.Errorf("%s: the response with status %d: %w", request, resp.status, err)
		}
		if i > 0 && !limit.follows(before) {
			return fmt.Errorf("%d requests remained, and after one more %d", before.remaining, limit.remaining)
		}
		before = limit
	}
	return nil
}

// rateLimit is the budget that the headers of a response report.
type rateLimit struct {
	limit     int
	remaining int
	reset     string // compared, and not computed with
}

// parseRateLimit reads the three headers, all of which must be there.
func parseRateLimit(header http.Header) (rateLimit, error) {
	for _, name := range []string{"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} {
		if header.Get(name) == "" {
			return rateLimit{}, fmt.Errorf("there is no header %s", name)
		}
	}
	limit, err := strconv.Atoi(header.Get("ratelimit-limit"))
	if err != nil {
		return rateLimit{}, fmt.Errorf("ratelimit-limit: %w", err)
	}
	remaining, err := strconv.Atoi(header.Get("ratelimit-remaining"))
	if err != nil {
		return rateLimit{}, fmt.Errorf("ratelimit-remaining: %w", err)
	}
	if remaining < 0 || remaining > limit {
		return rateLimit{}, fmt.Errorf("%d of %d requests remain", remaining, limit)
	}
	return rateLimit{limit: limit, remaining: remaining, reset: header.Get("ratelimit-reset")}, nil
}

// follows reports whether a budget may be the one after another, with a request in between. The window slides: when
// its oldest request leaves it, the reset moves on, and the budget may grow.
func (r rateLimit) follows(before rateLimit) bool {
	return r.remaining < before.remaining || r.reset != before.reset
}

func unsupportedMethod(ctx context.Context, s *session) error {
	for _, path := range []string{"/v2/images", missingImagePath} {
		request := rawRequest{method: http.MethodPatch, path: path, token: s.Token, body: `{}`}
		resp, err := s.send(invalidOnPurpose(ctx), request)
		if err != nil {
			return err
		}
		if !resp.isClientError() {
			return fmt.Errorf("%s: the response has status %d, expected 4xx", request, resp.status)
		}
	}
	return nil
}

func contentType(ctx context.Context, s *session) error {
	for _, path := range []string{"/v2/images?per_page=1", missingImagePath} {
		request := rawRequest{method: http.MethodGet, path: path, token: s.Token}
		resp, err := s.send(ctx, request)
		if err != nil {
			return err
		}
		mediaType, _, err := mime.ParseMediaType(resp.header.Get("Content-Type"))
		if err != nil || mediaType != "application/json" {
			return fmt.Errorf("%s: the response with status %d is not application/json", request, resp.status)
		}
		if !json.Valid(resp.body) {
			return fmt.Errorf("%s: the body of the response with status %d is not valid JSON", request, resp.status)
		}
	}
	return nil
}
