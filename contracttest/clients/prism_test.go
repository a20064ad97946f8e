//go:build prism

package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

const prism = "@stoplight/prism-cli@5.14.2"

// TestPrism sends the examples of a document to the fake, with Prism between them to validate both directions.
func TestPrism(t *testing.T) {
	dir := t.TempDir()
	npmInstall(t, dir, prism)
	contract := buildContract(t)
	for _, document := range documents(t) {
		t.Run(document.name, func(t *testing.T) {
			fake := contract.start(t, "serve", "--examples")
			proxy := startPrism(t, filepath.Join(dir, "node_modules", ".bin", "prism"), document.file, fake.url)
			for _, e := range document.examples(t) {
				e.send(t, proxy)
			}
		})
	}
}

// send sends a request and expects a success, and nothing that Prism says against it or its response.
func (e example) send(t *testing.T, base string) {
	t.Helper()
	query := url.Values{}
	for name, value := range e.query {
		query.Set(name, fmt.Sprint(value))
	}
	var body []byte
	if e.body != nil {
		var err error
		body, err = json.Marshal(e.body)
		require.NoError(t, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), e.method, base+e.path+"?"+query.Encode(), bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	if e.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, e.status, resp.StatusCode, "%s: %s", e.name, text)
	assert.Empty(t, resp.Header.Get("sl-violations"), e.name)
}

// startPrism starts Prism's validating proxy in front of a server, and returns its address.
func startPrism(t *testing.T, program, document, upstream string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), program, "proxy", document, upstream, "--host", "127.0.0.1", "--port", port)
	require.NoError(t, c.Start())
	t.Cleanup(func() { _ = c.Wait() }) // the context of the test has ended it by then
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return "http://" + address
		}
		require.Less(t, time.Since(began), time.Minute, "Prism does not listen")
	}
}
