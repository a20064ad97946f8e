package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/openapi"
)

// withDocument adds two pages to an API: what it is, and its contract.
func withDocument(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `A fake of DigitalOcean's images API, in memory. It is no evidence of how the API behaves.

  /v2/images     the API
  /openapi.yaml  its contract
`)
	})
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(openapi.Document())
	})
	mux.Handle("/", api)
	return mux
}

// withLog logs each request to an API. The token is the one that the API accepts: neither it nor another is logged.
func withLog(api http.Handler, token string, logger *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := &statusWriter{ResponseWriter: w}
		defer func() { // deferred, because the fake breaks a connection by a panic
			method, path := redactedRequest(r, token)
			logger.Info("request", "method", method, "path", path, "status", seen.status, "duration", time.Since(start))
		}()
		api.ServeHTTP(seen, r)
		seen.began(http.StatusOK) // which net/http sends where a handler has written nothing
	})
}

// loggedParameters are the query parameters whose values are logged. The value of any other may be a secret.
var loggedParameters = []string{"page", "per_page", "private", "tag_name", "type"}

// redactedRequest returns the method and the path of a request, with its query, without secrets. By mistake, each of
// them can hold a token.
func redactedRequest(r *http.Request, token string) (method, path string) {
	var secrets redact.Redactor
	ownToken := secrets.Hide(token)
	secrets.Request(r.Header)
	segments := strings.Split(r.URL.Path, "/")
	for i, segment := range segments {
		if strings.EqualFold(segment, token) { // as Text does not, if the token is short
			segments[i] = ownToken
		}
	}
	var query []string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			if strings.EqualFold(value, token) || !slices.Contains(loggedParameters, name) {
				value = secrets.Hide(value)
			}
			query = append(query, name+"="+value)
		}
	}
	slices.Sort(query)
	path = strings.Join(segments, "/")
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	shown := func(text string) string { return redact.Shorten(redact.Printable(secrets.Text(text))) }
	return shown(r.Method), shown(path)
}

// statusWriter remembers the status of a response; 0 if none was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	w.began(status)
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter]. The first one sends 200, if no status was sent before.
func (w *statusWriter) Write(body []byte) (int, error) {
	w.began(http.StatusOK)
	return w.ResponseWriter.Write(body)
}

// began remembers a status, if it is the one of the response: the first that is not informational.
func (w *statusWriter) began(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
}

// Unwrap makes [http.ResponseController] reach the writer that can flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
