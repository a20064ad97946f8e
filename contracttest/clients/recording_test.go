package clients

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"example.com/doimages/contracttest/traffic"
)

// captured passes every exchange that a handler has on to add, one at a time.
func captured(handler http.Handler, add func(traffic.Exchange)) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		mu.Lock()
		add(traffic.Exchange{
			Source: r.UserAgent(), Method: r.Method, URL: r.URL, RequestHeader: r.Header, RequestBody: body,
			Status: answer.Code, Header: answer.Header(), Body: bytes.Clone(answer.Body.Bytes()),
		})
		mu.Unlock()
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}
