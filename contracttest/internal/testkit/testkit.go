// Package testkit has what the tests of several packages share: the contract, the recordings, and ways to change an
// exchange. Only tests import it.
package testkit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// Contract returns the embedded contract.
func Contract(t testing.TB) *check.Contract {
	t.Helper()
	contract, err := check.Load(openapi.Document())
	require.NoError(t, err)
	return contract
}

// Responses returns how many responses the contract documents, default included.
func Responses(t testing.TB) int {
	t.Helper()
	contract, n := Contract(t), 0
	for _, operation := range contract.Operations() {
		n += len(contract.Statuses(operation))
	}
	return n
}

// Cassettes returns the recordings of the project: one of documentation for each operation, and those of what others
// reported.
func Cassettes(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(Recording("*"))
	require.NoError(t, err)
	reported, err := filepath.Glob(Recording("reported_*"))
	require.NoError(t, err)
	require.NotEmpty(t, reported)
	require.Len(t, files, len(Contract(t).Operations())+len(reported), "a cassette for each operation")
	return files
}

// Kind returns what a recording of the project is evidence of.
func Kind(t testing.TB, file string) string {
	t.Helper()
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	return string(provenance.Kind)
}

// Recording returns the file of a recording of the project, from the folder of the test that runs.
func Recording(name string) string {
	folder := "recordings"
	for range 3 { // no package with tests lies deeper below contracttest
		if _, err := os.Stat(folder); err == nil {
			break
		}
		folder = filepath.Join("..", folder)
	}
	return filepath.Join(folder, name+".cassette.yaml")
}

// Exchanges returns the exchanges of a recording of the project, by the operation that it is of.
func Exchanges(t testing.TB, name string) []traffic.Exchange {
	t.Helper()
	return ReadAll(t, Recording(name))
}

// ReadAll returns the exchanges of a recording of which every entry can be checked.
func ReadAll(t testing.TB, file string) []traffic.Exchange {
	t.Helper()
	var exchanges []traffic.Exchange
	for exchange, err := range recording.Read(file) {
		require.NoError(t, err)
		exchanges = append(exchanges, exchange)
	}
	require.NotEmpty(t, exchanges, file)
	return exchanges
}

// RoundTripper is a transport that is a function.
type RoundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f RoundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Exchange returns an exchange from a short form. The request is the method with the path and, after a space, the
// body. Then come the status and the body of the response, and what its rate-limit headers say.
func Exchange(t *testing.T, request string, status int, body string, remaining, reset int) traffic.Exchange {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	path, sent, _ := strings.Cut(path, " ")
	u, err := url.Parse("https://api.digitalocean.com" + path)
	require.NoError(t, err)
	header := http.Header{
		"Ratelimit-Limit":     {"5000"},
		"Ratelimit-Remaining": {fmt.Sprint(remaining)},
		"Ratelimit-Reset":     {fmt.Sprint(reset)},
	}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	return traffic.Exchange{
		Source:   "test",
		Redacted: true,
		Method:   method,
		URL:      u,
		RequestHeader: http.Header{
			"Authorization": {"Bearer [redacted-1]"},
			"Content-Type":  {"application/json"},
		},
		RequestBody: []byte(sent),
		Status:      status,
		Header:      header,
		Body:        []byte(body),
	}
}

// Image returns an image as JSON.
func Image(id int) string { return ImageOf(id, "snapshot", "available", "2020-05-15T05:47:50Z") }

// ImageOf returns an image as JSON, of a type and status, created at a time.
func ImageOf(id int, kind, status, created string) string {
	return fmt.Sprintf(`{"id":%d,"name":"a","distribution":"Ubuntu","created_at":%q,"regions":[],"status":%q,`+
		`"tags":[],"description":"","error_message":"","type":%q}`, id, created, status, kind)
}

// Decode decodes JSON, with numbers as they are written.
func Decode(t *testing.T, text []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&value))
	return value
}

// ReplaceBody replaces a text in the body of the response, and panics where it is not there.
func ReplaceBody(old, new string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) { e.Body = []byte(mustReplace(string(e.Body), old, new)) }
}

// ReplaceRequest replaces a text in the body of the request, and panics where it is not there.
func ReplaceRequest(old, new string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) { e.RequestBody = []byte(mustReplace(string(e.RequestBody), old, new)) }
}

// mustReplace panics where a recording has changed so that a test would break nothing.
func mustReplace(s, old, new string) string {
	if !strings.Contains(s, old) {
		panic("the recording does not hold " + old)
	}
	return strings.ReplaceAll(s, old, new)
}

// SetBody sets the body of the response.
func SetBody(body string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) { e.Body = []byte(body) }
}

// SetRequest sets the body of the request, as JSON.
func SetRequest(body string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) {
		e.RequestBody = []byte(body)
		e.RequestHeader.Set("Content-Type", "application/json")
	}
}

// SetHeader sets a header of the response.
func SetHeader(name, value string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) {
		e.Header = maps.Clone(e.Header)
		e.Header.Set(name, value)
	}
}

// SetURL sets the URL of the request.
func SetURL(address string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) {
		u, err := url.Parse(address)
		if err != nil {
			panic(err)
		}
		e.URL = u
	}
}

// Switching returns the address of a server that responds to every request with 101, as if to go on in another
// protocol, and leaves the connection open. net/http hands that to the caller, outside of every context.
func Switching(t testing.TB) string {
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
			go switchProtocols(conn)
		}
	}()
	return "http://" + listener.Addr().String()
}

// switchProtocols serves a connection until the client closes it.
func switchProtocols(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	if _, err := http.ReadRequest(reader); err != nil {
		return
	}
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
	_, _ = io.Copy(io.Discard, reader)
}
