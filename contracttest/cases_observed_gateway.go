package contracttest

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/gen"
)

// The cases of this file hold what others published of the gateway in front of the API; see cases_observed_lists.go.

// requestIDs reads three kinds of responses: of a service, an error of a service, and of the gateway.
func requestIDs(ctx context.Context, s *session) error {
	for _, request := range []rawRequest{
		{method: http.MethodGet, path: "/v2/images?per_page=1", token: s.Token},
		{method: http.MethodGet, path: missingImagePath, token: s.Token},
		{method: http.MethodGet, path: missingImagePath},
	} {
		resp, err := s.send(ctx, request)
		if err != nil {
			return err
		}
		if resp.header.Get("x-request-id") == "" {
			return refuted("%s: the response with status %d has no x-request-id", request, resp.status)
		}
	}
	return nil
}

func unauthorizedByGateway(ctx context.Context, s *session) error {
	resp, err := s.send(ctx, rawRequest{method: http.MethodGet, path: "/v2/images"})
	if err != nil {
		return err
	}
	if resp.status != http.StatusUnauthorized {
		return refuted("without a token the response has status %d", resp.status)
	}
	if limit := resp.header.Get("ratelimit-limit"); limit != "" {
		return refuted("the response has the header ratelimit-limit: %s", limit)
	}
	if kind := resp.header.Get("Content-Type"); kind != "application/json" {
		return refuted("the content type is %q", redact.Shorten(kind))
	}
	return resp.expectError("unauthorized", "Unable to authenticate you")
}

func notFoundText(ctx context.Context, s *session) error {
	resp, err := s.send(ctx, rawRequest{method: http.MethodGet, path: missingImagePath, token: s.Token})
	if err != nil {
		return err
	}
	if resp.status != http.StatusNotFound {
		return fmt.Errorf("the response has status %d, expected 404", resp.status)
	}
	return resp.expectError("not_found", "The resource you were accessing could not be found.")
}

// expectError demands an error with this id, in upper or lower case, and a message that begins so.
func (r rawResponse) expectError(id, message string) error {
	var body gen.Error
	if err := json.Unmarshal(r.body, &body); err != nil {
		return refuted("the body is not an error of the API: %v", err)
	}
	if !strings.EqualFold(body.ID, id) || !strings.HasPrefix(body.Message, message) {
		return refuted("the error is %q with the message %q", redact.Shorten(body.ID), redact.Shorten(body.Message))
	}
	return nil
}

func charsetOfServices(ctx context.Context, s *session) error {
	resp, err := s.send(ctx, rawRequest{method: http.MethodGet, path: "/v2/images?per_page=1", token: s.Token})
	if err != nil {
		return err
	}
	if resp.status != http.StatusOK {
		return fmt.Errorf("the response has status %d, expected 200", resp.status)
	}
	kind := resp.header.Get("Content-Type")
	_, parameters, err := mime.ParseMediaType(kind)
	if err != nil || !strings.EqualFold(parameters["charset"], "utf-8") {
		return refuted("the content type is %q", redact.Shorten(kind))
	}
	return nil
}

// resetWithinAnHour demands no direction: the time was behind in some years and ahead in others. The response's own
// date counts, since the clock of this machine may be wrong.
func resetWithinAnHour(ctx context.Context, s *session) error {
	resp, err := s.send(ctx, rawRequest{method: http.MethodGet, path: "/v2/images?per_page=1", token: s.Token})
	if err != nil {
		return err
	}
	reset, err := strconv.ParseInt(resp.header.Get("ratelimit-reset"), 10, 64)
	if err != nil {
		return fmt.Errorf("ratelimit-reset: %w", err)
	}
	now, err := http.ParseTime(resp.header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	const slack = time.Minute // for rounding, and for the way from the service to the gateway
	after := time.Unix(reset, 0).Sub(now).Round(time.Second)
	if after.Abs() > time.Hour+slack {
		return refuted("the reset is %v after the date of the response", after)
	}
	s.saw("%v after the date of the response", after)
	return nil
}
