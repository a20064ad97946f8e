package wrapper_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

// networkFaults are the rows that need a network, which is the loopback interface. serve returns the address of a
// server with the fault, and an HTTP client for it.
var networkFaults = []struct {
	name  string
	serve func(*testing.T, *fakeapi.API) (base string, client *http.Client)
}{
	{name: "none", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) { return serve(t, fake), newHTTPClient(t) }},
	{name: "connection refused", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return "http://127.0.0.1:1", newHTTPClient(t) // a reserved port, which no test server gets
	}},
	{name: "no such host", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		client := newHTTPClient(t)
		client.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.digitalocean.com", IsNotFound: true}}
		}
		return "https://api.digitalocean.com", client
	}},
	{name: "name server down", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		down := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("down") }
		dialer := &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: down}}
		client := newHTTPClient(t)
		client.Transport.(*http.Transport).DialContext = dialer.DialContext
		return "https://api.invalid", client
	}},
	{name: "certificate not trusted", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		server := httptest.NewUnstartedServer(fake)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL, newHTTPClient(t)
	}},
	{name: "no TLS", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return strings.Replace(serve(t, fake), "http://", "https://", 1), newHTTPClient(t)
	}},
	{name: "TLS handshake closed", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return "https://" + listen(t, func(conn net.Conn) { _ = conn.Close() }), newHTTPClient(t)
	}},
	{name: "TLS handshake that hangs", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		client := newHTTPClient(t)
		client.Timeout = 150 * time.Millisecond
		return "https://" + listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }), client
	}},
	{name: "dialling that hangs", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		client := newHTTPClient(t)
		client.Timeout = 150 * time.Millisecond
		client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return "http://127.0.0.1:1", client
	}},
	{name: "proxy that is down", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return "https://api.digitalocean.com", proxied(t, "http://127.0.0.1:1")
	}},
	{name: "proxy that refuses with 403", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) { return refusingProxy(t, 403) }},
	{name: "proxy that refuses with 407", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) { return refusingProxy(t, 407) }},
	{name: "101 Switching Protocols", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return "http://" + listen(t, func(conn net.Conn) {
			defer conn.Close()
			switchProtocols(conn)
		}), newHTTPClient(t)
	}},
	{name: "404 of a gateway, in HTML", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<html><body><h1>404 Not Found</h1></body></html>")
		})), newHTTPClient(t)
	}},
	{name: "gzip", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return serve(t, compressed(fake, 0)), newHTTPClient(t)
	}},
	{name: "oversized when decompressed", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		return serve(t, compressed(fake, 1<<17)), newHTTPClient(t)
	}},
	{name: "HTTP/2 GOAWAY, unprocessed, once", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) { return goAway(t, fake, 0) }},
	{name: "HTTP/2 GOAWAY, in flight, once", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) { return goAway(t, fake, 1) }},
	{name: "redirect to another host", serve: func(t *testing.T, fake *fakeapi.API) (string, *http.Client) {
		other := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { assert.Fail(t, "the redirect was followed") }))
		return serve(t, http.RedirectHandler(other, http.StatusTemporaryRedirect)), newHTTPClient(t)
	}},
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newHTTPClient(t *testing.T) *http.Client {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// proxied returns a client whose requests go through a proxy.
func proxied(t *testing.T, proxy string) *http.Client {
	t.Helper()
	client := newHTTPClient(t)
	address, err := url.Parse(proxy)
	require.NoError(t, err)
	client.Transport.(*http.Transport).Proxy = http.ProxyURL(address)
	return client
}

// refusingProxy returns an address and a client for it, whose proxy refuses to connect to it.
func refusingProxy(t *testing.T, status int) (string, *http.Client) {
	t.Helper()
	proxy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
	return "https://api.digitalocean.com", proxied(t, proxy)
}

// compressed compresses the responses of a handler if the client accepts gzip, after so much white space.
func compressed(next http.Handler, padding int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		body := recorded.Body.Bytes()
		if len(body) > 0 && r.Header.Get("Accept-Encoding") == "gzip" {
			var text bytes.Buffer
			z := gzip.NewWriter(&text)
			_, _ = io.WriteString(z, strings.Repeat(" ", padding))
			_, _ = z.Write(body)
			_ = z.Close()
			body = text.Bytes()
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Del("Content-Length")
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(body)
	})
}

// listen serves connections on a port of the loopback interface.
func listen(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	return listener.Addr().String()
}

// goAway serves HTTP/2 without TLS. On the first request it sends GOAWAY, with last as the last stream that was
// processed (0 for none), and nothing more. Later connections are served.
func goAway(t *testing.T, fake *fakeapi.API, last uint32) (string, *http.Client) {
	t.Helper()
	server := httptest.NewUnstartedServer(fake)
	server.Config.Protocols = &http.Protocols{}
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	var first sync.Once
	address := listen(t, func(conn net.Conn) {
		defer conn.Close()
		sendAway := false
		first.Do(func() { sendAway = true })
		if !sendAway {
			backend, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				return
			}
			defer backend.Close()
			go func() { _, _ = io.Copy(backend, conn) }()
			_, _ = io.Copy(conn, backend)
			return
		}
		preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		if _, err := io.ReadFull(conn, preface); err != nil {
			return
		}
		const settings, headers, goaway = 4, 1, 7
		_, _ = conn.Write([]byte{0, 0, 0, settings, 0, 0, 0, 0, 0})
		for {
			frame := make([]byte, 9)
			if _, err := io.ReadFull(conn, frame); err != nil {
				return
			}
			size := int64(frame[0])<<16 | int64(frame[1])<<8 | int64(frame[2])
			if _, err := io.CopyN(io.Discard, conn, size); err != nil {
				return
			}
			if frame[3] == headers {
				message := binary.BigEndian.AppendUint32([]byte{0, 0, 8, goaway, 0, 0, 0, 0, 0}, last)
				_, _ = conn.Write(binary.BigEndian.AppendUint32(message, 0))
				// Closed at once, the connection would be reset if the client still writes, and the GOAWAY might be lost.
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.Copy(io.Discard, conn)
				return
			}
		}
	})
	client := newHTTPClient(t)
	transport := client.Transport.(*http.Transport)
	transport.Protocols = &http.Protocols{}
	transport.Protocols.SetUnencryptedHTTP2(true)
	return "http://" + address, client
}
