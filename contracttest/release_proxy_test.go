package contracttest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	xmodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// writeModule writes a module into the folder of a proxy, as its tag has it.
func writeModule(t *testing.T, proxy, repository, subdir string, of xmodule.Version) {
	t.Helper()
	dir := filepath.Join(proxy, of.Path, "@v")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	archive, err := os.Create(filepath.Join(dir, of.Version+".zip"))
	require.NoError(t, err)
	defer archive.Close()
	require.NoError(t, zip.CreateFromVCS(archive, of, repository, filepath.Join(subdir, of.Version), subdir))
	for name, text := range map[string]string{
		"list":               of.Version + "\n",
		of.Version + ".info": fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, of.Version),
		of.Version + ".mod":  readText(t, filepath.Join(repository, subdir, "go.mod")),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
}

// serveModules starts a proxy that has our modules in a folder, and returns its address. It asks nobody for what else
// is below our path. Other modules come from the cache of this build, which is laid out like a proxy, or else from the
// proxy that is set.
func serveModules(t *testing.T, folder, ours string) string {
	t.Helper()
	cache := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	next := strings.FieldsFunc(goEnv(t, "GOPROXY"), func(r rune) bool { return r == ',' || r == '|' })
	require.NotEmpty(t, next)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		cached := filepath.Join(cache, filepath.FromSlash(name))
		_, err := os.Stat(cached)
		switch {
		case strings.HasPrefix(name, ours+"/"):
			http.ServeFile(w, r, filepath.Join(folder, filepath.FromSlash(name)))
		case err == nil:
			http.ServeFile(w, r, cached)
		case strings.HasPrefix(next[0], "http"):
			http.Redirect(w, r, strings.TrimSuffix(next[0], "/")+r.URL.Path, http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// goEnv returns a setting of the go command.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(runIn(t, ".", nil, "go", "env", name))
}
