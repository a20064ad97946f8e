package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/redact"
)

const (
	maxListed  = 1_000   // how many requests the control remembers
	maxControl = 1 << 20 // how much of a request to it is read, in bytes
)

// control is a fake that requests under /_fake/ control, for tests in any language.
type control struct {
	mux      *http.ServeMux
	settings []fakeapi.Option

	mu       sync.Mutex
	fake     *fakeapi.API
	requests []listedRequest
}

// listedRequest is a request that the fake was sent, without secrets.
type listedRequest struct {
	Method string `json:"method"`
	Path   string `json:"path"`   // with the query
	Status int    `json:"status"` // 0 where the connection was broken
}

func newControl(settings []fakeapi.Option) *control {
	c := &control{
		mux:      http.NewServeMux(),
		settings: settings,
		fake:     fakeapi.New(settings...),
	}
	c.mux.HandleFunc("PUT /_fake/faults", c.putFaults)
	c.mux.HandleFunc("DELETE /_fake/faults", c.deleteFaults)
	c.mux.HandleFunc("POST /_fake/reset", c.reset)
	c.mux.HandleFunc("GET /_fake/requests", c.listRequests)
	c.mux.HandleFunc("/", c.pass)
	return c
}

// ServeHTTP implements [http.Handler].
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_fake/") {
		c.mux.ServeHTTP(w, r)
		return
	}
	c.pass(w, r) // not through the mux, which would redirect
}

// pass hands a request to the fake, and remembers it.
func (c *control) pass(w http.ResponseWriter, r *http.Request) {
	seen := &statusWriter{ResponseWriter: w}
	defer func() { // deferred, because the fake breaks a connection by a panic
		method, path := redactedRequest(r, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		c.remember(listedRequest{Method: method, Path: path, Status: seen.status})
	}()
	c.running().ServeHTTP(seen, r)
}

func (c *control) running() *fakeapi.API {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fake
}

func (c *control) remember(r listedRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.requests) == maxListed {
		c.requests = c.requests[1:]
	}
	c.requests = append(c.requests, r)
}

// putFaults replaces all faults by those of the body, one a line. Nothing changes if one of them is wrong.
func (c *control) putFaults(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	if err != nil {
		http.Error(w, "the body is truncated, or larger than 1 MiB", http.StatusBadRequest)
		return
	}
	var faults []fakeapi.Fault
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		fault, err := fakeapi.ParseFault(line)
		if err != nil {
			http.Error(w, redact.Shorten(redact.Printable(err.Error())), http.StatusBadRequest)
			return
		}
		faults = append(faults, fault)
	}
	c.running().SetFaults(faults...)
	w.WriteHeader(http.StatusNoContent)
}

func (c *control) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	c.running().SetFaults()
	w.WriteHeader(http.StatusNoContent)
}

// reset puts the fake back to how it began, with the faults of the command line.
func (c *control) reset(w http.ResponseWriter, _ *http.Request) {
	fresh := fakeapi.New(c.settings...)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fake, c.requests = fresh, nil
	w.WriteHeader(http.StatusNoContent)
}

// listRequests lists the last requests, the oldest first.
func (c *control) listRequests(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	list := append([]listedRequest{}, c.requests...) // an array, though it may be empty
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"requests": list}) // a client that has gone misses nothing
}
