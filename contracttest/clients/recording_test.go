package clients

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"example.com/doimages/contracttest/traffic"
)

// captured returns a handler that passes each of its exchanges to add, one at a time.
func captured(handler http.Handler, add func(traffic.Exchange)) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, r)
		mu.Lock()
		add(traffic.Exchange{
			Source:        r.UserAgent(),
			Method:        r.Method,
			URL:           r.URL,
			RequestHeader: r.Header,
			RequestBody:   body,
			Status:        response.Code,
			Header:        response.Header(),
			Body:          bytes.Clone(response.Body.Bytes()),
		})
		mu.Unlock()
		for name, values := range response.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(response.Code)
		_, _ = w.Write(response.Body.Bytes())
	})
}
