//go:build prism

// This needs node and npm, which installs Prism into a folder that is removed afterwards.

package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
)

const prism = "@stoplight/prism-cli@5.14.2"

// startPrism starts its validating proxy in front of a server, and returns its address.
func startPrism(b *testing.B, upstream string) string {
	b.Helper()
	dir := b.TempDir()
	install := exec.CommandContext(b.Context(), "npm", "install", "--no-audit", "--no-fund", "--prefix", dir, prism)
	out, err := install.CombinedOutput()
	require.NoError(b, err, string(out))
	document := filepath.Join(dir, "images.yaml")
	require.NoError(b, os.WriteFile(document, openapi.Document(), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	address := listener.Addr().String()
	require.NoError(b, listener.Close())
	_, port, err := net.SplitHostPort(address)
	require.NoError(b, err)
	proxy := exec.CommandContext(b.Context(), filepath.Join(dir, "node_modules", ".bin", "prism"), "proxy", document, upstream, "--host", "127.0.0.1", "--port", port)
	require.NoError(b, proxy.Start())
	b.Cleanup(func() { _ = proxy.Process.Kill(); _ = proxy.Wait() })
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return "http://" + address
		}
		require.Less(b, time.Since(start), time.Minute, "Prism does not listen")
	}
}

// Checking one exchange of 200 images: of many that Prism passes on and judges, and of an archive that we do.
func BenchmarkProxy(b *testing.B) {
	proxy := startPrism(b, serve(b, 0).URL)
	b.Run("by=prism", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for page := 1; pb.Next(); page = page%(images/200) + 1 {
				req, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/v2/images?per_page=200&page=%d", proxy, page), http.NoBody)
				if err != nil {
					b.Error(err)
					return
				}
				req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(string(body), `{"images":[`) {
					b.Errorf("%v %d %.200s", err, resp.StatusCode, body)
					return
				}
			}
		})
	})
	b.Run("by=doimages", func(b *testing.B) {
		file, _ := archive(b)
		contract, err := check.Load(openapi.Document())
		require.NoError(b, err)
		runs := 0
		for b.Loop() {
			verify(b, contract, file)
			runs++
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(runs*archived), "ns/op") // of an exchange, as above
	})
}
